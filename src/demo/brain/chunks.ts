/**
 * Cuts a text into pieces as a model streams them: about `size` characters, ending after white
 * space where there is some near. Joined together they are the text; no surrogate pair is cut.
 */
export function chunks(text: string, size = 24): string[] {
  const pieces: string[] = [];
  let start = 0;
  while (start < text.length) {
    const end = cut(text, start + size, size);
    pieces.push(text.slice(start, end));
    start = end;
  }
  return pieces;
}

/** First good place to cut at or after `from`, at most `reach` characters further. */
function cut(text: string, from: number, reach: number): number {
  if (from >= text.length) return text.length;
  for (let at = from; at < Math.min(from + reach, text.length); at++) {
    if (/\s/.test(text[at - 1]!)) return at;
  }
  const code = text.charCodeAt(from - 1);
  return code >= 0xd800 && code <= 0xdbff ? from + 1 : from;
}

/**
 * Takes back the end of what was said.
 *
 * @param said What there is, with paragraphs set in the reader's own way.
 * @param taken The end of it, as it was said; spaces and line breaks need not be the same.
 * @returns What is left, without spaces at its end.
 */
export function takeBack(said: string, taken: string): string {
  // As a rule it is there as it was said, and may be long.
  if (said.endsWith(taken)) return said.slice(0, said.length - taken.length).trimEnd();
  let end = said.length;
  for (const letter of taken.replaceAll(/\s+/g, "").split("").reverse()) {
    while (end > 0 && /\s/.test(said[end - 1]!)) end--;
    if (end === 0 || said[end - 1] !== letter) break;
    end--;
  }
  return said.slice(0, end).trimEnd();
}

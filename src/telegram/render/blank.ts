/**
 * White space, and what else shows nothing. Telegram refuses a message in which there is nothing to
 * see ("message text is empty"), so no piece may consist of such characters alone: white space as
 * JavaScript knows it, soft hyphen, combining joiner, Hangul and Mongolian fillers, zero-width and
 * direction marks, the empty Braille cell, variation selectors, object placeholders.
 */
const VISIBLE =
  /[^\s\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\u2800\u3164\ufe00-\ufe0f\uffa0\ufff9-\ufffc]/;

export function isBlank(text: string): boolean {
  return !VISIBLE.test(text);
}

/** Offset of the first character that is not white space; the text's length when there is none. */
export function inkStart(text: string): number {
  const at = text.search(/\S/);
  return at < 0 ? text.length : at;
}

/** Offset just after the last character that is not white space; 0 when there is none. */
export function inkEnd(text: string): number {
  return text.trimEnd().length;
}

/** Which backslashes are characters of a path or pattern, not signs that what follows is text. */

/** More than any path has in one word. */
const MAX_REACH = 260;
const WINDOWS_PATH = /(?:^|[^\p{L}\p{N}])(?:[A-Za-z]:|\.{1,2}|~|%\w+%)\\/u;
/** An escape never stands before a letter or digit, so where one does, backslashes are meant. */
const BEFORE_LETTER = /\\[\p{L}\p{N}]/u;

/** Whether the backslash at `at` is shown: its word is a path, or it stands before `.name`. */
export function isLiteralBackslash(text: string, at: number): boolean {
  if (/^\\\.[\p{L}\p{N}_]/u.test(text.slice(at, at + 4))) return true;
  const before = /\S*$/.exec(text.slice(Math.max(0, at - MAX_REACH), at))![0];
  const after = /^\S*/.exec(text.slice(at, at + MAX_REACH))![0];
  return WINDOWS_PATH.test(before + after.slice(0, 1)) || BEFORE_LETTER.test(before + after);
}

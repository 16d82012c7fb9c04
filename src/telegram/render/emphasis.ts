/**
 * Which `*`, `_` and `~~` are formatting, in a chat. CommonMark's rule was made for documents in languages
 * with spaces; an agent's answer is Chinese as well, and full of names, globs, paths and formulas
 * in which a mark is a character like any other. What is not surely formatting stays as it is.
 */

/** A run of one mark, with the nearest characters around it that are no marks. */
export interface Run {
  mark: string;
  at: number;
  length: number;
  before: string;
  after: string;
  /** The character behind {@link after}. */
  next: string;
  opens: boolean;
  closes: boolean;
}

/** Formatting from `open` to `close`, where the marks of `count` characters begin. */
export interface Pair {
  open: number;
  close: number;
  count: 1 | 2;
}

/** Languages without spaces between words, and their punctuation. */
const DENSE =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\p{Script=Bopomofo}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}\u3000-\u303f\u30fb\u30fc\ufe10-\ufe1f\ufe30-\ufe4f\uff00-\uffef]/u;
const PUNCTUATION = /[\p{P}\p{S}]/u;
const WORD = /[\p{L}\p{N}]/u;
/** Names that Python, C and Node.js have between underscores. */
const CODE_NAME =
  /^(?:init|main|name|file|all|doc|dict|class|call|new|del|repr|str|enter|exit|iter|next|len|eq|hash|slots|version|author|path|package|loader|builtins|import|future|pycache|getattr|getitem|setattr|setitem|module|annotations|dirname|filename|func|proto|FILE|LINE|DATE|TIME|COUNTER|VERSION|DIR|CLASS|FUNCTION)$/;
/** How far back a closing mark looks, in marks that are still open. */
const MAX_LOOK_BACK = 64;
/** Marks side by side that are looked over. */
const MAX_MARKS = 16;

/** The run that begins at `at`. */
export function runAt(text: string, at: number): Run {
  const mark = text[at]!;
  let end = at;
  while (text[end] === mark) end++;
  let left = at;
  while (isMark(text[left - 1]) && at - left < MAX_MARKS) left--;
  let right = end;
  while (isMark(text[right]) && right - end < MAX_MARKS) right++;
  const before = characterBefore(text, left);
  const after = characterAt(text, right);
  const next = characterAt(text, right + after.length);
  const [hasLeft, hasRight] = [
    !isSpace(characterBefore(text, at)),
    !isSpace(characterAt(text, end)),
  ];
  const opens = hasRight && !isSpace(after) &&
    (!isPunctuation(after) || isSpace(before) || isPunctuation(before) || DENSE.test(before));
  // "**Note:**this" is bold although a space is missing.
  const endsTitle = end - at > 1 && mark !== "_" && /[:.!?"'”’)]/.test(before);
  const closes = hasLeft && !isSpace(before) && (endsTitle || !isPunctuation(before) ||
    isSpace(after) || isPunctuation(after) || DENSE.test(after));
  return {
    mark,
    at,
    length: end - at,
    before,
    after,
    next,
    opens: opens && !(mark === "_" && (isWord(before) || /[/\\.@#$&=+-]/.test(before))),
    closes: closes && !(mark === "_" && isWord(after)),
  };
}

/** Whether a growing text shows the run as formatting before its end is there: no power, no glob. */
export function isCalm(text: string, { run, left }: Opener): boolean {
  const closer = runAtEnd(text, run.mark, left);
  return !isWord(run.before) && !isSlash(run.after) && isPair(text, run, closer, Math.min(2, left));
}

/** A closing run where a growing text ends. */
function runAtEnd(text: string, mark: string, length: number): Run {
  return { ...runAt(text + mark.repeat(length), text.length), at: text.length, length };
}

/** Whether two runs, of which each could, format what stands between them. */
function isPair(text: string, opener: Run, closer: Run, count: number): boolean {
  // Two marks are two: half of them is no italic.
  if (count === 1 && (opener.length === 2 || closer.length === 2)) return false;
  if (opener.mark === "_") {
    // A name goes on behind it: `__init__.py`, `__len__()`.
    if (/[/\\@#$&=+([-]/.test(closer.after) || startsEnding(closer.after, closer.next)) {
      return false;
    }
    const inside = text.slice(opener.at + opener.length, closer.at);
    return count === 1 || inside.length > 20 || !CODE_NAME.test(inside);
  }
  if (opener.mark === "~") return true;
  // A power, a product: the marks stand between two things without a space.
  const openerIsTight = isWord(opener.before) || /[)\]}]/.test(opener.before);
  const closerIsTight = isWord(closer.after) || /[([{]/.test(closer.after);
  if (opener.length > 1 && closer.length > 1) {
    if (openerIsTight && closerIsTight) return false;
    // "**F**irst" is bold, "f(**kw) + 2**x" is not.
    const inWord = isWord(opener.before) || isWord(closer.after) && isWord(closer.before);
    if (inWord && /\s/.test(text.slice(opener.at, closer.at))) return false;
    return !(isSlash(opener.after) && isSlash(closer.before)) && !isSlash(opener.before);
  }
  // A glob: `src/*.ts`, `*.env*`, `foo-*-bar-*`, `*.*`.
  if (openerIsTight || closerIsTight) return false;
  if (/[-/\\=+%.]/.test(opener.before) || /[-/\\,;:)\]}>|=%^]/.test(opener.after)) return false;
  if (startsEnding(opener.after, opener.next) || isSlash(closer.before)) return false;
  if (startsEnding(closer.after, closer.next) || /[/\\]/.test(closer.after)) return false;
  return /[^!-/:-@[-`{-~\s]/.test(text.slice(opener.at + opener.length, closer.at));
}

/** A run, or what is left of it, that waits for its end. */
export interface Opener {
  readonly run: Run;
  readonly at: number;
  left: number;
}

/**
 * All formatting in a paragraph, by where it begins.
 *
 * @param masked The same with other characters in place of code, links and escapes.
 */
export function pairsIn(text: string, masked: string): Map<number, Pair> {
  const pairs = new Map<number, Pair>();
  const open: Opener[] = [];
  for (const { index, 0: { length } } of masked.matchAll(/\*+|_+|~+/g)) {
    if (masked[index] === "~" && length !== 2) continue;
    for (const pair of readRun(text, runAt(text, index), open)) pairs.set(pair.open, pair);
  }
  return pairs;
}

/** Lets a run end what it can, and keeps it among the open ones when something may end it. */
export function readRun(text: string, run: Run, open: Opener[]): Pair[] {
  const pairs: Pair[] = [];
  let used = 0;
  while (run.closes && used < run.length) {
    const index = openerOf(text, open, run, run.length - used);
    if (index === undefined) break;
    const opener = open[index]!;
    const count = opener.left >= 2 && run.length - used >= 2 ? 2 : 1;
    opener.left -= count;
    pairs.push({ open: opener.at + opener.left, close: run.at + used, count });
    used += count;
    open.length = opener.left > 0 ? index + 1 : index;
  }
  if (run.opens && used < run.length) {
    open.push({ run, at: run.at + used, left: run.length - used });
  }
  return pairs;
}

/** Where the run is that `closer` ends. One that it would end, were it formatting, is text as well. */
function openerOf(text: string, open: Opener[], closer: Run, rest: number): number | undefined {
  const last = Math.max(0, open.length - MAX_LOOK_BACK);
  for (let index = open.length - 1; index >= last; index--) {
    const { run, left } = open[index]!;
    if (run.mark !== closer.mark || isOddMatch(run, closer)) continue;
    if (isPair(text, run, closer, Math.min(2, left, rest))) return index;
    if (run.length !== closer.length) continue;
    open.splice(index, 1);
    return undefined;
  }
  return undefined;
}

/** CommonMark's rule of three: `*a**b*` is one italic, not two. */
function isOddMatch(opener: Run, closer: Run): boolean {
  if (!(opener.closes || closer.opens)) return false;
  return (opener.length + closer.length) % 3 === 0 &&
    (opener.length % 3 !== 0 || closer.length % 3 !== 0);
}

/** `.py`: what goes on like that is the end of a name. */
function startsEnding(char: string, next: string): boolean {
  return char === "." && isWord(next);
}

function isMark(char: string | undefined): boolean {
  return char === "*" || char === "_";
}

function isSlash(char: string): boolean {
  return char === "/" || char === "\\";
}

/** A letter or digit of a language that puts spaces between words. */
function isWord(char: string): boolean {
  return WORD.test(char) && !DENSE.test(char);
}

function isPunctuation(char: string): boolean {
  return PUNCTUATION.test(char) && !DENSE.test(char);
}

function isSpace(char: string): boolean {
  return char === "" || /\s/.test(char);
}

function characterAt(text: string, at: number): string {
  const code = text.codePointAt(at);
  return code === undefined ? "" : String.fromCodePoint(code);
}

function characterBefore(text: string, at: number): string {
  const last = text[at - 1] ?? "";
  return /[\udc00-\udfff]/.test(last) ? text.slice(Math.max(0, at - 2), at) : last;
}

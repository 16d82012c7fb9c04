/** Closes or hides the inline formatting that is open at the end of a growing paragraph. */

import { isCalm, type Opener, readRun, runAt } from "./emphasis.ts";

/** An emphasis of single marks that runs on longer than this was a stray asterisk all along. */
const MAX_SINGLE_REACH = 160;
const MAX_LABEL = 300;

/** The paragraph with its open code, links and emphasis closed, or hidden while they are empty. */
export function calmInline(paragraph: string): string {
  let text = paragraph;
  // Taking away one half-open thing can bare another: `**[` first loses its bracket.
  for (let pass = 0; pass < 4; pass++) {
    const next = calmOnce(text.trimEnd());
    if (next.done) return next.text;
    text = next.text;
  }
  return text;
}

function calmOnce(text: string): { text: string; done: boolean } {
  const openers: Opener[] = [];
  const brackets: number[] = [];
  let at = 0;
  while (at < text.length) {
    const char = text[at]!;
    if (char === "\\") {
      if (at === text.length - 1) return { text: text.slice(0, at), done: false };
      at += 2;
    } else if (char === "`") {
      const length = runLength(text, at);
      const end = closingRun(text, at + length, length);
      if (end === undefined) return closeCode(text, at, length, openers);
      at = end;
    } else if (char === "[") {
      const note = /^\[\^[^\s\[\]]{0,64}(\]|$)/.exec(text.slice(at, at + 70));
      if (note?.[1] === "" && at + note[0].length === text.length) {
        return { text: text.slice(0, at), done: false };
      }
      if (note?.[1] === "]") at += note[0].length;
      else brackets.push(at++);
    } else if (char === "]") {
      const open = brackets.pop();
      if (open !== undefined) {
        const target = linkTarget(text, at + 1);
        // Half a link shows what will be its text.
        if (target === undefined) return { text: unlink(text, open, at), done: false };
        at = target;
      } else at++;
    } else if (char === "*" || char === "_" || char === "~") {
      const length = runLength(text, at);
      if (char !== "~" || length === 2) {
        if (at + length === text.length) {
          const top = openers.findLast(({ run }) => run.mark === char);
          if (top === undefined || top.left > length || isSpace(text[at - 1])) {
            return { text: text.slice(0, at), done: false };
          }
        }
        readRun(text, runAt(text, at), openers);
      } else if (at + length === text.length) {
        return { text: text.slice(0, at), done: false };
      }
      at += length;
    } else at++;
  }
  const bracket = brackets.at(-1);
  if (bracket !== undefined && text.length - bracket < MAX_LABEL && !text.includes("\n", bracket)) {
    return { text: unlink(text, bracket, text.length), done: false };
  }
  return { text: text + closers(text, openers), done: true };
}

/** Open code becomes code; a run of backticks with nothing behind it is not shown yet. */
function closeCode(text: string, at: number, length: number, openers: Opener[]) {
  const body = text.slice(at + length).replace(/`+$/, "");
  if (body.trim() === "") return { text: text.slice(0, at), done: false };
  const code = text.slice(at, at + length) + body.trimEnd() + "`".repeat(length);
  return { text: text.slice(0, at) + code + closers(text, openers), done: true };
}

function closers(text: string, openers: readonly Opener[]): string {
  let closing = "";
  for (const opener of openers) {
    const { run, left, at } = opener;
    const reach = text.slice(at);
    if (left === 1 && (reach.length > MAX_SINGLE_REACH || reach.includes("\n"))) continue;
    // What the full text will not make formatting of stays as it is.
    if (!isCalm(text, opener)) continue;
    closing = run.mark.repeat(left) + closing;
  }
  return closing;
}

/** Removes the brackets of a label that ends at `close`, and all behind it. */
function unlink(text: string, open: number, close: number): string {
  const before = text.slice(0, text[open - 1] === "!" ? open - 1 : open);
  return before + text.slice(open + 1, close);
}

/**
 * Just after the `(address)` that begins at `from`, or `from` if none does; undefined when the text
 * ends before that is known.
 */
function linkTarget(text: string, from: number): number | undefined {
  if (from >= text.length) return undefined;
  if (text[from] !== "(") return from;
  let depth = 0;
  for (let at = from; at < text.length; at++) {
    if (text[at] === "\n") return from;
    if (text[at] === "\\") at++;
    else if (text[at] === "(") depth++;
    else if (text[at] === ")" && --depth === 0) return at + 1;
  }
  return undefined;
}

function runLength(text: string, at: number): number {
  let end = at;
  while (text[end] === text[at]) end++;
  return end - at;
}

/** Just after the next run of exactly `length` backticks. */
function closingRun(text: string, from: number, length: number): number | undefined {
  for (let at = text.indexOf("`", from); at >= 0; at = text.indexOf("`", at)) {
    const found = runLength(text, at);
    at += found;
    if (found === length) return at;
  }
  return undefined;
}

function isSpace(char: string | undefined): boolean {
  return char === undefined || /\s/.test(char);
}

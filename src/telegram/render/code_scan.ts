/** Where code is in a Markdown text, found without parsing all of it. */

/** Lines `[start, end)` of a text that are all code (a fenced block with its fences) or none. */
export interface Region {
  start: number;
  end: number;
  fenced: boolean;
  /** The fence that opened it and is still open at the end of the text. */
  open?: string;
}

/** A fence may stand in a quote or a list item. */
const OPENING = /^[ \t>]*(?:(?:[-*+]|\d{1,9}[.)])[ \t]+)*(`{3,}(?=[^`]*$)|~{3,})/;
const CLOSING = /^[ \t>]*(`{3,}|~{3,})[ \t]*$/;

/** Cuts the text into fenced blocks and what is between them, in order and without gaps. */
export function scanFences(text: string): Region[] {
  const regions: Region[] = [];
  let fence: string | undefined;
  let start = 0;
  const close = (end: number, fenced: boolean) => {
    if (end > start) regions.push({ start, end, fenced });
    start = end;
  };
  for (let at = 0; at < text.length;) {
    const lineEnd = text.indexOf("\n", at);
    const next = lineEnd < 0 ? text.length : lineEnd + 1;
    const line = text.slice(at, lineEnd < 0 ? text.length : lineEnd);
    if (fence === undefined) {
      const opening = OPENING.exec(line)?.[1];
      if (opening !== undefined) {
        close(at, false);
        fence = opening;
      }
    } else {
      const closing = CLOSING.exec(line)?.[1];
      if (closing !== undefined && closing.startsWith(fence)) {
        close(next, true);
        fence = undefined;
      }
    }
    at = next;
  }
  close(text.length, fence !== undefined);
  if (fence !== undefined && regions.length > 0) regions.at(-1)!.open = fence;
  return regions;
}

/** A run of backticks: where it begins and how long it is. */
interface Run {
  at: number;
  length: number;
}

/**
 * Inline code in a text without fenced blocks: `[start, end)` with the backticks. `unclosed` is
 * where a run on the last line begins that finds no partner: code in the making, or nothing.
 */
export function scanInlineCode(text: string): { spans: [number, number][]; unclosed?: number } {
  const runs: Run[] = [];
  for (const match of text.matchAll(/\\[^]|`+/g)) {
    if (match[0].startsWith("`")) runs.push({ at: match.index, length: match[0].length });
  }
  // Code ends with its paragraph, so a run has its partner before the next blank line.
  const partner = new Map<Run, Run>();
  const latest = new Map<number, Run>();
  for (const run of runs.toReversed()) {
    const next = latest.get(run.length);
    if (next !== undefined && !hasBlankLine(text, run.at, next.at)) partner.set(run, next);
    latest.set(run.length, run);
  }
  const spans: [number, number][] = [];
  const lastLine = text.lastIndexOf("\n") + 1;
  let end = 0;
  let unclosed: number | undefined;
  for (const run of runs) {
    if (run.at < end) continue;
    const closing = partner.get(run);
    if (closing !== undefined) {
      end = closing.at + closing.length;
      spans.push([run.at, end]);
    } else if (run.at >= lastLine) unclosed ??= run.at;
  }
  return unclosed === undefined ? { spans } : { spans, unclosed };
}

/** Looks only as far as a code span can reasonably be long, so that many runs stay cheap. */
function hasBlankLine(text: string, from: number, to: number): boolean {
  return to - from > 4000 || /\n[ \t]*\n/.test(text.slice(from, to));
}

/** What has to stand before a text so that it goes on in the code that `before` ends in. */
export function openFence(before: string): string {
  const { open } = scanFences(before).at(-1) ?? {};
  return open === undefined ? "" : `${open}\n`;
}

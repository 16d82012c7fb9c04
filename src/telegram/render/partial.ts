/** Makes the end of a growing Markdown text look calm: no syntax that is about to vanish. */
import { scanFences } from "./code_scan.ts";
import { calmInline } from "./partial_inline.ts";

/** More than any paragraph whose formatting is still open; what is longer stays as it is. */
const MAX_TAIL = 4000;
/** Ends the block above it: what stands before cannot be continued by what follows. */
const BLOCK_START = /^[ \t>]*(?:[-*+][ \t]|\d{1,9}[.)][ \t]|#{1,6}[ \t]|\||>)/;
/** Before the text proper of a line: quote marks, bullet, number, heading marks. */
const LINE_LEAD = /^[ \t>]*(?:(?:[-*+]|\d{1,9}[.)])[ \t]+|#{1,6}[ \t]+)*/;
/** A line that is, so far, nothing but marks: heading, bullet, rule, underline, fence. */
const ONLY_MARKS =
  /^[ \t>]*(?:#{1,6}|[-=+]+|[*_]+|`+|~+|(?:[-*+]|\d{1,9}[.)])[ \t]+[`~]{1,2})[ \t]*$/;
const HALF_TASK = /^([ \t>]*(?:[-*+]|\d{1,9}[.)])[ \t]+)\[[ xX]?\]?[ \t]*$/;
const DELIMITER_ROW = /^[ \t]*\|[\s:|-]*$/;

/** The text with what is half open at its end closed or hidden. */
export function calmTail(markdown: string): string {
  const text = markdown.trimEnd();
  const region = scanFences(text).at(-1);
  if (region === undefined) return text;
  if (region.fenced) return region.open === undefined ? text : calmFence(text, region.open);

  const start = blockStart(text, region.start);
  const head = text.slice(0, start);
  const tail = text.slice(start);
  if (tail.length > MAX_TAIL) return text;
  const lastLine = tail.slice(tail.lastIndexOf("\n") + 1);
  if (ONLY_MARKS.test(lastLine)) {
    return head + tail.slice(0, tail.length - lastLine.length).trimEnd();
  }
  if (HALF_TASK.test(lastLine)) {
    return head + tail.slice(0, tail.length - lastLine.length) + lastLine.replace(HALF_TASK, "$1");
  }
  if (lastLine.trimStart().startsWith("|") && isHalfTable(head, lastLine)) {
    return hideHalfTable(head, lastLine);
  }
  const lead = LINE_LEAD.exec(tail)![0];
  return head + lead + calmInline(tail.slice(lead.length));
}

/** Hides the beginning of the closing fence. */
function calmFence(text: string, fence: string): string {
  const lineStart = text.lastIndexOf("\n") + 1;
  const line = text.slice(lineStart).replace(/^[ \t>]*/, "");
  return lineStart > 0 && line !== "" && fence.startsWith(line) ? text.slice(0, lineStart) : text;
}

/** Where the last block of the text begins, as far as formatting can reach back from its end. */
function blockStart(text: string, from: number): number {
  let start = text.lastIndexOf("\n") + 1;
  while (start > from && text.length - start < MAX_TAIL) {
    if (BLOCK_START.test(text.slice(start, start + 200))) break;
    const previous = text.lastIndexOf("\n", start - 2) + 1;
    if (text.slice(previous, start).trim() === "") break;
    start = previous;
  }
  return Math.max(start, from);
}

/** A header row whose delimiter row is missing or not complete: not a table to the parser yet. */
function isHalfTable(head: string, lastLine: string): boolean {
  const above = lineAbove(head);
  if (!above.startsWith("|")) return true;
  if (!DELIMITER_ROW.test(lastLine)) return false;
  const twoAbove = lineAbove(head.slice(0, head.lastIndexOf("\n", head.length - 2) + 1));
  return !twoAbove.startsWith("|") && cells(lastLine) < cells(above);
}

function hideHalfTable(head: string, lastLine: string): string {
  if (!DELIMITER_ROW.test(lastLine) || !lineAbove(head).startsWith("|")) return head.trimEnd();
  return head.slice(0, head.lastIndexOf("\n", head.length - 2) + 1).trimEnd();
}

function lineAbove(head: string): string {
  return head.slice(head.lastIndexOf("\n", head.length - 2) + 1).trim();
}

/** Cells of a table row; in a delimiter row only those that have a dash count. */
function cells(row: string): number {
  const inner = row.trim().replace(/^\||(?<!\\)\|$/g, "").split(/(?<!\\)\|/);
  return DELIMITER_ROW.test(row) ? inner.filter((cell) => cell.includes("-")).length : inner.length;
}

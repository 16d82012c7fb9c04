/** What an agent writes to the program, not to the reader: `[button:Label]` and `<file:/path>`. */
import { scanFences, scanInlineCode } from "./code_scan.ts";

export interface Stripped {
  /** What the reader sees. */
  markdown: string;
  /** Labels; those of one line are one row. */
  buttons: string[][];
  /** Paths as written, in order. */
  files: string[];
}

/** Labels and paths have a limit so that a text full of unclosed markers is read in linear time. */
const MARKER = /\\[^]|\[button:([^\]\n]{0,512})\]|<file:([^>\n]{0,4096})>/g;
const MARKER_STARTS = ["[button:", "<file:"];
const MARKER_END = /^(?:\[[^\]]*\]|<[^>]*>)/;
/** A line on which only a bullet or a number is left. */
const BARE_LINE = /^[ \t]*(?:[-*+]|\d{1,9}[.)])?[ \t]*$/;

/**
 * Takes the markers out of the text, except in code, where they are an example. With `streaming`,
 * a marker that is still being written at the end is held back too; when it turns out to be
 * ordinary text, the next call shows it.
 */
export function stripMarkers(markdown: string, options: { streaming?: boolean } = {}): Stripped {
  const collector = new Collector();
  const regions = scanFences(markdown);
  for (const [index, region] of regions.entries()) {
    const text = markdown.slice(region.start, region.end);
    if (region.fenced) collector.code(text);
    else collector.prose(text, options.streaming === true && index === regions.length - 1);
  }
  return collector.finish();
}

class Collector {
  #parts: string[] = [];
  #buttons: string[][] = [];
  #files: string[] = [];

  code(text: string): void {
    this.#parts.push(text);
  }

  prose(text: string, growing: boolean): void {
    const { spans, unclosed } = scanInlineCode(text);
    const codeFrom = growing && unclosed !== undefined ? unclosed : text.length;
    const lines: string[] = [];
    let line = "";
    let stripped = false;
    let row: string[] = [];
    const endLine = () => {
      if (!stripped || !BARE_LINE.test(line)) lines.push(stripped ? line.trimEnd() : line);
      if (row.length > 0) this.#buttons.push(row);
      [line, stripped, row] = ["", false, []];
    };
    const append = (part: string) => {
      const [first = "", ...others] = part.split("\n");
      line += first;
      for (const other of others) {
        endLine();
        line = other;
      }
    };

    let at = 0;
    let span = 0;
    for (const match of text.matchAll(MARKER)) {
      const [marker, label, path] = match;
      while (span < spans.length && spans[span]![1] <= match.index) span++;
      const code = Math.min(spans[span]?.[0] ?? codeFrom, codeFrom);
      if (marker.startsWith("\\") || match.index >= code) continue;
      append(text.slice(at, match.index));
      at = match.index + marker.length;
      stripped = true;
      if (label?.trim()) row.push(label.trim());
      if (path?.trim()) this.#files.push(path.trim());
    }
    let end = text.length;
    if (growing && codeFrom === text.length) {
      end = halfMarkerStart(text, Math.max(at, spans.at(-1)?.[1] ?? 0));
    }
    append(text.slice(at, end));
    if (end < text.length) stripped = true;
    endLine();
    this.#parts.push(lines.join("\n").replace(/\n{3,}/g, "\n\n"));
  }

  finish(): Stripped {
    return {
      markdown: this.#parts.join("").trimEnd(),
      buttons: this.#buttons,
      files: this.#files,
    };
  }
}

/** Where a marker begins that the text ends in the middle of; the text's length if none does. */
function halfMarkerStart(text: string, from: number): number {
  const lastLine = Math.max(from, text.lastIndexOf("\n") + 1);
  for (const marker of MARKER_STARTS) {
    const at = text.lastIndexOf(marker[0]!);
    if (at < lastLine || text[at - 1] === "\\") continue;
    const tail = text.slice(at);
    if (marker.startsWith(tail) || (tail.startsWith(marker) && !MARKER_END.test(tail))) return at;
  }
  return text.length;
}

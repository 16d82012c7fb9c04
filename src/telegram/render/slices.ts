/**
 * A long Markdown text in slices that can be read one by one, so that whoever reads it can let others
 * do something in between. Cut where the reader sees it least; what is a code block in the whole text
 * is one in each slice.
 */
import { openFence, type Region, scanFences } from "./code_scan.ts";

/** A text of this length is read at once. UTF-16 units, as all here. */
export const WHOLE = 24_576;
/** From here on a slice ends at the next blank line … */
const SOFT = 16_384;
/** … and no later than this if it is prose, which takes longest to read. */
const PROSE = WHOLE;
/** No slice is longer, but for a fence in front of it. */
const LONGEST = 65_536;

export interface Slice {
  text: string;
  /** The line that opened the code block it begins in; to be set before it. */
  fence: string;
}

/** All texts together are the whole. An empty text has no slices. */
export function* slicesOf(markdown: string): Generator<Slice> {
  let fence = "";
  for (let at = 0; at < markdown.length;) {
    const whole = markdown.length - at <= WHOLE;
    const window = fence + markdown.slice(at, at + LONGEST);
    const regions = whole ? [] : scanFences(window);
    const end = whole ? window.length : cutOf(window, regions, fence.length);
    at += end - fence.length;
    yield { fence, text: window.slice(fence.length, end) };
    if (!whole) fence = openFence(window.slice(0, end));
  }
}

/** Where the first slice of a text that is longer ends; `least`: after this. */
function cutOf(window: string, regions: readonly Region[], least: number): number {
  const inCode = (at: number) =>
    regions.some(({ start, end, fenced }) => fenced && at > start && at < end);
  const first = (pattern: RegExp, from: number, to: number) => {
    pattern.lastIndex = from;
    for (let found = pattern.exec(window); found; found = pattern.exec(window)) {
      const at = found.index + found[0].length;
      if (at >= to) return undefined;
      if (!inCode(at)) return at;
    }
    return undefined;
  };
  const found = first(/\n[ \t]*\n(?=\S)/g, SOFT, PROSE) ??
    (inCode(PROSE) ? first(/\n/g, PROSE, window.length) : undefined) ??
    first(/\n(?=\S)/g, SOFT, PROSE);
  if (found !== undefined) return found;
  const most = inCode(PROSE) ? window.length : PROSE;
  const at = Math.max(window.lastIndexOf("\n", most - 1), window.lastIndexOf(" ", most - 1)) + 1;
  const end = at > least + SOFT ? at : most;
  return end === most && /[\ud800-\udbff]/.test(window[end - 1]!) ? end - 1 : end;
}

/** Words and cuts for short texts that people read. */

const clusters = new Intl.Segmenter(undefined, { granularity: "grapheme" });

/** No character anybody writes is longer; of a longer one a part is shown. UTF-16 units. */
const LONGEST_CLUSTER = 64;

export interface ShortenOptions {
  /** Which part stays. */
  keep?: "start" | "end";
  /** What stands for the rest. */
  mark?: string;
}

/**
 * At most `most` UTF-16 units (what Telegram counts), the mark for what was left out among them.
 * What a reader sees as one character, such as 👩‍👧, stays whole or is left out.
 */
export function shorten(
  text: string,
  most: number,
  { keep = "start", mark = "…" }: ShortenOptions = {},
): string {
  if (text.length <= most) return text;
  const room = Math.max(0, most - mark.length);
  return keep === "start"
    ? cut(text, room) + mark
    : mark + text.slice(boundary(text, text.length - room, 1));
}

/** The first `most` UTF-16 units at most, without half a character at the end. */
export function cut(text: string, most: number): string {
  return text.length <= most ? text : text.slice(0, boundary(text, most, -1));
}

/** The place at or next to `at`, backwards or forwards, where no character is split. */
function boundary(text: string, at: number, direction: 1 | -1): number {
  const found = clusters.segment(text.slice(0, at + LONGEST_CLUSTER)).containing(at);
  if (!found) return at;
  const { index: begin, segment } = found;
  if (segment.length <= LONGEST_CLUSTER) {
    return begin === at || direction < 0 ? begin : begin + segment.length;
  }
  const split = isHigh(text.charCodeAt(at - 1)) && !isHigh(text.charCodeAt(at));
  return split ? at + direction : at;
}

/** Whether this is the first half of a surrogate pair. */
function isHigh(unit: number): boolean {
  return unit >= 0xd800 && unit < 0xdc00;
}

/**
 * A name shortened in its middle, so that beginning and ending stay readable.
 *
 * @param most Counts what a reader sees as characters.
 */
export function shortenMiddle(name: string, most: number): string {
  const all = [...clusters.segment(name)].map(({ segment }) => segment);
  if (all.length <= most) return name;
  const tail = Math.floor((most - 1) / 3);
  return all.slice(0, most - 1 - tail).join("").trimEnd() + "…" +
    all.slice(all.length - tail).join("");
}

/** On one line: all white space and control characters become single spaces. */
export function oneLine(text: string): string {
  return text.replaceAll(/[\p{Cc}\p{Zl}\p{Zp}\s]+/gu, " ").trim();
}

/** `1 job`, `2 jobs`, `1,000 jobs`. */
export function counted(n: number, one: string, many: string = `${one}s`): string {
  return `${n.toLocaleString("en-US")} ${n === 1 ? one : many}`;
}

/** `0 B`, `12 KB`, `3.4 MB`: as Telegram counts bytes, 1024 to a KB, unless `kilo` says otherwise. */
export function sizeOf(bytes: number, kilo: 1000 | 1024 = 1024): string {
  const units = ["B", "KB", "MB", "GB", "TB"];
  let value = bytes;
  let unit = 0;
  while (value >= kilo - 0.5 && unit < units.length - 1) {
    value /= kilo;
    unit++;
  }
  return `${unit > 0 && value < 9.95 ? value.toFixed(1) : Math.round(value)} ${units[unit]}`;
}

/** `now`, `5 min ago`, `3 h ago`, `2 days ago`. */
export function agoOf(ms: number): string {
  const minutes = Math.floor(ms / 60_000);
  if (minutes < 1) return "now";
  if (minutes < 60) return `${minutes} min ago`;
  const hours = Math.floor(minutes / 60);
  return hours < 48 ? `${hours} h ago` : `${Math.floor(hours / 24)} days ago`;
}

/** A length of time: `46 s`, `2 min 5 s`, `3 h 10 min`, `2 days 4 h`. */
export function duration(ms: number): string {
  const seconds = Math.round(ms / 1000);
  const minutes = Math.floor(seconds / 60);
  const hours = Math.floor(minutes / 60);
  if (hours >= 48) return joined(counted(Math.floor(hours / 24), "day"), hours % 24, "h");
  if (hours > 0) return joined(`${hours} h`, minutes % 60, "min");
  return minutes > 0 ? joined(`${minutes} min`, seconds % 60, "s") : `${seconds} s`;
}

function joined(big: string, small: number, unit: string): string {
  return small > 0 ? `${big} ${small} ${unit}` : big;
}

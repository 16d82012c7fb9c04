/** Where to cut a text so that the reader minds least. */
import type { MessageEntity } from "grammy/types";

/** A boundary of a better kind is taken only if it leaves the piece at least this full. */
const MIN_FILL = 0.5;
/** Characters before a hard cut that are looked at to keep a cluster of them together. */
const CLUSTER_REACH = 64;
const SENTENCE_END = /[.!?…。！？](?:["'”’)\]*_]*\s+|(?<=[。！？]))/g;

/**
 * The end of the piece that begins at `start` and may reach to `window`, which is inside the text.
 * Looks no further than the character at `window`, so that text added later does not move the cut. `first` is the
 * index of the first entity that reaches into the piece.
 */
export function bestCut(
  text: string,
  entities: readonly MessageEntity[],
  first: number,
  start: number,
  window: number,
): number {
  const blocks = codeBlocks(entities, first, window);
  const split = blocks.find((block) => block.offset < window && window < end(block));
  // A code block that does not fit begins in the next piece, where it may fit, and can be copied
  // from its first line.
  if (split !== undefined && text.slice(start, split.offset).trim() !== "") return split.offset;

  const inCode = (at: number) => blocks.some((block) => block.offset < at && at < end(block));
  const least = start + Math.floor((window - start) * MIN_FILL);
  return lastBoundary(text, "\n\n", least, window, inCode) ??
    lastBoundary(text, "\n", least, window, inCode) ??
    // Inside code: rather before a line that begins at the margin, where a statement begins.
    lastBoundary(text, "\n", least, window, (at) => !isMargin(text, at, window)) ??
    lastBoundary(text, "\n\n", least, window) ??
    lastBoundary(text, "\n", least, window) ??
    lastSentence(text, least, window) ??
    lastBoundary(text, " ", least, window) ??
    lastBoundary(text, "\n", start + 1, window) ??
    lastBoundary(text, " ", start + 1, window) ??
    hardCut(text, start, window);
}

function codeBlocks(entities: readonly MessageEntity[], first: number, window: number) {
  const blocks: MessageEntity[] = [];
  for (let index = first; index < entities.length; index++) {
    const entity = entities[index]!;
    if (entity.offset >= window) break;
    if (entity.type === "pre") blocks.push(entity);
  }
  return blocks;
}

function end(entity: MessageEntity): number {
  return entity.offset + entity.length;
}

/** The last place of `mark` that ends a piece in `[least, window]`, unless it is refused. */
function lastBoundary(
  text: string,
  mark: string,
  least: number,
  window: number,
  refuse?: (at: number) => boolean,
): number | undefined {
  // The mark itself is dropped at a cut, so its first character may stand just at the window's end.
  for (let at = text.lastIndexOf(mark, window + 1 - mark.length); at >= least;) {
    if (refuse === undefined || !refuse(at)) return at;
    if (at === 0) break;
    at = text.lastIndexOf(mark, at - 1);
  }
  return undefined;
}

function isMargin(text: string, lineEnd: number, window: number): boolean {
  return lineEnd < window && /[^\s)\]}]/.test(text[lineEnd + 1] ?? "");
}

function lastSentence(text: string, least: number, window: number): number | undefined {
  let last: number | undefined;
  for (const match of text.slice(least, window).matchAll(SENTENCE_END)) {
    last = least + match.index + match[0].length;
  }
  return last;
}

/** In the middle of a word, but not of what the reader sees as one character. */
function hardCut(text: string, start: number, window: number): number {
  const unit = text.charCodeAt(window - 1);
  const inPair = unit >= 0xd800 && unit <= 0xdbff && window - 1 > start;
  const whole = inPair ? window - 1 : window;
  let from = Math.max(start, whole - CLUSTER_REACH);
  // Begin where no cluster is under way: at a letter of the older, simple kind.
  while (from > start && text.charCodeAt(from) >= 0x300) from--;
  const clusters = new Intl.Segmenter(undefined, { granularity: "grapheme" });
  let last = start;
  // What the last cluster will be is not known before its end: it goes to the next piece.
  for (const { index } of clusters.segment(text.slice(from, whole))) last = from + index;
  return last > start ? last : whole;
}

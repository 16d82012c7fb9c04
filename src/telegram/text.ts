/**
 * Short formatted texts of our own, put together from parts: names of files, models and people stand
 * in them as they are, where Markdown would read something into them.
 */
import type { MessageEntity } from "grammy/types";
import type { Piece } from "./content.ts";
import { MESSAGE_LIMIT } from "./content.ts";

/** A run of text with one kind of formatting. */
export interface Styled {
  type: "bold" | "italic" | "code" | "pre" | "blockquote" | "expandable_blockquote";
  text: string;
}

export type Part = string | Styled;

export const bold = (text: string): Styled => ({ type: "bold", text });
export const italic = (text: string): Styled => ({ type: "italic", text });
export const code = (text: string): Styled => ({ type: "code", text });

/** Puts the parts together; parts beyond `limit` UTF-16 units are left out, as a whole. */
export function textOf(parts: readonly Part[], limit: number = MESSAGE_LIMIT): Piece {
  let text = "";
  const entities: MessageEntity[] = [];
  for (const part of parts) {
    const own = (typeof part === "string" ? part : part.text).toWellFormed();
    if (text.length + own.length > limit) break;
    if (typeof part !== "string" && own.trim() !== "") {
      entities.push({ type: part.type, offset: text.length, length: own.length } as MessageEntity);
    }
    text += own;
  }
  return { text, entities };
}

/** Control characters and marks that turn the direction of text: no name may rearrange a line. */
const UNSEEN = /[\p{Cc}\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu;

/** A name as it may be shown on one line. */
export function nameOf(name: string): string {
  return name.toWellFormed().replaceAll(UNSEEN, "\ufffd");
}

/**
 * A name shortened in its middle, so that beginning and ending stay readable; `limit` counts what a
 * reader sees as characters.
 */
export function shortened(name: string, limit: number): string {
  const clusters = [...new Intl.Segmenter(undefined, { granularity: "grapheme" }).segment(name)]
    .map(({ segment }) => segment);
  if (clusters.length <= limit) return name;
  const tail = Math.floor((limit - 1) / 3);
  return clusters.slice(0, limit - 1 - tail).join("").trimEnd() + "…" +
    clusters.slice(clusters.length - tail).join("");
}

/** `1 message`, `2 messages`. */
export function counted(n: number, what: string): string {
  return `${n.toLocaleString("en-US")} ${what}${n === 1 ? "" : "s"}`;
}

/** `0 B`, `12 KB`, `3.4 MB`: bytes as Telegram counts them (1024 to a KB). */
export function sizeOf(bytes: number): string {
  const units = ["B", "KB", "MB", "GB", "TB"];
  let value = bytes;
  let unit = 0;
  while (value >= 1023.5 && unit < units.length - 1) {
    value /= 1024;
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

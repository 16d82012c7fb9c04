/**
 * A line of a config file that may be shown: what is not known to be harmless is left out.
 *
 * @module
 */
import { shorten } from "../base/text.ts";

const WORD = /[^\s"{}[\],:]+/g;
const MAX_LENGTH = 60;

/**
 * The line around `offset` with a mark below the place:
 *
 *     7 |   "telegram_token": "…" "allowed_user_ids": [
 *       |                         ^
 *
 * Only words of `known` (the names of keys), `true`, `false`, `null` and numbers up to five digits
 * are shown. A file that is not JSON cannot be taken apart into keys and values, so nothing else
 * can be trusted not to be part of a secret.
 */
export function safeExcerpt(text: string, offset: number, known: ReadonlySet<string>): string {
  const start = Math.max(text.lastIndexOf("\n", offset - 1), text.lastIndexOf("\r", offset - 1)) +
    1;
  const rest = text.slice(offset).search(/[\r\n]/);
  const end = rest < 0 ? text.length : offset + rest;
  const line = text.slice(0, start).split(/\r\n|\r|\n/).length;
  const before = shorten(mask(text.slice(start, offset), known), MAX_LENGTH, { keep: "end" });
  const after = shorten(mask(text.slice(offset, end), known), MAX_LENGTH);
  const margin = " ".repeat(String(line).length);
  return `  ${line} | ${before}${after}\n  ${margin} | ${" ".repeat(before.length)}^`;
}

function mask(part: string, known: ReadonlySet<string>): string {
  return part
    .replace(/\t/g, " ")
    .replace(/\p{C}/gu, "…")
    .replace(WORD, (word) => known.has(word) || /^\d{1,5}$/.test(word) ? word : "…")
    .replace(/…([\s:]*…)+/g, "…");
}

/** All key names in `value`, at every depth, and the words of JSON itself. */
export function keyNames(value: unknown, into = new Set(["true", "false", "null"])): Set<string> {
  if (typeof value === "object" && value !== null) {
    for (const [key, inner] of Object.entries(value)) {
      if (!Array.isArray(value)) into.add(key);
      keyNames(inner, into);
    }
  }
  return into;
}

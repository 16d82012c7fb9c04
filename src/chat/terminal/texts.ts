/** What is said of terminals; Markdown. */
import { shorten } from "../../base/text.ts";

/** Longest last words that are repeated, UTF-16 units. */
const WORDS = 1500;

export const texts = {
  done: (title: string, folder: string, took: string, words: string) =>
    `💻 **${title}** in a terminal (${folder}) is done after ${took}.${quoted(words)}`,
  waits: (title: string, folder: string, words: string) =>
    `💻 **${title}** in a terminal (${folder}) waits for your input.${quoted(words)}`,
} as const;

function quoted(words: string): string {
  return words.trim() === "" ? "" : `\n\n${shorten(words.trim(), WORDS)}`;
}

/** What a session is called that has no name: how it began. */
import { oneLine, shorten } from "../base/text.ts";

const MOST = 100;

/** The user's own words of a prompt: without what ductor adds behind them. */
export function ownWords(prompt: string): string {
  return prompt.replace(/\n\n\[ductor, not the user: [^]*$/, "").trim();
}

/** A title of one line. */
export function titleOf(text: string): string {
  return shorten(oneLine(ownWords(text)), MOST);
}

/** What is said in the chat about events of webhooks. Markdown. */
import { shorten } from "../base/text.ts";
import { plain } from "../jobs/texts.ts";

/** @param data What came in, of the first one. */
export function interruptedText(title: string, count: number, data: string): string {
  const what = count === 1 ? "an event" : `${count} events`;
  const shown = data.trim() === ""
    ? ""
    : `\n\n> ${plain(shorten(data.trim().replaceAll(/\s+/g, " "), 300))}`;
  return `⚠️ I was interrupted while working on ${what} of the webhook **${
    plain(title)
  }**. It may ` +
    `be half done, so I did not begin again.${shown}`;
}

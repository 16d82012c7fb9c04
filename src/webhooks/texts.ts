/** What is said about webhooks, in the chat and elsewhere. Markdown. */
import { shorten } from "../base/text.ts";
import { plain } from "../jobs/texts.ts";

/** What it means to listen on an address that is not only this machine's. */
export function openWarning(host: string): string {
  const by = host === "0.0.0.0" || host === "::" ? "this one" : host;
  return `Every machine that can reach ${by} can send to the webhooks now, unencrypted. Events are ` +
    "taken only with the secret of their hook; all the same, let a firewall admit only your " +
    "proxy, and name that in webhooks.trusted_proxies.";
}

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

/** Makes a request of the updates it came in. The same updates always make the same request. */
import type { Update } from "grammy/types";
import type { Request } from "../conversation/request.ts";
import { type Me, readMessage } from "./incoming.ts";
import { addressOf } from "./incoming.ts";
import { AGENT, labelOf } from "./actions.ts";

/** @returns `undefined` when there is nothing in them for an agent. */
export function requestOf(updates: readonly Update[], me: Me): Request | undefined {
  const [first] = updates;
  if (first?.callback_query) return pressed(first);
  const messages = updates.flatMap((update) => readMessage(update, me) ?? []);
  const texts = messages.map(({ text }) => text.replace(/^!(?=.)/s, "").trim());
  const text = texts.filter((text) => text !== "").join("\n\n");
  if (!messages[0] || text === "") return undefined;
  const { address, from, message } = messages[0];
  return {
    updateIds: updates.map(({ update_id }) => update_id),
    address,
    userId: from.id,
    messageId: message.message_id,
    text,
  };
}

function pressed({ update_id, callback_query: query }: Update): Request | undefined {
  const { message, data = "", from } = query!;
  if (!message || message.date === 0 || !data.startsWith(AGENT)) return undefined;
  const label = labelOf(message.reply_markup, data);
  if (label === undefined) return undefined;
  return {
    updateIds: [update_id],
    address: addressOf(message),
    userId: from.id,
    messageId: message.message_id,
    text: label,
  };
}

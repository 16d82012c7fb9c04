/** Makes a request of the updates it came in. The same updates always make the same request. */
import type { Update } from "grammy/types";
import { joinParts, type Request, type RequestPart } from "../../conversation/request.ts";
import { AGENT, labelOf, OWN } from "../buttons.ts";
import { quickOf } from "../welcome/quick.ts";
import { addressOf, type Incoming, type Me, readAll } from "./incoming.ts";
import { attachmentsOf, lineOf } from "./attachments.ts";
import { forwarded, quoteOf, repliedTo } from "./quotes.ts";

/** From this length on a text may be one piece of a longer one that the client has cut. */
const NEAR_LIMIT = 4000;
const LIMIT = 4096;

/** @returns `undefined` when there is nothing in them for an agent. */
export function requestOf(updates: readonly Update[], me: Me): Request | undefined {
  const [first] = updates;
  if (first?.callback_query) return pressed(first);
  const messages = readAll(updates, me);
  const parts = messages.map((incoming, index) => partOf(incoming, me, index === 0));
  const { text, attachments } = joinParts(parts);
  if (!messages[0] || (text === "" && attachments.length === 0)) return undefined;
  const { address, from, message } = messages[0];
  return {
    updateIds: updates.map(({ update_id }) => update_id),
    address,
    userId: from.id,
    messageId: message.message_id,
    text,
    parts,
    ...attachments.length > 0 && { attachments },
  };
}

/** The user's own words come first: a directive has to stand at the beginning. */
function partOf({ message, text }: Incoming, me: Me, first: boolean): RequestPart {
  const { forward_origin: origin, message_id: messageId } = message;
  const attachments = attachmentsOf(message);
  const raw = message.text ?? message.caption ?? "";
  const content = [text.trim(), lineOf(message)].filter(Boolean).join("\n\n");
  if (origin) return { messageId, text: forwarded(origin, content), attachments, glue: "\n\n" };
  // A `!` in front only says that it is urgent.
  const own = first ? content.replace(/^!(?=.)/s, "").trim() : content;
  // Of the bot's own messages the agent knows what it has sent.
  const reply = repliedTo(message);
  const answered = reply && reply.from?.id !== me.id
    ? attachmentsOf(reply).map((attachment) => ({ ...attachment, quoted: true as const }))
    : [];
  return {
    messageId,
    text: [own, quoteOf(message, me.id)].filter(Boolean).join("\n\n"),
    attachments: [...attachments, ...answered],
    glue: raw.length >= LIMIT ? "" : raw.length >= NEAR_LIMIT ? "\n" : "\n\n",
  };
}

/** In front of the data of the quick actions under the welcome. */
const QUICK = `${OWN}hello:`;

function pressed({ update_id, callback_query: query }: Update): Request | undefined {
  const { message, data = "", from } = query!;
  if (!message || message.date === 0) return undefined;
  const text = data.startsWith(AGENT)
    ? labelOf(message.reply_markup, data)
    : data.startsWith(QUICK)
    ? quickOf(data.slice(QUICK.length))?.prompt
    : undefined;
  if (text === undefined) return undefined;
  return {
    updateIds: [update_id],
    address: addressOf(message),
    userId: from.id,
    messageId: message.message_id,
    text,
  };
}

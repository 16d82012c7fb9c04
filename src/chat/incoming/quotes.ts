/** What a message answers and whom it was forwarded from, as the agent reads it. */
import { shorten } from "../../base/text.ts";
import type { Chat, Message, MessageOrigin, User } from "grammy/types";
import { attachmentsOf, type Carrier, line, lineOf } from "./attachments.ts";
import { marked, markedOf, type TextCarrier, withLinks } from "./marks.ts";

/** Longest quoted text, UTF-16 units; an answered message is context, not the matter itself. */
const QUOTE_LENGTH = 2000;

type Replied = NonNullable<Message["reply_to_message"]>;

/** The message that is answered. In a topic every message "answers" the one that opened it. */
export function repliedTo(message: Partial<Message>): Replied | undefined {
  const { reply_to_message: reply, message_thread_id, is_topic_message } = message;
  if (!reply || reply.forum_topic_created) return undefined;
  return is_topic_message && reply.message_id === message_thread_id ? undefined : reply;
}

/** Whether the message answers one of this person or bot, in this chat or out of another. */
export function isAnswerTo(message: Partial<Message>, id: number): boolean {
  if (repliedTo(message)?.from?.id === id) return true;
  const origin = message.external_reply?.origin;
  return origin?.type === "user" && origin.sender_user.id === id;
}

/** The answered message or the quoted part of it; `undefined` when the message answers none. */
export function quoteOf(message: Partial<Message>, botId: number): string | undefined {
  const reply = repliedTo(message);
  const { external_reply: external, quote } = message;
  if (!reply && !external) return undefined;
  const who = reply
    ? reply.from?.id === botId ? "you" : nameOf(reply.from, reply.sender_chat)
    : originName(external!.origin);
  const text = quote
    ? withLinks(marked(quote.text, quote.entities))
    : contentOf(reply ?? external!);
  if (text === "") return undefined;
  const part = quote?.is_manual ? "this part of a message" : "this message";
  return `[The user answers ${part} by ${who}:]\n${fenced(text)}`;
}

/** A forwarded text with its source. */
export function forwarded(origin: MessageOrigin, text: string): string {
  const date = new Date(origin.date * 1000).toISOString().slice(0, 16).replace("T", " ");
  const head = `[Forwarded from ${originName(origin)}, ${date} UTC`;
  return text === "" ? `${head}]` : `${head}:]\n${fenced(text, Infinity)}`;
}

function contentOf(message: Carrier & TextCarrier): string {
  const [file] = attachmentsOf(message);
  const label = file &&
    `(${file.kind.replace("_", " ")}${file.name ? `: ${line(file.name)}` : ""})`;
  return [label, withLinks(markedOf(message)) || lineOf(message)].filter(Boolean).join(" ");
}

/** Every line marked, so that nothing in the text can end the quotation. */
function fenced(text: string, max = QUOTE_LENGTH): string {
  const short = shorten(text, max, { mark: " […]" });
  return short.split(/\r\n|[\n\r\v\f\u0085\u2028\u2029]/).map((part) => `> ${part}`).join("\n");
}

function originName(origin: MessageOrigin): string {
  switch (origin.type) {
    case "user":
      return nameOf(origin.sender_user);
    case "hidden_user":
      return nameOf({ first_name: origin.sender_user_name });
    case "chat":
      return nameOf(undefined, origin.sender_chat);
    case "channel":
      return nameOf(undefined, origin.chat);
  }
}

function nameOf(user: Pick<User, "first_name" | "last_name"> | undefined, chat?: Chat): string {
  const name = chat
    ? chat.title ?? chat.username
    : [user?.first_name, user?.last_name].filter(Boolean).join(" ");
  // Square brackets would end the line that names them.
  return line(name ?? "", 80).replaceAll(/[[\]]/g, "") || "somebody";
}

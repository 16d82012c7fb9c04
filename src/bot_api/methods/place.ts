import type { Message } from "grammy/types";
import { readEntities } from "../entity_input.ts";
import { badRequest } from "../errors.ts";
import { isObject, type Params } from "../params.ts";
import { type Room, threadOf } from "../room.ts";
import type { Place } from "../world.ts";
import type { Call } from "./context.ts";

/** Where a message goes, and what it quotes. */
export interface FullPlace extends Place {
  extra: Partial<Message>;
}

/**
 * Reads `message_thread_id` and `reply_parameters` (or the older `reply_to_message_id`).
 * Throws when the topic or the message is not there.
 */
export function placeOf(call: Call, room: Room): FullPlace {
  const thread = threadParam(call.params, room);
  const reply = replyParams(call.params);
  if (!reply) return { thread, extra: {} };
  const source = reply.chatId === undefined ? room : call.world.rooms.get(reply.chatId);
  const replyTo = source?.started ? source.messages.get(reply.messageId) : undefined;
  if (!replyTo) {
    if (reply.lenient) return { thread, extra: {} };
    throw badRequest("message to be replied not found");
  }
  const extra = reply.quote === "" ? {} : { quote: quoteOf(reply, replyTo) };
  const topic = threadOf(replyTo);
  const elsewhere = room.hasTopics && thread !== undefined && topic !== thread;
  if (source !== room || elsewhere) {
    return { thread, extra: { ...extra, external_reply: externalReply(room, replyTo) } };
  }
  return { thread: thread ?? topic, replyTo, extra };
}

/** The topic of a call that sends. The General topic (1) has no id there and is refused. */
export function threadParam(params: Params, room: Room): number | undefined {
  const thread = params.int("message_thread_id") ?? 0;
  if (thread <= 0) return undefined;
  if (room.hasTopics) {
    const topic = room.topics.get(thread);
    if (!topic) throw badRequest("message thread not found");
    if (topic.closed && !room.botIsAdmin) throw badRequest("TOPIC_CLOSED");
    return thread;
  }
  // In an ordinary supergroup a thread is a message and the replies to it.
  const isRoot = room.kind === "supergroup" && room.messages.has(thread);
  if (!isRoot) throw badRequest("message thread not found");
  return thread;
}

interface Reply {
  messageId: number;
  chatId: number | undefined;
  lenient: boolean;
  quote: string;
  position: number;
}

function replyParams(params: Params): Reply | undefined {
  const value = params.json("reply_parameters", "reply parameters");
  if (value === undefined) {
    const messageId = params.int("reply_to_message_id") ?? 0;
    if (messageId <= 0) return undefined;
    const lenient = params.flag("allow_sending_without_reply");
    return { messageId, chatId: undefined, lenient, quote: "", position: 0 };
  }
  if (!isObject(value)) throw badRequest("object expected as reply parameters");
  if (Object.keys(value).length === 0) return undefined;
  const messageId = Number(value["message_id"] ?? NaN);
  if (!Number.isInteger(messageId)) {
    throw badRequest(`can't parse reply parameters: Can't find field "message_id"`);
  }
  readEntities(value["quote_entities"]);
  const chatId = value["chat_id"];
  return {
    messageId,
    chatId: chatId === undefined ? undefined : Number(chatId),
    lenient: value["allow_sending_without_reply"] === true,
    quote: String(value["quote"] ?? ""),
    position: Number(value["quote_position"] ?? 0),
  };
}

function quoteOf({ quote, position }: Reply, replyTo: Message): NonNullable<Message["quote"]> {
  const text = replyTo.text ?? replyTo.caption ?? "";
  const at = text.startsWith(quote, position) ? position : text.indexOf(quote);
  if (quote.length > 1024 || at < 0) throw badRequest("QUOTE_TEXT_INVALID");
  return { text: quote, position: at, is_manual: true };
}

function externalReply(room: Room, replyTo: Message): NonNullable<Message["external_reply"]> {
  const from = replyTo.from ?? { id: 0, is_bot: false, first_name: "" };
  return {
    origin: { type: "user", date: replyTo.date, sender_user: from },
    ...(room.kind === "supergroup" &&
      { chat: replyTo.chat, message_id: replyTo.message_id }),
  };
}

import type { Message } from "grammy/types";
import { badRequest } from "../errors.ts";
import { isObject, type Params } from "../params.ts";
import { type Room, threadOf } from "../room.ts";
import type { Place } from "../world.ts";

/**
 * Reads `message_thread_id`, `reply_parameters` and `disable_notification`.
 * Throws when the topic or the message is not there.
 */
export function placeOf(params: Params, room: Room): Place {
  const thread = threadParam(params, room);
  // Only who manages topics writes into a closed one.
  if (thread !== undefined && room.topics.get(thread)?.closed && !room.botIsAdmin) {
    throw badRequest("TOPIC_CLOSED");
  }
  const replyTo = repliedTo(params, room);
  const topic = replyTo && threadOf(replyTo);
  // An answer to a message in another topic shows no reply there.
  const silent = params.flag("disable_notification");
  if (room.hasTopics && thread !== undefined && topic !== thread) return { thread, silent };
  return { thread: thread ?? topic, replyTo, silent };
}

/** The topic of a call that sends. The General topic (1) has no id there and is refused. */
export function threadParam(params: Params, room: Room): number | undefined {
  const thread = params.int("message_thread_id") ?? 0;
  if (thread <= 0) return undefined;
  // In an ordinary supergroup a thread is a message and the replies to it.
  const known = room.hasTopics
    ? room.topics.has(thread)
    : room.kind === "supergroup" && room.messages.has(thread);
  if (!known) throw badRequest("message thread not found");
  return thread;
}

function repliedTo(params: Params, room: Room): Message | undefined {
  const value = params.json("reply_parameters", "reply parameters");
  if (value === undefined) return undefined;
  if (!isObject(value)) throw badRequest("object expected as reply parameters");
  if (Object.keys(value).length === 0) return undefined;
  const messageId = Number(value["message_id"] ?? NaN);
  if (!Number.isInteger(messageId)) {
    throw badRequest(`can't parse reply parameters: Can't find field "message_id"`);
  }
  const message = room.messages.get(messageId);
  if (message || value["allow_sending_without_reply"] === true) return message;
  throw badRequest("message to be replied not found");
}

/**
 * Reads updates. Telegram keeps to its own rules, but other servers answer in its place, and fields
 * come that nobody knows yet; a wrong part costs itself, or at most the update it stands in. What
 * else an update holds is left in it.
 */
import { getLogger } from "@logtape/logtape";
import type { Update } from "grammy/types";
import { flag, integer, list, number, object, type Read, seconds, text } from "../base/shape.ts";

const log = getLogger(["ductor", "telegram"]);

type Part = Record<string, unknown>;

function part(fields: Record<string, Read<unknown>>, ...needed: string[]): Read<Part> {
  return object<Part>(fields, ...needed);
}

const user = part(
  { id: integer, is_bot: flag, first_name: text, last_name: text, username: text },
  "id",
);
const chat = part({ id: integer, type: text, title: text, username: text }, "id", "type");
const entities = list(
  part(
    { type: text, offset: integer, length: integer, url: text, user },
    "type",
    "offset",
    "length",
  ),
);
const location = part(
  { latitude: number, longitude: number, live_period: number },
  "latitude",
  "longitude",
);
const file = part(
  {
    file_id: text,
    file_unique_id: text,
    file_size: number,
    file_name: text,
    mime_type: text,
    width: number,
    height: number,
    duration: number,
    performer: text,
    title: text,
    emoji: text,
    is_animated: flag,
    is_video: flag,
  },
  "file_id",
  "file_unique_id",
);

/** Whom a forwarded message is from, by the type of its origin. */
const SENDERS = new Map([
  ["user", "sender_user"],
  ["hidden_user", "sender_user_name"],
  ["chat", "sender_chat"],
  ["channel", "chat"],
]);
const knownOrigin = part(
  {
    type: text,
    date: seconds,
    sender_user: user,
    sender_user_name: text,
    sender_chat: chat,
    chat,
  },
  "type",
  "date",
);

/** Never left out: without this mark what somebody else wrote would pass for the user's own words. */
const origin: Read<Part> = (value) => {
  if (value === null || value === undefined) return undefined;
  const found = knownOrigin(value);
  const sender = SENDERS.get(found?.type as string);
  return found && sender !== undefined && Object.hasOwn(found, sender)
    ? found
    : { type: "hidden_user", sender_user_name: "", date: 0 };
};

const content = {
  photo: list(file),
  document: file,
  voice: file,
  audio: file,
  video: file,
  video_note: file,
  animation: file,
  sticker: file,
  location,
  venue: part({ location, title: text, address: text }, "location", "title", "address"),
  contact: part(
    { first_name: text, last_name: text, phone_number: text },
    "first_name",
    "phone_number",
  ),
  dice: part({ emoji: text, value: number }, "emoji", "value"),
  poll: part({ question: text, options: list(part({ text }, "text")) }, "question", "options"),
};

const button = part({ text, callback_data: text, url: text }, "text");

const ofMessage = {
  ...content,
  message_id: integer,
  date: seconds,
  chat,
  from: user,
  sender_chat: chat,
  message_thread_id: integer,
  is_topic_message: flag,
  media_group_id: text,
  migrate_to_chat_id: integer,
  forum_topic_created: part({ name: text }, "name"),
  forum_topic_edited: part({ name: text }),
  text,
  entities,
  caption: text,
  caption_entities: entities,
  quote: part({ text, entities, is_manual: flag }, "text"),
  external_reply: part({ ...content, origin }, "origin"),
  forward_origin: origin,
  reply_markup: part({ inline_keyboard: list(list(button)) }, "inline_keyboard"),
};
const message = part(
  {
    ...ofMessage,
    // Itself without the message that it answers.
    reply_to_message: part(
      { ...ofMessage, reply_to_message: () => undefined },
      "message_id",
      "chat",
    ),
  },
  "message_id",
  "chat",
);

/** 32 bits. An id beyond would be confirmed in place of all that are still to come. */
const updateId: Read<number> = (value) => {
  const id = integer(value);
  return id !== undefined && id >= 0 && id < 2 ** 31 - 1 ? id : undefined;
};

const update = part({
  update_id: updateId,
  message,
  edited_message: message,
  callback_query: part({ id: text, from: user, message, data: text }, "id", "from"),
}, "update_id");

/** An update of which every part that is there is as it should be; undefined when it has no id. */
export function readUpdate(value: unknown): Update | undefined {
  return update(value) as unknown as Update | undefined;
}

/**
 * The updates of an answer, without those that are none.
 *
 * @throws {TypeError} when there is no list
 */
export function readUpdates(value: unknown): Update[] {
  if (!Array.isArray(value)) throw new TypeError("Cannot read updates: found no list of them");
  const found = value.flatMap((each) => readUpdate(each) ?? []);
  if (found.length < value.length) {
    log.warn("{count} updates of Telegram could not be read", {
      count: value.length - found.length,
    });
  }
  return found;
}

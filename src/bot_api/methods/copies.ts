import type { Message } from "grammy/types";
import { badRequest } from "../errors.ts";
import { type Call, messageOf, type Method, roomOf } from "./context.ts";
import { captionOf, deliver } from "./send.ts";
import { MEDIA } from "../world.ts";

/** What a copy takes over. */
const CONTENT = [
  "text",
  "entities",
  "caption",
  "caption_entities",
  ...MEDIA,
  "link_preview_options",
] as const;

/** `copyMessage` */
export const copyMessage: Method = (call) => {
  const source = sourceOf(call, "message to copy");
  const content = contentOf(source);
  if (call.params.has("caption") && source.text === undefined) {
    delete content.caption;
    delete content.caption_entities;
    Object.assign(content, captionOf(call.params));
  }
  const { message_id } = deliver(call, content);
  return { message_id };
};

/** `forwardMessage` */
export const forwardMessage: Method = (call) => {
  const source = sourceOf(call, "message to forward");
  if (source.has_protected_content) throw badRequest("message can't be forwarded");
  const from = source.from ?? call.world.bot();
  return deliver(call, {
    ...contentOf(source),
    forward_origin: source.forward_origin ??
      { type: "user", date: source.date, sender_user: from },
  });
};

function sourceOf(call: Call, role: string): Message {
  if (!call.params.has("from_chat_id")) throw badRequest(`parameter "from_chat_id" is required`);
  return messageOf(call, roomOf(call, "read", "from_chat_id"), role);
}

function contentOf(message: Message): Partial<Message> {
  const content = Object.fromEntries(
    CONTENT.filter((field) => message[field] !== undefined)
      .map((field) => [field, message[field]]),
  ) as Partial<Message>;
  if (Object.keys(content).length === 0) throw badRequest("message can't be copied");
  return content;
}

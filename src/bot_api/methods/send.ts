import type { LinkPreviewOptions, Message } from "grammy/types";
import { badRequest } from "../errors.ts";
import { readReplyMarkup } from "../keyboards.ts";
import { captionText, messageText } from "../message_text.ts";
import { isObject, type Params } from "../params.ts";
import { checkContent } from "../refusal.ts";
import { type Call, type Method, resultOf, roomOf } from "./context.ts";
import { placeOf } from "./place.ts";

/** `sendMessage` */
export const sendMessage: Method = (call) => {
  const content = textOf(call.params);
  return deliver(call, content);
};

/** Puts a message of the bot into the call's chat and returns it. */
export function deliver(call: Call, content: Partial<Message>): Message {
  const { world, params } = call;
  const markup = readReplyMarkup(params.json("reply_markup", "reply keyboard markup"));
  const room = roomOf(call, "write");
  const place = placeOf(call.params, room);
  checkContent(room, content);
  const message = world.post(room, world.bot(), {
    ...content,
    ...(markup?.kind === "inline" && markup.markup && { reply_markup: markup.markup }),
  }, place);
  return resultOf(message);
}

/** `text` and what belongs to it. */
export function textOf(params: Params): Partial<Message> {
  const { text, entities } = messageText({
    text: params.text("text"),
    parseMode: params.text("parse_mode"),
    entities: params.raw["entities"] === undefined ? undefined : lenientJson(params, "entities"),
  });
  const preview = params.json("link_preview_options", "link preview options");
  if (preview !== undefined && !isObject(preview)) {
    throw badRequest("object expected as link preview options");
  }
  const hasPreview = preview !== undefined && Object.keys(preview).length > 0;
  return {
    text,
    ...(entities.length > 0 && { entities }),
    ...(hasPreview && { link_preview_options: preview as LinkPreviewOptions }),
  };
}

/** `caption` and what belongs to it; nothing when there is none. */
export function captionOf(params: Params): Partial<Message> {
  const { text, entities } = captionText({
    text: params.text("caption"),
    parseMode: params.text("parse_mode"),
    entities: lenientJson(params, "caption_entities"),
  });
  if (text === "") return {};
  return {
    caption: text,
    ...(entities.length > 0 && { caption_entities: entities }),
  };
}

/** Entities that are no JSON are ignored, unlike every other parameter. */
export function lenientJson(params: Params, name: string): unknown {
  try {
    return params.json(name, name);
  } catch {
    return undefined;
  }
}

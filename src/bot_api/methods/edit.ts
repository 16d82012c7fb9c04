import type { InlineKeyboardMarkup, Message } from "grammy/types";
import { badRequest } from "../errors.ts";
import { readReplyMarkup } from "../keyboards.ts";
import { isObject } from "../params.ts";
import type { Room } from "../room.ts";
import type { World } from "../world.ts";
import { type Call, messageOf, type Method, resultOf, roomOf } from "./context.ts";
import { captionOf, textOf } from "./send.ts";

const MEDIA = ["photo", "document", "voice", "audio", "video", "animation"] as const;

const DELETABLE_SECONDS = 48 * 60 * 60;

/** `editMessageText`. Without `reply_markup` the buttons go, as with Telegram. */
export const editMessageText: Method = (call) => {
  const content = textOf(call.params);
  const markup = inlineMarkup(call);
  return change(call, (message) => {
    if (message.text === undefined) throw badRequest("there is no text in the message to edit");
    const { text: _, entities: __, link_preview_options: ___, ...rest } = message;
    return withMarkup({ ...rest, ...content } as Message, markup);
  });
};

/** `editMessageCaption` */
export const editMessageCaption: Method = (call) => {
  const content = captionOf(call.params);
  const markup = inlineMarkup(call);
  return change(call, (message) => {
    if (!MEDIA.some((kind) => message[kind] !== undefined)) {
      throw badRequest("there is no caption in the message to edit");
    }
    const { caption: _, caption_entities: __, ...rest } = message;
    return withMarkup({ ...rest, ...content } as Message, markup);
  });
};

/** `editMessageReplyMarkup` */
export const editMessageReplyMarkup: Method = (call) => {
  const markup = inlineMarkup(call);
  return change(call, (message) => withMarkup(message, markup), { keepDate: true });
};

function inlineMarkup(call: Call): InlineKeyboardMarkup | undefined {
  const read = readReplyMarkup(call.params.json("reply_markup", "reply keyboard markup"));
  if (read?.kind === "other") throw badRequest("inline keyboard expected");
  return read?.markup;
}

function withMarkup(message: Message, markup: InlineKeyboardMarkup | undefined): Message {
  const { reply_markup: _, ...rest } = message;
  return { ...rest, ...(markup && { reply_markup: markup }) } as Message;
}

function change(
  call: Call,
  edit: (message: Message) => Message,
  options: { keepDate?: boolean } = {},
): Message {
  const { world, params } = call;
  if (!params.has("chat_id") && params.has("inline_message_id")) {
    throw badRequest("MESSAGE_ID_INVALID");
  }
  const room = roomOf(call, "edit");
  if (!params.has("message_id")) throw badRequest("message identifier is not specified");
  const message = messageOf(call, room, "message to edit");
  if (message.from?.id !== world.me.id || isService(message)) {
    throw badRequest("message can't be edited");
  }
  const edited = edit(message);
  if (sameLook(message, edited)) {
    throw badRequest(
      "message is not modified: specified new message content and reply markup are exactly the same " +
        "as a current content and reply markup of the message",
    );
  }
  const dated = options.keepDate ? edited : { ...edited, edit_date: world.date() };
  return resultOf(world.replace(room, dated as Message));
}

function isService(message: Message): boolean {
  return Object.keys(message).some((key) => key.startsWith("forum_topic_"));
}

function sameLook(a: Message, b: Message): boolean {
  const look = ({ edit_date: _, ...rest }: Message) => canonical(rest);
  return look(a) === look(b);
}

/** JSON with sorted keys: two equal objects give the same text. */
function canonical(value: unknown): string {
  return JSON.stringify(
    value,
    (_, item) =>
      isObject(item)
        ? Object.fromEntries(Object.entries(item).sort(([a], [b]) => a < b ? -1 : 1))
        : item,
  );
}

/** `deleteMessage` */
export const deleteMessage: Method = (call) => {
  const room = roomOf(call, "write");
  if (!call.params.has("message_id")) throw badRequest("message identifier is not specified");
  const message = messageOf(call, room, "message to delete");
  if (!isDeletable(call.world, room, message)) throw badRequest("message can't be deleted");
  call.world.remove(room, [message.message_id]);
  return true;
};

/** Within 48 hours: own messages, others' in private chats, and in groups as an administrator. */
function isDeletable(world: World, room: Room, message: Message): boolean {
  const own = message.from?.id === world.me.id;
  if (room.botIsAdmin && room.kind === "supergroup") return true;
  if (world.date() - message.date > DELETABLE_SECONDS) return false;
  return own || room.kind === "private" || room.botIsAdmin;
}

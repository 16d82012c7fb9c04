import type { ReactionType } from "grammy/types";
import { badRequest } from "../errors.ts";
import { botMember } from "../group.ts";
import { isObject } from "../params.ts";
import { draftText } from "../message_text.ts";
import { REACTIONS, setReaction } from "../reactions.ts";
import { messageOf, type Method, roomOf } from "./context.ts";
import { threadParam } from "./place.ts";
import { lenientJson } from "./send.ts";

const ACTIONS = new Set([
  "typing",
  "upload_photo",
  "record_video",
  "upload_video",
  "record_voice",
  "upload_voice",
  "record_audio",
  "upload_audio",
  "upload_document",
  "choose_sticker",
  "find_location",
  "record_video_note",
  "upload_video_note",
  "cancel",
]);

/** Milliseconds a chat action is shown. */
const ACTION_MS = 5_000;

/** `sendChatAction`. Here, and only here, the General topic is called 1. */
export const sendChatAction: Method = (call) => {
  const action = call.params.text("action");
  if (!ACTIONS.has(action)) throw badRequest("wrong parameter action in request");
  const room = roomOf(call, "write");
  const isGeneral = room.isForum && call.params.int("message_thread_id") === 1;
  const thread = isGeneral ? undefined : threadParam(call.params, room);
  call.world.emit({
    type: "action",
    chat_id: room.id,
    ...(thread !== undefined && { thread_id: thread }),
    action,
    until: call.world.now() + ACTION_MS,
  });
  return true;
};

/** `sendMessageDraft` */
export const sendMessageDraft: Method = (call) => {
  const { params, world } = call;
  const { text, entities } = draftText({
    text: params.text("text"),
    parseMode: params.text("parse_mode"),
    entities: lenientJson(params, "entities"),
  });
  const draft_id = params.int("draft_id") ?? 0;
  if (draft_id === 0) throw badRequest("invalid draft_id specified");
  const room = roomOf(call, "write");
  if (room.kind !== "private") throw badRequest("TEXTDRAFT_PEER_INVALID");
  const thread_id = threadParam(params, room);
  world.drafts.show(room, {
    ...(thread_id !== undefined && { thread_id }),
    draft_id,
    text,
    entities,
    can_stop: params.flag("can_stop"),
    keep_on_stop: params.flag("keep_on_stop"),
  });
  return true;
};

/** `setMessageReaction` */
export const setMessageReaction: Method = (call) => {
  const { world, params } = call;
  const value = params.json("reaction", "reaction");
  if (value !== undefined && !Array.isArray(value)) {
    throw badRequest("expected an Array of ReactionType");
  }
  const reaction = (value ?? []).map(readReaction);
  const room = roomOf(call, "write");
  const message = messageOf(call, room, "message to react");
  if (reaction.length > 1) throw badRequest("REACTIONS_TOO_MANY");
  setReaction(world, room, message.message_id, world.bot(), reaction);
  return true;
};

function readReaction(item: unknown): ReactionType {
  if (!isObject(item)) throw badRequest("can't parse reaction type: expected an Object");
  const { type, emoji } = item;
  if (type !== "emoji") throw badRequest("REACTION_INVALID");
  const known = REACTIONS.find((reaction) => reaction === emoji);
  if (known === undefined) throw badRequest("REACTION_INVALID");
  return { type: "emoji", emoji: known };
}

/** `pinChatMessage` and `unpinChatMessage` */
export function pin(pinned: boolean): Method {
  return (call) => {
    const room = roomOf(call, "write");
    const message = messageOf(call, room, pinned ? "message to pin" : "message to unpin");
    if (room.kind !== "private" && !room.botIsAdmin) {
      throw badRequest("not enough rights to manage pinned messages in the chat");
    }
    if (pinned) room.pinned.add(message.message_id);
    else room.pinned.delete(message.message_id);
    const message_id = message.message_id;
    call.world.emit({ type: "pinned", chat_id: room.id, message_id, pinned });
    return true;
  };
}

/** `getChat` */
export const getChat: Method = (call) => {
  const room = roomOf(call, "read");
  const pinned = [...room.pinned].map((id) => room.messages.get(id)).findLast(Boolean);
  return {
    ...room.chat,
    accent_color_id: 0,
    max_reaction_count: 11,
    accepted_gift_types: {
      unlimited_gifts: false,
      limited_gifts: false,
      unique_gifts: false,
      premium_subscription: false,
      gifts_from_channels: false,
    },
    ...(pinned && { pinned_message: pinned }),
  };
};

/** `getChatMember` */
export const getChatMember: Method = (call) => {
  const { world, params } = call;
  const userId = params.int("user_id") ?? 0;
  if (userId <= 0) throw badRequest("invalid user_id specified");
  const room = roomOf(call, "read");
  if (userId === world.me.id) return botMember(world, room);
  const person = room.members.get(userId);
  if (person) {
    const isOwner = room.admins().some((admin) => admin.id === userId);
    return isOwner
      ? { user: person.profile, status: "creator", is_anonymous: false }
      : { user: person.profile, status: "member" };
  }
  const stranger = world.rooms.get(userId);
  if (!stranger) throw badRequest("user not found");
  const { id, first_name = "" } = stranger.chat;
  return {
    user: { id, is_bot: false, first_name },
    status: room.id === userId ? "member" : "left",
  };
};

import type { ReactionType } from "grammy/types";
import { badRequest } from "../errors.ts";
import { isObject } from "../params.ts";
import { draftText } from "../message_text.ts";
import { openTopic } from "../topics.ts";
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

/** `getChat`, without what few ask for. */
export const getChat: Method = (call) => structuredClone(roomOf(call, "read").chat);

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

/** `pinChatMessage` */
export const pinChatMessage: Method = (call) => {
  const room = roomOf(call, "write");
  const { message_id } = messageOf(call, room, "message to pin");
  if (room.kind !== "private" && !room.botIsAdmin) {
    throw badRequest("not enough rights to manage pinned messages in the chat");
  }
  call.world.emit({ type: "pinned", chat_id: room.id, message_id, pinned: true });
  return true;
};

/** `answerCallbackQuery` */
export const answerCallbackQuery: Method = ({ world, params }) => {
  const text = params.text("text");
  const url = params.text("url");
  if (text.length > 200) throw badRequest("MESSAGE_TOO_LONG");
  const answer = world.callbacks.answer(params.text("callback_query_id"), {
    ...(text !== "" && { text }),
    show_alert: params.flag("show_alert"),
    ...(url !== "" && { url }),
  });
  if (answer) world.emit({ type: "callback_answer", ...answer });
  return true;
};

/** `createForumTopic` */
export const createForumTopic: Method = (call) => {
  const name = call.params.text("name").trim();
  const room = roomOf(call, "write");
  if (!room.hasTopics) throw badRequest("the chat is not a forum");
  if (room.kind !== "private" && !room.botIsAdmin) {
    throw badRequest("not enough rights to create a topic");
  }
  if (name === "" || name.length > 128) throw badRequest("TOPIC_TITLE_EMPTY");
  const { thread_id } = openTopic(call.world, room, call.world.bot(), name);
  return { message_thread_id: thread_id, name, icon_color: 7322096 };
};

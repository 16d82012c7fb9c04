/** The methods served, by their names. Names are compared without regard to case. */
import { answerCallbackQuery } from "./callback.ts";
import {
  getChat,
  getChatMember,
  pin,
  sendChatAction,
  sendMessageDraft,
  setMessageReaction,
} from "./chats.ts";
import { deleteMyCommands, getMyCommands, setMyCommands } from "./commands.ts";
import type { Method } from "./context.ts";
import { copyMessage, forwardMessage } from "./copies.ts";
import {
  editMessageCaption,
  editMessageMedia,
  editMessageReplyMarkup,
  editMessageText,
} from "./edit.ts";
import { getFile, sendFile, sendMediaGroup } from "./media.ts";
import { deleteMessage, deleteMessages } from "./remove.ts";
import { sendContact, sendLocation, sendMessage } from "./send.ts";
import { createForumTopic, deleteForumTopic, editForumTopic, setClosed } from "./topics.ts";
import { deleteWebhook, getMe, getUpdates, getWebhookInfo, notNow, setWebhook } from "./updates.ts";

const METHODS: Readonly<Record<string, Method>> = {
  answerCallbackQuery,
  close: notNow,
  closeForumTopic: setClosed(true),
  copyMessage,
  createForumTopic,
  deleteForumTopic,
  deleteMessage,
  deleteMessages,
  deleteMyCommands,
  deleteWebhook,
  editForumTopic,
  editMessageCaption,
  editMessageMedia,
  editMessageReplyMarkup,
  editMessageText,
  forwardMessage,
  getChat,
  getChatMember,
  getFile,
  getMe,
  getMyCommands,
  getUpdates,
  getWebhookInfo,
  logOut: notNow,
  pinChatMessage: pin(true),
  reopenForumTopic: setClosed(false),
  sendAnimation: sendFile("animation"),
  sendAudio: sendFile("audio"),
  sendChatAction,
  sendContact,
  sendDocument: sendFile("document"),
  sendLocation,
  sendMediaGroup,
  sendMessage,
  sendMessageDraft,
  sendPhoto: sendFile("photo"),
  sendSticker: sendFile("sticker"),
  sendVideo: sendFile("video"),
  sendVideoNote: sendFile("video_note"),
  sendVoice: sendFile("voice"),
  setMessageReaction,
  setMyCommands,
  setWebhook,
  unpinChatMessage: pin(false),
};

const BY_LOWER_CASE = new Map(
  Object.entries(METHODS).map(([name, run]) => [name.toLowerCase(), { name, run }]),
);

/** The method and how Telegram spells it. */
export function findMethod(name: string): { name: string; run: Method } | undefined {
  return BY_LOWER_CASE.get(name.toLowerCase());
}

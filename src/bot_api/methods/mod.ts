/** The methods served, by their names. Names are compared without regard to case. */
import {
  answerCallbackQuery,
  createForumTopic,
  getChat,
  pinChatMessage,
  sendChatAction,
  sendMessageDraft,
  setMessageReaction,
} from "./chats.ts";
import { deleteMyCommands, getMyCommands, setMyCommands } from "./commands.ts";
import type { Method } from "./context.ts";
import {
  deleteMessage,
  editMessageCaption,
  editMessageReplyMarkup,
  editMessageText,
} from "./edit.ts";
import { getFile, sendFile, sendMediaGroup } from "./media.ts";
import { sendMessage } from "./send.ts";
import { deleteWebhook, getMe, getUpdates, getWebhookInfo, setWebhook } from "./updates.ts";

const METHODS: Readonly<Record<string, Method>> = {
  answerCallbackQuery,
  createForumTopic,
  deleteMessage,
  deleteMyCommands,
  deleteWebhook,
  editMessageCaption,
  editMessageReplyMarkup,
  editMessageText,
  getChat,
  getFile,
  getMe,
  getMyCommands,
  getUpdates,
  getWebhookInfo,
  pinChatMessage,
  sendAnimation: sendFile("animation"),
  sendAudio: sendFile("audio"),
  sendChatAction,
  sendDocument: sendFile("document"),
  sendMediaGroup,
  sendMessage,
  sendMessageDraft,
  sendPhoto: sendFile("photo"),
  sendVideo: sendFile("video"),
  sendVoice: sendFile("voice"),
  setMessageReaction,
  setMyCommands,
  setWebhook,
};

const BY_LOWER_CASE = new Map(
  Object.entries(METHODS).map(([name, run]) => [name.toLowerCase(), { name, run }]),
);

/** The method and how Telegram spells it. */
export function findMethod(name: string): { name: string; run: Method } | undefined {
  return BY_LOWER_CASE.get(name.toLowerCase());
}

/** Updates as Telegram sends them, one of every kind that is read, with texts of our own. */
import type { Json } from "./fake_child.ts";

const FROM = { id: 1001, is_bot: false, first_name: "Alice", username: "alice" };
const CHAT = { id: 1001, type: "private", first_name: "Alice" };
const GROUP = { id: -1001, type: "supergroup", title: "Garden" };
const FILE = { file_id: "f", file_unique_id: "u", file_size: 5 };
const PHOTO = [{ ...FILE, width: 2, height: 1 }, { ...FILE, width: 20, height: 10 }];

const message = (more: Json): Json => ({
  message_id: 7,
  date: 1_790_000_000,
  from: FROM,
  chat: CHAT,
  ...more,
});

const CONTENTS: readonly Json[] = [
  { text: "hello", entities: [{ type: "bold", offset: 0, length: 5 }] },
  { text: "/model opus", entities: [{ type: "bot_command", offset: 0, length: 6 }] },
  {
    chat: GROUP,
    text: "@me hi Bob",
    entities: [
      { type: "mention", offset: 0, length: 3 },
      { type: "text_mention", offset: 7, length: 3, user: { ...FROM, id: 7 } },
    ],
    is_topic_message: true,
    message_thread_id: 3,
  },
  { photo: PHOTO, caption: "look", media_group_id: "g" },
  { document: { ...FILE, file_name: "a.txt", mime_type: "text/plain" } },
  { voice: { ...FILE, duration: 61 } },
  { audio: { ...FILE, duration: 61, performer: "P", title: "T" } },
  { video: { ...FILE, duration: 61, mime_type: "video/mp4" } },
  { video_note: { ...FILE, duration: 5 } },
  { animation: FILE, document: FILE },
  { sticker: { ...FILE, emoji: "👍", is_animated: false, is_video: false } },
  { venue: { title: "Cafe", address: "Road 1", location: { latitude: 1, longitude: 2 } } },
  { location: { latitude: 1, longitude: 2 } },
  { contact: { first_name: "Bob", phone_number: "+1" } },
  { dice: { emoji: "🎲", value: 3 } },
  { poll: { question: "Q?", options: [{ text: "A" }, { text: "B" }] } },
  {
    text: "passed on",
    forward_origin: { type: "user", date: 1_790_000_000, sender_user: FROM },
  },
  { text: "so", forward_origin: { type: "channel", date: 1, chat: GROUP } },
  {
    text: "yes",
    reply_to_message: message({ text: "Sure?", photo: PHOTO, from: { ...FROM, id: 5 } }),
    quote: {
      text: "Sure",
      is_manual: true,
      entities: [{ type: "text_link", offset: 0, length: 4, url: "https://x.org" }],
    },
  },
  {
    text: "that",
    external_reply: { origin: { type: "hidden_user", date: 1, sender_user_name: "X" } },
  },
  { chat: { ...CHAT, id: -5, type: "group" }, migrate_to_chat_id: -1005 },
];

export const UPDATES: readonly Json[] = [
  ...CONTENTS.map((content) => ({ update_id: 50, message: message(content) })),
  { update_id: 50, edited_message: message({ text: "hello again", edit_date: 1_790_000_001 }) },
  {
    update_id: 50,
    callback_query: {
      id: "q",
      from: FROM,
      chat_instance: "c",
      data: "b:0.0",
      message: message({
        text: "Which?",
        from: { id: 5, is_bot: true, first_name: "me" },
        reply_markup: { inline_keyboard: [[{ text: "A", callback_data: "b:0.0" }]] },
      }),
    },
  },
];

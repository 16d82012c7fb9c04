/**
 * What the embedded Bot API server shows to those who look at it from the other side: the Telegram
 * clients (web page, `demo --say`, tests). Bot API objects are the ones of `grammy/types`.
 */
import type {
  BotCommand,
  BotCommandScope,
  Chat,
  Message,
  MessageEntity,
  ReactionType,
  ResponseParameters,
  Update,
  User,
} from "grammy/types";

/**
 * One thing that changes what a Telegram client shows. `chat_id` and `thread_id` say where;
 * `thread_id` is absent outside topics (and in the General topic).
 */
export type ClientEvent =
  /** A message is there that was not: from a person, from the bot (`message.from.is_bot`), or a service message. */
  | { type: "message"; chat_id: number; thread_id?: number; message: Message }
  /** A message of the bot that has just come makes a sound: it was not sent silently. */
  | { type: "rang"; chat_id: number; message_id: number }
  /** A message looks different now: text, caption, media or keyboard. `message` is the new state. */
  | { type: "edited"; chat_id: number; thread_id?: number; message: Message }
  | { type: "deleted"; chat_id: number; message_ids: number[] }
  /** `sendMessageDraft`: show as a message that is being written; replaces a draft of the same id. Empty text: "Thinking…". */
  | ({ type: "draft" } & Draft)
  /** The draft is no longer shown: 30 s went by, or the bot sent a message there. */
  | {
    type: "draft_gone";
    chat_id: number;
    thread_id?: number;
    draft_id: number;
    reason: "expired" | "message";
  }
  /** `sendChatAction`: show "typing…" until `until`, or until the bot's next message there. */
  | { type: "action"; chat_id: number; thread_id?: number; action: string; until: number }
  /** The bot answered a button press: stop its spinner, show `text` as a toast (or an alert), open `url`. */
  | ({ type: "callback_answer" } & CallbackAnswer)
  /** Reactions of one actor on a message; an empty list takes them away. */
  | { type: "reaction"; chat_id: number; message_id: number; actor: User; reaction: ReactionType[] }
  | { type: "pinned"; chat_id: number; message_id: number; pinned: boolean }
  /** A topic was made. */
  | { type: "topic"; chat_id: number; topic: TopicInfo }
  /** The command menu changed: read `commandsFor` again. */
  | { type: "commands" }
  /** A chat is new or changed (title, migrated to a supergroup). */
  | { type: "chat"; chat: Chat; migrated_from?: number };

/** A message in the making, as a private chat shows it. */
export interface Draft {
  chat_id: number;
  thread_id?: number;
  draft_id: number;
  text: string;
  entities: MessageEntity[];
  /** Milliseconds since 1970; gone then unless refreshed. */
  until: number;
}

/** What the bot said to a button press. */
export interface CallbackAnswer {
  query_id: string;
  chat_id: number;
  message_id: number;
  user_id: number;
  text?: string;
  show_alert: boolean;
  url?: string;
}

/** Why a chat takes nothing from the bot. `no_text`, `no_media`: what members may not send. */
export type Refusal =
  | "blocked"
  | "deactivated"
  | "deleted"
  | "kicked"
  | "left"
  | "no_text"
  | "no_media";

export interface TopicInfo {
  thread_id: number;
  name: string;
  /** Only who manages topics may write there. */
  closed?: boolean;
}

/** One call of the bot, kept in the order in which the calls arrived. */
export interface ApiCall {
  /** As Telegram spells it (`sendMessage`), or as it was sent when there is no such method. */
  method: string;
  /** Parameters after parsing: objects are objects, uploads are {@link Upload}s. */
  payload: Record<string, unknown>;
  /** Undefined while the call is being served. */
  ok?: boolean;
  result?: unknown;
  error?: ApiFailure;
  /** Milliseconds since 1970, by the server's clock. */
  at: number;
  /** Set when a fault was applied to this call. */
  fault?: Fault;
}

export interface ApiFailure {
  error_code: number;
  description: string;
  parameters?: ResponseParameters;
}

/** A file in a multipart body, found in the payload where Telegram expects a file. */
export interface Upload {
  upload: true;
  name: string;
  mime: string;
  bytes: Uint8Array<ArrayBuffer>;
}

/**
 * What may go wrong with a call.
 * - an answer of the given HTTP status, without the call being processed
 * - `body`: an answer of this text, whatever it is, without the call being processed
 * - `slow`: the call is processed, and answered so many milliseconds later
 * - `reset`: the connection dies before the call is processed
 * - `reset_after`: the call is processed, then the connection dies and the answer is lost
 * - `hang`: nothing happens until the client gives up; not processed
 * - `hang_after`: processed, but the answer never comes
 * - `cut`: processed, and the answer breaks off in the middle
 *
 * Beware: Deno's own `fetch` (seen in 2.8.3) sends a request a second time, without telling
 * anybody, when its connection closes before the answer begins and its body is a string or bytes; a
 * body that is a stream is sent once. A client that does not know this notices nothing of one
 * `reset`, and sends its message twice at one `reset_after`, as it would with the real Telegram.
 */
export type Fault =
  | { status: number; description?: string; retry_after?: number }
  | { body: string }
  | { slow: number }
  | "reset"
  | "reset_after"
  | "hang"
  | "hang_after"
  | "cut";

export interface FaultRule {
  /** Calls it applies to; absent: any. A string matches the whole name, without regard to case. */
  method?: string | RegExp;
  /** Further condition on the payload. */
  when?: (payload: Record<string, unknown>) => boolean;
  /** How many calls; absent: every one until removed. */
  times?: number;
  fault: Fault;
}

/** Files a message can carry; fields of a message. */
export const FILE_KINDS = [
  "photo",
  "document",
  "voice",
  "audio",
  "video",
  "video_note",
  "animation",
  "sticker",
] as const;
export type FileKind = typeof FILE_KINDS[number];

/** What `setMyCommands` stored for one scope. */
export interface StoredCommands {
  scope: BotCommandScope;
  commands: BotCommand[];
}

/** A file known to the server: what `GET /file/bot<token>/<file_path>` serves. */
export interface StoredFile {
  file_id: string;
  file_unique_id: string;
  file_path: string;
  kind: FileKind;
  name: string;
  mime: string;
  bytes: Uint8Array<ArrayBuffer>;
}

/** Where and how a person sends. Without `chat` it is the private chat with the bot. */
export interface SendOptions {
  /** Chat id; absent: the private chat with the bot. */
  chat?: number;
  /** Topic. */
  thread?: number;
  /** Message id to reply to. */
  reply_to?: number;
  entities?: MessageEntity[];
}

export interface FileSpec extends SendOptions {
  kind: FileKind;
  bytes: Uint8Array;
  file_name?: string;
  mime_type?: string;
  caption?: string;
  caption_entities?: MessageEntity[];
  /** Files of the same id are one album. */
  media_group_id?: string;
  /** Seconds, for voice, audio and video. */
  duration?: number;
}

/** A chat as the clients see it. */
export interface ChatHandle {
  /** Changes when the group becomes a supergroup of another id. */
  readonly id: number;
  readonly chat: Chat;
  /** A topic made by a member; needs a forum (or a private chat of a bot with topics). */
  createTopic(name: string): TopicInfo;
  /** A basic group becomes a supergroup with a new id; the old id answers `migrate_to_chat_id`. */
  migrate(): number;
}

/** A person with a Telegram client. */
export interface ChatUser {
  readonly id: number;
  readonly profile: User;
  /** Text as typed: entities the client would find (commands, mentions, links) are added when none are given. */
  send(text: string, opts?: SendOptions): Message;
  sendFile(file: FileSpec): Message;
  sendLocation(latitude: number, longitude: number, opts?: SendOptions): Message;
  sendContact(
    contact: { phone_number: string; first_name: string },
    opts?: SendOptions,
  ): Message;
  /** Changes the text of an own message; the bot gets `edited_message` if it asked for it. */
  edit(messageId: number, text: string, opts?: { chat?: number }): Message;
  /**
   * Presses a callback button. Resolves with the bot's `answerCallbackQuery`; never, if the bot
   * does not answer before `signal` says so (then it rejects).
   */
  press(
    messageId: number,
    data: string,
    opts?: { chat?: number; signal?: AbortSignal },
  ): Promise<CallbackAnswer>;
  react(messageId: number, emoji: string | null, opts?: { chat?: number }): void;
  delete(messageIds: number[], opts?: { chat?: number }): void;
  /** A topic in the private chat, when the bot has topics there. */
  createTopic(name: string): TopicInfo;
  /** The commands this person's menu shows in a chat, by Telegram's order of scopes. */
  commands(chat?: number): BotCommand[];
}

export interface ServerOptions {
  /** Default 0: a free one. Always on 127.0.0.1. */
  port?: number;
  /** Default: a random one that looks like a real one. */
  token?: string;
  /** Milliseconds since 1970; default `Date.now`. Used for every date and expiry. */
  now?: () => number;
  /** `getMe().has_topics_enabled`: private chats with the bot can have topics. Default false. */
  topicsInPrivate?: boolean;
  /** A folder: files are given out as paths in it, of any size, as a server with `--local` does. */
  local?: string;
}

export type { Message, MessageEntity, Update, User };

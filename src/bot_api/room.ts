import type { Chat, InlineKeyboardMarkup, Message, ReactionType } from "grammy/types";
import type { ChatUser, Draft, Refusal, TopicInfo } from "./types.ts";

export type RoomKind = "private" | "group" | "supergroup";

/** What is in a chat: messages, topics, members, drafts. Knows no rules. */
export class Room {
  readonly id: number;
  readonly kind: RoomKind;
  chat: Chat;
  readonly members = new Map<number, ChatUser>();
  readonly messages = new Map<number, Message>();
  readonly topics = new Map<number, TopicInfo>();
  /** By topic (0: none) and draft id. */
  readonly drafts = new Map<string, Draft>();
  readonly reactions = new Map<number, Map<number, ReactionType[]>>();
  /** Private chats: the person has written before. Groups: always. */
  started: boolean;
  botIsAdmin = false;
  /** Why it takes nothing from the bot. */
  refusal: Refusal | undefined;
  migratedTo: number | undefined;
  /** Topics can be made here. */
  hasTopics: boolean;
  #lastId = 0;

  constructor(chat: Chat, hasTopics: boolean) {
    this.id = chat.id;
    this.kind = chat.type as RoomKind;
    this.chat = chat;
    this.hasTopics = hasTopics;
    this.started = this.kind !== "private";
  }

  nextId(): number {
    return ++this.#lastId;
  }

  /** Forum supergroups have a topic without an id of its own, "General". */
  get isForum(): boolean {
    return this.kind === "supergroup" && this.hasTopics;
  }

  /** Oldest first; of one topic when given (1: what is in no topic). */
  list(threadId?: number): Message[] {
    const all = [...this.messages.values()].sort((a, b) => a.message_id - b.message_id);
    if (threadId === undefined) return all;
    if (threadId === 1) return all.filter((message) => !message.is_topic_message);
    return all.filter((message) =>
      message.is_topic_message && message.message_thread_id === threadId
    );
  }

  /** The thread a reply in an ordinary supergroup belongs to: the message it all began with. */
  threadOf(replyTo: Message): number {
    return replyTo.message_thread_id ?? replyTo.message_id;
  }
}

export function threadOf(message: Message): number | undefined {
  return message.is_topic_message ? message.message_thread_id : undefined;
}

/** Whether one of the buttons sends this data. */
export function hasCallback(markup: InlineKeyboardMarkup | undefined, data: string): boolean {
  return markup?.inline_keyboard.some((row) =>
    row.some((button) => "callback_data" in button && button.callback_data === data)
  ) ?? false;
}

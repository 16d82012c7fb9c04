import type { Chat, Message, Update, User, UserFromGetMe } from "grammy/types";
import { Callbacks } from "./callbacks.ts";
import { CommandStore } from "./command_store.ts";
import { Drafts } from "./drafts.ts";
import { FileStore } from "./files.ts";
import { Room, threadOf } from "./room.ts";
import { type ClientEvent, FILE_KINDS, type ServerOptions } from "./types.ts";
import { UpdateQueue, type UpdateType } from "./update_queue.ts";

/** Where in a chat a message goes. */
export interface Place {
  /** Topic, or thread of an ordinary supergroup. */
  thread?: number | undefined;
  replyTo?: Message | undefined;
  /** It makes no sound (`disable_notification`). */
  silent?: boolean;
}

/** All there is: the bot, the chats, what waits for the bot, and who watches. */
export class World {
  readonly me: UserFromGetMe;
  readonly now: () => number;
  /** See `ServerOptions.local`. */
  readonly local: string | undefined;
  readonly queue: UpdateQueue;
  readonly files = new FileStore();
  readonly commands = new CommandStore();
  readonly callbacks: Callbacks;
  readonly drafts: Drafts;
  readonly rooms = new Map<number, Room>();
  readonly #listeners = new Set<(event: ClientEvent) => void>();

  constructor(botId: number, options: ServerOptions) {
    this.now = options.now ?? Date.now;
    this.local = options.local;
    // Real ids are as large; a bot that takes them for small numbers shows it here.
    this.queue = new UpdateQueue(this.now, 100_000_000 + (botId % 1_000_000) * 7);
    this.callbacks = new Callbacks(this.now);
    this.drafts = new Drafts(this.now, (event) => this.emit(event));
    this.me = {
      id: botId,
      is_bot: true,
      first_name: "Ductor",
      username: "ductor_demo_bot",
      can_join_groups: true,
      can_read_all_group_messages: false,
      supports_inline_queries: false,
      can_connect_to_business: false,
      has_main_web_app: false,
      has_topics_enabled: options.topicsInPrivate ?? false,
      allows_users_to_create_topics: options.topicsInPrivate ?? false,
      can_manage_bots: false,
      supports_join_request_queries: false,
    };
  }

  /** Unix time in seconds. */
  date(): number {
    return Math.floor(this.now() / 1000);
  }

  /** The bot as it stands in messages. */
  bot(): User {
    const { id, first_name, username } = this.me;
    return { id, is_bot: true, first_name, username };
  }

  subscribe(listener: (event: ClientEvent) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  emit(event: ClientEvent): void {
    for (const listener of [...this.#listeners]) listener(event);
  }

  deliver(type: UpdateType, body: unknown): Update | undefined {
    return this.queue.push(type, structuredClone(body));
  }

  open(chat: Chat, hasTopics: boolean): Room {
    const room = new Room(chat, hasTopics);
    this.rooms.set(room.id, room);
    this.emit({ type: "chat", chat });
    return room;
  }

  /** Throws when there is no such chat: a mistake of the test or page, not of the bot. */
  room(id: number): Room {
    const room = this.rooms.get(id);
    if (!room) throw new Error(`No chat ${id} in the embedded Bot API server`);
    return room;
  }

  /** Puts a message into a chat: clients see it, and the bot gets it if it is not its own. */
  post(room: Room, from: User, content: Partial<Message>, place: Place = {}): Message {
    const message = this.#compose(room, from, content, place);
    room.messages.set(message.message_id, message);
    const thread = threadOf(message);
    if (from.id === this.me.id) this.drafts.clear(room, thread);
    this.emit({
      type: "message",
      chat_id: room.id,
      ...(thread !== undefined && { thread_id: thread }),
      message,
    });
    if (from.id === this.me.id && !place.silent) {
      this.emit({ type: "rang", chat_id: room.id, message_id: message.message_id });
    }
    if (from.id !== this.me.id && this.#reachesBot(room, message)) {
      this.deliver("message", message);
    }
    return message;
  }

  /** Replaces a message by its new state. */
  replace(room: Room, message: Message): Message {
    room.messages.set(message.message_id, message);
    const thread = threadOf(message);
    this.emit({
      type: "edited",
      chat_id: room.id,
      ...(thread !== undefined && { thread_id: thread }),
      message,
    });
    if (message.from?.id !== this.me.id && this.#reachesBot(room, message)) {
      this.deliver("edited_message", message);
    }
    return message;
  }

  remove(room: Room, ids: readonly number[]): void {
    const gone = ids.filter((id) => room.messages.delete(id));
    if (gone.length > 0) this.emit({ type: "deleted", chat_id: room.id, message_ids: gone });
  }

  close(): void {
    this.queue.close();
    this.drafts.close();
  }

  #compose(room: Room, from: User, content: Partial<Message>, place: Place): Message {
    const { thread, replyTo } = place;
    const inTopic = thread !== undefined && room.topics.has(thread);
    // Whatever is said in a topic of a forum answers the message that opened it.
    const answered = replyTo ?? (inTopic && room.isForum ? room.messages.get(thread) : undefined);
    const threadId = thread ??
      (replyTo && room.kind === "supergroup" && !room.isForum ? room.threadOf(replyTo) : undefined);
    return {
      message_id: content.message_id ?? room.nextId(),
      ...(threadId !== undefined && { message_thread_id: threadId }),
      from,
      chat: room.chat,
      date: this.date(),
      ...(inTopic && { is_topic_message: true }),
      ...(answered && { reply_to_message: withoutReply(answered) }),
      ...content,
    } as Message;
  }

  /** In groups a bot in privacy mode sees what is meant for it and service messages, no more. */
  #reachesBot(room: Room, message: Message): boolean {
    if (room.kind === "private" || room.botIsAdmin) return true;
    if (message.reply_to_message?.from?.id === this.me.id) return true;
    const text = message.text ?? message.caption;
    if (text === undefined) return !hasMedia(message);
    const name = `@${this.me.username.toLowerCase()}`;
    return (message.entities ?? message.caption_entities ?? []).some((entity) => {
      const part = text.slice(entity.offset, entity.offset + entity.length).toLowerCase();
      if (entity.type === "mention") return part === name;
      if (entity.type === "text_mention") return entity.user.id === this.me.id;
      return entity.type === "bot_command" && (!part.includes("@") || part.endsWith(name));
    });
  }
}

function withoutReply(message: Message): Message {
  const { reply_to_message: _, ...rest } = message;
  return rest as Message;
}

/** What a message can be about besides text; fields of a message. */
const MEDIA = [...FILE_KINDS, "location", "contact"] as const;

function hasMedia(message: Message): boolean {
  return MEDIA.some((kind) => message[kind] !== undefined);
}

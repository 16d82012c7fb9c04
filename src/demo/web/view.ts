import type { BotCommand, Chat, Message, User } from "grammy/types";
import type { BotApiServer } from "../../bot_api/server.ts";
import type { ChatUser, ClientEvent, TopicInfo } from "../../bot_api/types.ts";

/** All that a page needs to show the chats as they are. */
export interface Snapshot {
  type: "snapshot";
  bot: User;
  user: User;
  chats: Chat[];
  topics: Record<number, TopicInfo[]>;
  messages: Record<number, Message[]>;
  commands: Record<number, BotCommand[]>;
  /** Events that lead to the rest: drafts, reactions, what rang, pins, chat actions. */
  state: ClientEvent[];
}

/** The chats as one person sees them: what is there, and which events concern it. */
export class View {
  readonly #server: BotApiServer;
  readonly #user: ChatUser;
  /** What the server only tells once: what rang, pins, and chat actions while they last. */
  readonly #heard = new Map<string, ClientEvent>();

  constructor(server: BotApiServer, user: ChatUser) {
    this.#server = server;
    this.#user = user;
  }

  /** Takes an event; returns whether the person sees it. */
  take(event: ClientEvent): boolean {
    if (event.type === "commands") return true;
    if (event.type === "chat") return this.#sees(event.chat);
    const chat = this.#server.chats().find(({ id }) => id === event.chat_id);
    if (!chat || !this.#sees(chat)) return false;
    if (event.type === "rang") {
      this.#heard.set(`rang/${event.chat_id}/${event.message_id}`, event);
    } else if (event.type === "pinned") {
      this.#heard.set(`pinned/${event.chat_id}/${event.message_id}`, event);
    } else if (event.type === "action") {
      this.#heard.set(`action/${event.chat_id}/${event.thread_id ?? 0}`, event);
    } else if (event.type === "message" && event.message.from?.is_bot) {
      // A message of the bot ends its "typing…".
      this.#heard.delete(`action/${event.chat_id}/${event.thread_id ?? 0}`);
    }
    return true;
  }

  snapshot(): Snapshot {
    const snapshot: Snapshot = {
      type: "snapshot",
      bot: this.#server.me,
      user: this.#user.profile,
      chats: this.#chats(),
      topics: {},
      messages: {},
      commands: this.commands(),
      state: [],
    };
    for (const { id } of snapshot.chats) {
      const messages = this.#server.messages(id);
      snapshot.messages[id] = messages;
      snapshot.topics[id] = this.#server.topics(id);
      snapshot.state.push(
        ...this.#server.drafts(id).map((draft) => ({ type: "draft", ...draft }) as const),
      );
      for (const { message_id } of messages) {
        for (const [actor, reaction] of this.#server.reactions(id, message_id)) {
          const { me } = this.#server;
          const by = actor === me.id ? me : { ...this.#user.profile, id: actor };
          snapshot.state.push({ type: "reaction", chat_id: id, message_id, actor: by, reaction });
        }
      }
    }
    snapshot.state.push(...this.#heard.values());
    return snapshot;
  }

  /** The command menu of every chat. */
  commands(): Record<number, BotCommand[]> {
    return Object.fromEntries(this.#chats().map(({ id }) => [id, this.#user.commands(id)]));
  }

  #chats(): Chat[] {
    return this.#server.chats().filter((chat) =>
      this.#sees(chat) &&
      // What is left of a group that became a supergroup.
      (chat.type !== "group" ||
        this.#server.messages(chat.id).at(-1)?.migrate_to_chat_id === undefined)
    );
  }

  /** Of the private chats only the own one; the groups of a demo are everybody's. */
  #sees(chat: Chat): boolean {
    return chat.type !== "private" || chat.id === this.#user.id;
  }
}

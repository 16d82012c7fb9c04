/**
 * What the chats look like now: a snapshot from the bridge, then events on top of it. The view asks
 * and never writes. Event shapes: src/bot_api/types.ts, `ClientEvent`.
 */

/** A place where messages are read: a chat, or one topic in it. */
export const placeKey = (chat, thread) => `${chat}/${thread ?? 0}`;

/** The topic a message is in; replies outside topics carry a thread id too, which is none. */
export const threadOf = (message) =>
  message.is_topic_message ? message.message_thread_id : undefined;

export class Store extends EventTarget {
  bot = undefined;
  user = undefined;
  chats = new Map();
  topics = new Map();
  commands = new Map();
  unread = new Map();
  #messages = new Map();
  #reactions = new Map();
  #drafts = new Map();
  #actions = new Map();
  #busy = new Map();
  #pinned = new Map();
  #rang = new Set();

  /** Takes one event; says `change`, and `arrived` for a message that came in live. */
  apply(event) {
    switch (event.type) {
      case "snapshot":
        this.#load(event);
        break;
      case "message":
        this.#put(event.chat_id, event.message);
        if (event.message.from?.id === this.bot?.id) this.#quiet(event);
        this.#tell("arrived", event.message);
        break;
      case "edited":
        this.#put(event.chat_id, event.message);
        this.#stillBusy(event);
        this.#tell("edited", event.message);
        break;
      case "deleted":
        for (const id of event.message_ids) this.#messages.get(event.chat_id)?.delete(id);
        break;
      case "rang":
        this.#rang.add(`${event.chat_id}/${event.message_id}`);
        break;
      case "draft":
        this.#drafts.set(`${placeKey(event.chat_id, event.thread_id)}/${event.draft_id}`, event);
        break;
      case "draft_gone":
        this.#drafts.delete(`${placeKey(event.chat_id, event.thread_id)}/${event.draft_id}`);
        break;
      case "action": {
        const key = placeKey(event.chat_id, event.thread_id);
        this.#actions.set(key, event);
        this.#busy.set(key, event.until);
        this.#later(event.until);
        break;
      }
      case "callback_answer":
        this.#tell("answer", event);
        break;
      case "reaction":
        this.#react(event);
        break;
      case "pinned": {
        const pins = this.#pinned.get(event.chat_id) ?? new Set();
        pins.delete(event.message_id);
        if (event.pinned) pins.add(event.message_id);
        this.#pinned.set(event.chat_id, pins);
        break;
      }
      case "topic":
        this.#topic(event);
        break;
      case "commands":
        for (const [chat, list] of Object.entries(event.chats)) {
          this.commands.set(Number(chat), list);
        }
        break;
      case "chat":
        this.chats.set(event.chat.id, event.chat);
        break;
    }
    this.#tell("change", event);
  }

  /** Messages of a place, oldest first. */
  messages(chat, thread) {
    const all = [...(this.#messages.get(chat)?.values() ?? [])];
    const split = (this.topics.get(chat)?.length ?? 0) > 0;
    const here = split ? all.filter((message) => threadOf(message) === thread) : all;
    return here.sort((a, b) => a.message_id - b.message_id);
  }

  message(chat, id) {
    return this.#messages.get(chat)?.get(id);
  }

  /** Reactions of a message as `{ emoji, count, own }`, in the order they were given. */
  reactions(chat, id) {
    return this.#reactions.get(`${chat}/${id}`)?.shown ?? NONE;
  }

  /** Whether a phone made a sound for this message. */
  rang(chat, id) {
    return this.#rang.has(`${chat}/${id}`);
  }

  /** The message that was pinned last and is still there. */
  pinned(chat) {
    const ids = [...(this.#pinned.get(chat) ?? [])];
    return ids.map((id) => this.message(chat, id)).findLast((message) => message !== undefined);
  }

  drafts(chat, thread, now = Date.now()) {
    return [...this.#drafts.values()].filter((draft) =>
      draft.chat_id === chat && draft.thread_id === thread && draft.until > now
    );
  }

  /** What the bot does right now (`typing`, `upload_photo`, …), as the header shows it. */
  action(chat, thread, now = Date.now()) {
    const action = this.#actions.get(placeKey(chat, thread));
    return action && action.until > now ? action.action : undefined;
  }

  /**
   * Whether there is something to stop. Longer than `action`: a message ends "typing…" in Telegram,
   * but while it keeps being edited, or the next chat action is about to come, work goes on.
   */
  busy(chat, thread, now = Date.now()) {
    return (this.#busy.get(placeKey(chat, thread)) ?? 0) > now ||
      this.drafts(chat, thread, now).length > 0;
  }

  #load(snapshot) {
    this.bot = snapshot.bot;
    this.user = snapshot.user;
    this.chats = new Map(snapshot.chats.map((chat) => [chat.id, chat]));
    this.topics = new Map(Object.entries(snapshot.topics).map(([id, list]) => [Number(id), list]));
    this.commands = new Map(
      Object.entries(snapshot.commands).map(([id, list]) => [Number(id), list]),
    );
    this.#messages = new Map();
    this.#reactions = new Map();
    this.#drafts = new Map();
    this.#actions = new Map();
    this.#pinned = new Map();
    this.#rang = new Set();
    for (const [chat, list] of Object.entries(snapshot.messages)) {
      for (const message of list) this.#put(Number(chat), message);
    }
    for (const event of snapshot.state) this.apply(event);
  }

  #put(chat, message) {
    if (!this.#messages.has(chat)) this.#messages.set(chat, new Map());
    this.#messages.get(chat).set(message.message_id, message);
  }

  #quiet(event) {
    const key = placeKey(event.chat_id, event.thread_id);
    this.#actions.delete(key);
    if ((this.#busy.get(key) ?? 0) > Date.now()) {
      this.#busy.set(key, Date.now() + LINGER);
      this.#later(Date.now() + LINGER);
    }
  }

  #stillBusy(event) {
    const key = placeKey(event.chat_id, event.thread_id);
    const until = this.#busy.get(key) ?? 0;
    if (until > Date.now() && until < Date.now() + LINGER) {
      this.#busy.set(key, Date.now() + LINGER);
      this.#later(Date.now() + LINGER);
    }
  }

  /** Something runs out at that time, without an event from the server. */
  #later(until) {
    setTimeout(
      () => this.#tell("change", { type: "expired" }),
      Math.max(0, until - Date.now()) + 30,
    );
  }

  #react({ chat_id, message_id, actor, reaction }) {
    const key = `${chat_id}/${message_id}`;
    const actors = new Map(this.#reactions.get(key)?.actors);
    actors.delete(actor.id);
    if (reaction.length > 0) actors.set(actor.id, reaction);
    const counts = new Map();
    for (const [id, list] of actors) {
      for (const one of list) {
        const emoji = one.type === "emoji" ? one.emoji : "★";
        const entry = counts.get(emoji) ?? { emoji, count: 0, own: false };
        entry.count++;
        entry.own ||= id === this.user?.id;
        counts.set(emoji, entry);
      }
    }
    this.#reactions.set(key, { actors, shown: [...counts.values()] });
  }

  #topic({ chat_id, topic }) {
    const others = (this.topics.get(chat_id) ?? []).filter((one) =>
      one.thread_id !== topic.thread_id
    );
    this.topics.set(chat_id, [...others, topic].sort((a, b) => a.thread_id - b.thread_id));
  }

  #tell(type, detail) {
    this.dispatchEvent(new CustomEvent(type, { detail }));
  }
}

const NONE = Object.freeze([]);

/** Milliseconds that the stop button stays after a sign of life that is not a chat action. */
const LINGER = 2500;

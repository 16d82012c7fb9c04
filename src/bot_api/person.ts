import type { BotCommand, Message, MessageEntity, ReactionType, User } from "grammy/types";
import { chatInstance } from "./callbacks.ts";
import { unlessAborted } from "../base/async/within.ts";
import { fixText } from "./formatted_text.ts";
import { MAX_CAPTION, MAX_TEXT } from "./message_text.ts";
import { hasCallback, type Room, threadOf } from "./room.ts";
import { setReaction } from "./reactions.ts";
import { openTopic } from "./topics.ts";
import type { CallbackAnswer, ChatUser, FileSpec, SendOptions, TopicInfo } from "./types.ts";
import type { Place, World } from "./world.ts";

/**
 * Somebody with a Telegram client. Mistakes (no such chat, no such button) are thrown as plain
 * errors: they are the caller's, a real client would not offer what they try.
 */
export class Person implements ChatUser {
  readonly id: number;
  readonly profile: User;
  readonly #world: World;

  constructor(world: World, profile: Omit<User, "is_bot">) {
    this.#world = world;
    this.id = profile.id;
    this.profile = { is_bot: false, ...profile };
    const { id, first_name, username } = this.profile;
    world.open(
      { id, type: "private", first_name, ...(username !== undefined && { username }) },
      world.me.has_topics_enabled,
    );
  }

  send(text: string, opts: SendOptions = {}): Message {
    const fixed = fixText(text, opts.entities ?? []);
    if (fixed.text === "") throw new Error("A message needs some text; found only white space");
    if (fixed.text.length <= MAX_TEXT) return this.#post(opts, textContent(fixed));
    // Clients split a long text into several messages.
    const pieces: string[] = [];
    for (let at = 0; at < fixed.text.length;) {
      let end = Math.min(at + MAX_TEXT, fixed.text.length);
      if (/[\ud800-\udbff]/.test(fixed.text[end - 1]!)) end -= 1;
      pieces.push(fixed.text.slice(at, end));
      at = end;
    }
    const texts = pieces.map((piece) => fixText(piece, [])).filter((piece) => piece.text !== "");
    return texts.map((piece) => this.#post(opts, textContent(piece))).at(-1)!;
  }

  sendFile(file: FileSpec): Message {
    const caption = fixText(file.caption ?? "", file.caption_entities ?? []);
    if (caption.text.length > MAX_CAPTION) {
      throw new RangeError(
        `A caption has at most ${MAX_CAPTION} units, found ${caption.text.length}`,
      );
    }
    const media = this.#world.files.add({
      kind: file.kind,
      bytes: file.bytes,
      ...(file.file_name !== undefined && { name: file.file_name }),
      ...(file.mime_type !== undefined && { mime: file.mime_type }),
      ...(file.duration !== undefined && { duration: file.duration }),
    });
    return this.#post(file, {
      ...media,
      ...(caption.text !== "" && { caption: caption.text }),
      ...(caption.entities.length > 0 && { caption_entities: caption.entities }),
      ...(file.media_group_id !== undefined && { media_group_id: file.media_group_id }),
    });
  }

  sendLocation(latitude: number, longitude: number, opts: SendOptions = {}): Message {
    return this.#post(opts, { location: { latitude, longitude } });
  }

  sendContact(
    contact: { phone_number: string; first_name: string },
    opts: SendOptions = {},
  ): Message {
    return this.#post(opts, { contact });
  }

  edit(messageId: number, text: string, opts: { chat?: number } = {}): Message {
    const room = this.#room(opts.chat);
    const message = messageIn(room, messageId);
    if (message.from?.id !== this.id) {
      throw new Error(`Message ${messageId} is not by ${this.profile.first_name}`);
    }
    const { entities: _, caption_entities: __, ...rest } = message;
    const fixed = fixText(text, []);
    const content = message.text !== undefined ? textContent(fixed) : {
      caption: fixed.text,
      ...(fixed.entities.length > 0 && { caption_entities: fixed.entities }),
    };
    const edited = { ...rest, ...content, edit_date: this.#world.date() } as Message;
    return this.#world.replace(room, edited);
  }

  press(
    messageId: number,
    data: string,
    opts: { chat?: number; signal?: AbortSignal } = {},
  ): Promise<CallbackAnswer> {
    const room = this.#room(opts.chat);
    const message = messageIn(room, messageId);
    if (!hasCallback(message.reply_markup, data)) {
      throw new Error(`Message ${messageId} has no button with the data ${JSON.stringify(data)}`);
    }
    const { id, answered } = this.#world.callbacks.press({
      chat_id: room.id,
      message_id: messageId,
      user_id: this.id,
    });
    this.#world.deliver("callback_query", {
      id,
      from: this.profile,
      message,
      chat_instance: chatInstance(room.id),
      data,
    });
    return unlessAborted(answered, opts.signal);
  }

  react(messageId: number, emoji: string | null, opts: { chat?: number } = {}): void {
    const room = this.#room(opts.chat);
    messageIn(room, messageId);
    const reaction = (emoji === null ? [] : [{ type: "emoji", emoji }]) as ReactionType[];
    const before = setReaction(this.#world, room, messageId, this.profile, reaction);
    // In groups only administrators hear of reactions.
    if (room.kind !== "private" && !room.botIsAdmin) return;
    this.#world.deliver("message_reaction", {
      chat: room.chat,
      message_id: messageId,
      user: this.profile,
      date: this.#world.date(),
      old_reaction: before,
      new_reaction: reaction,
    });
  }

  /** The bot hears nothing of deletions, as with Telegram. */
  delete(messageIds: number[], opts: { chat?: number } = {}): void {
    this.#world.remove(this.#room(opts.chat), messageIds);
  }

  createTopic(name: string): TopicInfo {
    const room = this.#room(undefined);
    if (!room.hasTopics) throw new Error("Private chats of this bot have no topics");
    room.started = true;
    return openTopic(this.#world, room, this.profile, name);
  }

  commands(chat?: number): BotCommand[] {
    const room = this.#room(chat);
    return this.#world.commands.shown(room.id, this.id, room.kind === "private");
  }

  #post(opts: SendOptions, content: Partial<Message>): Message {
    const room = this.#room(opts.chat);
    if (room.kind === "private") room.started = true;
    if (opts.thread !== undefined && opts.thread !== 1 && !room.topics.has(opts.thread)) {
      throw new Error(`Chat ${room.id} has no topic ${opts.thread}`);
    }
    const place: Place = {};
    if (opts.thread !== undefined && opts.thread !== 1) place.thread = opts.thread;
    if (opts.reply_to !== undefined) {
      place.replyTo = messageIn(room, opts.reply_to);
      place.thread ??= threadOf(place.replyTo);
    }
    return this.#world.post(room, this.profile, content, place);
  }

  #room(chat: number | undefined): Room {
    const room = this.#world.room(chat ?? this.id);
    if (room.kind !== "private" && !room.members.has(this.id)) {
      throw new Error(`${this.profile.first_name} is not in chat ${room.id}`);
    }
    return room.migratedTo === undefined ? room : this.#world.room(room.migratedTo);
  }
}

function textContent({ text, entities }: { text: string; entities: MessageEntity[] }) {
  return { text, ...(entities.length > 0 && { entities }) };
}

function messageIn(room: Room, messageId: number): Message {
  const message = room.messages.get(messageId);
  if (!message) throw new Error(`No message ${messageId} in chat ${room.id}`);
  return message;
}

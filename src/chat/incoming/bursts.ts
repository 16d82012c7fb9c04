/**
 * Puts together what a person sends as one thing and Telegram delivers as several messages: albums,
 * series of forwards, and a long text that the client cut. A plain message never waits.
 *
 * What is held here is `waiting` in the inbox, so a crash loses nothing.
 */
import { after } from "../../base/async/timer.ts";
import { getLogger } from "@logtape/logtape";
import type { Message, Update } from "grammy/types";
import type { Clock } from "../../base/clock.ts";
import { keyOf } from "../../conversation/address.ts";
import { addressOf, isStopWord } from "./incoming.ts";

const log = getLogger(["ductor", "telegram"]);

/** How long the next part may take. Parts of one album arrive within a few tenths of a second. */
export const QUIET_MS = 700;
/** The same after a text that was probably cut: a slow phone sends its parts seconds apart. */
export const CUT_QUIET_MS = 3000;
/** Telegram's clients cut at 4096, or at a word or line shortly before it. */
const NEARLY_FULL = 4000;
/** In one delivery, sent in the same second, a shorter one counts as cut too. */
const HALF_FULL = 2048;
const MOST = 100;

export interface BurstsOptions {
  clock: Clock;
  /** Takes the updates of one request, or a single update of any other kind. */
  handle(updates: readonly Update[]): void;
  /** Aborts when the program ends: what is held is left to the next start. */
  signal: AbortSignal;
}

interface Burst {
  updates: Update[];
  timer: Disposable;
}

export class Bursts {
  readonly #options: BurstsOptions;
  /** By conversation and person. */
  readonly #open = new Map<string, Burst>();

  constructor(options: BurstsOptions) {
    this.#options = options;
  }

  /** Takes updates in the order of their arrival; those of one call were delivered together. */
  push(updates: readonly Update[]): void {
    for (const [index, update] of updates.entries()) {
      try {
        const following = updates.slice(index + 1);
        this.#take(asEdited(update, following), following);
      } catch (error) {
        log.error("An update is handled alone: {error}", { error });
        this.#options.handle([update]);
      }
    }
  }

  #take(update: Update, following: readonly Update[]): void {
    const { message, edited_message: edited } = update;
    if (edited && this.#edit(edited)) {
      // The edit is part of what is held now; it has no place of its own in the conversation.
      return this.#options.handle([update]);
    }
    const key = message && keyFor(message);
    if (!message || key === undefined) {
      // A press answers what came before it.
      const chat = update.callback_query?.message?.chat.id;
      if (chat !== undefined) this.#closeChat(chat);
      return this.#options.handle([update]);
    }
    const burst = this.#open.get(key);
    const last = burst?.updates.at(-1)?.message;
    if (burst && !(last && belongs(last, message))) this.#close(key);
    const open = this.#open.get(key);
    const next = following.find(({ message }) => message && keyFor(message) === key)?.message;
    const more = isContinued(message) || (next !== undefined && goesOn(message, next));
    if (open) {
      open.timer[Symbol.dispose]();
      open.updates.push(update);
    }
    const together = open?.updates ?? [update];
    if (more && together.length < MOST) return this.#await(key, together);
    this.#open.delete(key);
    this.#options.handle(together);
  }

  #await(key: string, updates: Update[]): void {
    const { clock, signal } = this.#options;
    const quietMs = isCut(updates.at(-1)!.message!) ? CUT_QUIET_MS : QUIET_MS;
    const timer = after(quietMs, () => this.#close(key), { clock, signal });
    this.#open.set(key, { updates, timer });
  }

  #close(key: string): void {
    const burst = this.#open.get(key);
    if (!burst) return;
    this.#open.delete(key);
    burst.timer[Symbol.dispose]();
    this.#options.handle(burst.updates);
  }

  #closeChat(chatId: number): void {
    for (const [key, { updates }] of [...this.#open]) {
      if (updates[0]?.message?.chat.id === chatId) this.#close(key);
    }
  }

  /** Changes a message that is held; `false` when it is not. */
  #edit(edited: Message): boolean {
    for (const { updates } of this.#open.values()) {
      const index = updates.findIndex(({ message }) =>
        message?.message_id === edited.message_id && message.chat.id === edited.chat.id
      );
      if (index < 0) continue;
      updates[index] = { ...updates[index]!, message: edited } as Update;
      return true;
    }
    return false;
  }
}

/** A message that was changed before it came here, as it is now; what has become a command is told. */
function asEdited(update: Update, following: readonly Update[]): Update {
  const { message } = update;
  const edited = message &&
    following.findLast(({ edited_message: edited }) =>
      edited?.message_id === message.message_id && edited.chat.id === message.chat.id
    )?.edited_message;
  return edited && !isCommand(edited) ? { ...update, message: edited } as Update : update;
}

function isCommand({ entities = [] }: Message): boolean {
  return entities.some(({ type, offset }) => type === "bot_command" && offset === 0);
}

function keyFor(message: Message): string | undefined {
  return message.from && `${keyOf(addressOf(message))}/${message.from.id}`;
}

/** Whether something more may belong to the message. */
function isContinued(message: Message): boolean {
  return message.media_group_id !== undefined || message.forward_origin !== undefined ||
    isCut(message);
}

/** Whether it is a text that ends where a client cuts. */
function isCut(message: Message): boolean {
  return isPlain(message) && message.text!.length >= NEARLY_FULL;
}

/** Whether `next`, which came within the quiet time, goes on with what `last` is part of. */
function belongs(last: Message, next: Message): boolean {
  if (last.media_group_id !== undefined && last.media_group_id === next.media_group_id) return true;
  if (last.forward_origin) return next.forward_origin !== undefined || isPlain(next);
  if (next.forward_origin) return next.date - last.date <= 1;
  // What was delivered late together may have been written at any time.
  return isPlain(last) && isPlain(next) && (next.date - last.date) * 1000 <= CUT_QUIET_MS;
}

/** The same for two messages of one delivery. */
function goesOn(message: Message, next: Message): boolean {
  if (!isPlain(message) || next.date - message.date > 1) return false;
  // A client sends the comment in front of what it comments.
  if (next.forward_origin) return true;
  return isPlain(next) && message.text!.length >= HALF_FULL;
}

/** Text of the person's own that is no command. */
function isPlain(message: Message): boolean {
  const { text, forward_origin } = message;
  if (text === undefined || forward_origin || text.startsWith("!") || isStopWord(text)) {
    return false;
  }
  return !isCommand(message);
}

import { after } from "../base/async/timer.ts";
import type { Update } from "grammy/types";
import { conflict } from "./errors.ts";

export type UpdateType = Exclude<keyof Update, "update_id">;

/** Not delivered unless asked for by name. */
const ON_REQUEST: readonly string[] = ["chat_member", "message_reaction", "message_reaction_count"];

const DAY_MS = 24 * 60 * 60 * 1000;

export interface Poll {
  offset: number;
  /** 1 to 100. */
  limit: number;
  /** Seconds. */
  timeout: number;
}

interface Waiting {
  fail(error: Error): void;
  wake(): void;
}

/**
 * Updates that wait for the bot. One is forgotten when `getUpdates` is called with a higher offset,
 * or after a day. There is one poll at a time: a second one ends the first with 409.
 */
export class UpdateQueue {
  readonly #now: () => number;
  #next: number;
  #pending: { update: Update; at: number }[] = [];
  /** Delivered with the next answer whatever the offset says: a duplicate, made on purpose. */
  #again: Update[] = [];
  #seen = new Map<number, Update>();
  #waiting: Waiting | undefined;
  #allowed: readonly string[] | undefined;
  #closed = false;
  /** Non-empty while a webhook is set; polling is refused then. */
  webhookUrl = "";

  constructor(now: () => number, firstId: number) {
    this.#now = now;
    this.#next = firstId;
  }

  get allowed(): readonly string[] | undefined {
    return this.#allowed;
  }

  get pendingCount(): number {
    this.#expire();
    return this.#pending.length;
  }

  /** All updates ever made, for tests that deliver one twice. */
  get history(): Update[] {
    return [...this.#seen.values()];
  }

  /** An empty list means the default, `undefined` leaves the last choice. */
  allow(types: readonly string[] | undefined): void {
    if (types === undefined) return;
    this.#allowed = types.length === 0 ? undefined : [...types];
  }

  /** Returns the update, or undefined when the bot did not ask for this kind. */
  push(type: UpdateType, body: unknown): Update | undefined {
    const wanted = this.#allowed ? this.#allowed.includes(type) : !ON_REQUEST.includes(type);
    if (!wanted) return undefined;
    return this.inject({ [type]: body } as Partial<Update>);
  }

  /** Puts an update as it is; without an `update_id` it gets the next one. */
  inject(update: Partial<Update>): Update {
    const full = { ...update, update_id: update.update_id ?? this.#next } as Update;
    this.#next = Math.max(this.#next, full.update_id + 1);
    this.#seen.set(full.update_id, full);
    this.#pending.push({ update: full, at: this.#now() });
    this.#waiting?.wake();
    return full;
  }

  /** Delivers an update once more, though it was confirmed. Throws when there never was such an update. */
  redeliver(updateId: number): void {
    const update = this.#seen.get(updateId);
    if (!update) throw new Error(`No update ${updateId} was ever queued`);
    this.#again.push(update);
    this.#waiting?.wake();
  }

  drop(): void {
    this.#pending = [];
    this.#again = [];
  }

  /**
   * The `getUpdates` call. Rejects with 409 when a webhook is set or another poll comes in;
   * resolves early with nothing when `signal` says that the client is gone.
   */
  async poll(poll: Poll, signal: AbortSignal): Promise<Update[]> {
    if (this.webhookUrl !== "") {
      throw conflict(
        "can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first",
      );
    }
    this.#waiting?.fail(conflict(
      "terminated by other getUpdates request; make sure that only one bot instance is running",
    ));
    this.#confirm(poll.offset);
    if (poll.timeout > 0 && !this.#hasNews() && !this.#closed && !signal.aborted) {
      await this.#wait(poll.timeout * 1000, signal);
    }
    if (signal.aborted) return [];
    const again = this.#again.splice(0, poll.limit);
    const rest = this.#pending.slice(0, poll.limit - again.length).map(({ update }) => update);
    return [...again, ...rest];
  }

  /** Ends a poll in progress, e.g. because a webhook was set. */
  terminate(reason: string): void {
    this.#waiting?.fail(conflict(reason));
  }

  /** Lets a poll in progress answer with nothing; later polls do not wait. */
  close(): void {
    this.#closed = true;
    this.#waiting?.wake();
  }

  #hasNews(): boolean {
    this.#expire();
    return this.#pending.length > 0 || this.#again.length > 0;
  }

  #confirm(offset: number): void {
    this.#expire();
    if (offset < 0) this.#pending = this.#pending.slice(offset);
    else if (offset > 0) {
      this.#pending = this.#pending.filter(({ update }) => update.update_id >= offset);
    }
  }

  #expire(): void {
    const oldest = this.#now() - DAY_MS;
    this.#pending = this.#pending.filter(({ at }) => at > oldest);
  }

  #wait(ms: number, signal: AbortSignal): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const waiting: Waiting = { fail: reject, wake: resolve };
    this.#waiting = waiting;
    const timer = after(ms, resolve);
    const onAbort = () => resolve();
    signal.addEventListener("abort", onAbort, { once: true });
    return promise.finally(() => {
      timer[Symbol.dispose]();
      signal.removeEventListener("abort", onAbort);
      if (this.#waiting === waiting) this.#waiting = undefined;
    });
  }
}

import { tooManyRequests } from "./errors.ts";
import type { RateLimits } from "./types.ts";

/** Counts messages in sliding windows and refuses those over a ceiling with 429. */
export class Limiter {
  readonly #limits: RateLimits;
  readonly #now: () => number;
  #sent: { chatId: number; at: number }[] = [];

  constructor(limits: RateLimits, now: () => number) {
    this.#limits = limits;
    this.#now = now;
  }

  /** Counts `messages` messages into a chat, or throws 429 and counts nothing. */
  admit(chatId: number, isGroup: boolean, messages = 1): void {
    const now = this.#now();
    this.#sent = this.#sent.filter(({ at }) => at > now - 60_000);
    const { per_chat_per_second, per_group_per_minute, per_second } = this.#limits;
    const here = this.#sent.filter((sent) => sent.chatId === chatId);
    this.#check(here, per_chat_per_second, 1_000, now, messages);
    if (isGroup) this.#check(here, per_group_per_minute, 60_000, now, messages);
    this.#check(this.#sent, per_second, 1_000, now, messages);
    for (let i = 0; i < messages; i++) this.#sent.push({ chatId, at: now });
  }

  #check(
    sent: readonly { at: number }[],
    limit: number | undefined,
    window: number,
    now: number,
    messages: number,
  ): void {
    if (limit === undefined) return;
    const recent = sent.filter(({ at }) => at > now - window);
    if (recent.length + messages <= limit) return;
    // Free again when enough of the oldest have left the window.
    const leaver = recent[Math.min(recent.length - 1, recent.length + messages - limit - 1)];
    throw tooManyRequests(((leaver?.at ?? now) + window - now) / 1000);
  }
}

/**
 * Chats that take nothing just now: a closed topic, no right to write, a bot that was blocked or taken
 * out. That is a no for now: what was for them waits, each topic for itself, and is tried again with
 * patience, or as soon as somebody writes there. Waits are measured by a clock that only goes forward.
 */
import { getLogger } from "@logtape/logtape";
import { backoff } from "../base/async/backoff.ts";
import type { Clock } from "../base/clock.ts";
import type { Failure } from "./api.ts";
import type { Target } from "./content.ts";
import type { Post, Refused } from "./post.ts";

const log = getLogger(["ductor", "telegram", "outbox"]);

const MINUTE = 60_000;
/** After that long, what waits goes elsewhere. */
const PATIENCE_MS = 60 * MINUTE;
/** After that long it is no longer tried. */
const LONGEST_MS = 7 * 24 * 60 * MINUTE;
/** Somebody who writes there does not make it try more often than this. */
const SOONEST_MS = 10_000;

const pauseAfter = backoff({ first: MINUTE / 2, most: 15 * MINUTE });

interface Closed {
  tries: number;
  triedAt: number;
  nextAt: number;
}

export interface RefusalsOptions {
  clock: Clock;
  /** Every unfinished post of the chat. */
  posts(): readonly Post[];
  /** Its chat takes nothing, or does again (`post.refused`): to be put on disk. */
  onRefused(post: Post): void;
  /** It has waited for long: is said elsewhere. Resolves when that is on disk. */
  onWaited(post: Post): Promise<void>;
  /** There is no point in trying this one any more. */
  giveUp(post: Post): void;
}

export class Refusals {
  readonly #options: RefusalsOptions;
  readonly #topics = new Map<number | undefined, Closed>();
  /** When a post began to wait, by the clock that only goes forward. */
  readonly #began = new WeakMap<Post, number>();

  constructor(options: RefusalsOptions) {
    this.#options = options;
  }

  /** When this post may be tried, by the clock that only goes forward. */
  readyAt({ target }: Post): number {
    return this.#topics.get(target.threadId)?.nextAt ?? 0;
  }

  /** Telegram has refused a call there. */
  async note({ threadId }: Target, { description, forever }: Failure & { kind: "closed" }) {
    const { clock, posts, onRefused, onWaited, giveUp } = this.#options;
    const now = clock.elapsed();
    const tries = (this.#topics.get(threadId)?.tries ?? 0) + 1;
    this.#topics.set(threadId, { tries, triedAt: now, nextAt: now + pauseAfter(tries) });
    if (tries === 1) log.warn("A chat takes nothing now: {description}", { description });
    for (const post of posts().filter((one) => one.final && one.target.threadId === threadId)) {
      if (!post.refused) {
        post.refused = { since: clock.now(), why: description };
        this.#began.set(post, now);
        onRefused(post);
      }
      const waited = this.#waited(post, post.refused);
      if (waited < PATIENCE_MS) continue;
      await onWaited(post);
      if (forever || waited >= LONGEST_MS) giveUp(post);
    }
  }

  /** Not even a plain word is taken there, for a reason that says nothing about the chat. */
  async unknown(post: Post, why: string): Promise<void> {
    const { clock, onWaited, giveUp } = this.#options;
    log.error("A message was dropped: Telegram refuses even a plain note ({why})", { why });
    post.level = 0;
    post.refused = { since: clock.now(), why };
    await onWaited(post);
    giveUp(post);
  }

  /** Telegram took something there: what waits is tried now. */
  taken({ threadId }: Target): void {
    if (!this.#topics.delete(threadId)) return;
    const { posts, onRefused } = this.#options;
    for (const post of posts()) {
      if (!post.refused || post.target.threadId !== threadId) continue;
      post.refused = undefined;
      onRefused(post);
    }
  }

  /** Somebody wrote there: it may be open again. @returns whether something is to be tried sooner */
  look(): boolean {
    for (const closed of this.#topics.values()) {
      closed.nextAt = Math.min(closed.nextAt, closed.triedAt + SOONEST_MS);
    }
    return this.#topics.size > 0;
  }

  /** How long it has been waiting, ms; what a former run says of it counts as far as it can be. */
  #waited(post: Post, { since }: Refused): number {
    const { clock } = this.#options;
    const now = clock.elapsed();
    const began = this.#began.get(post) ?? now - Math.max(0, clock.now() - since);
    this.#began.set(post, began);
    return now - began;
  }
}

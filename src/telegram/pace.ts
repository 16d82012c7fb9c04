/**
 * How fast one chat is written to: as fast as its settings allow, until Telegram says that this is
 * too fast (429). Then twice as slow, and little by little faster again.
 */
import type { Post } from "./post.ts";

/** What a pace that was refused starts from at least, and the slowest one, ms. */
const REFUSED_MS = 500;
const SLOWEST_MS = 30_000;
/** What is left of the slowness after a call that Telegram took. */
const FASTER = 0.97;
/** For how long a post that is held shows nothing, and one that hurries, ms. */
const HOLD_MS = 1000;
const HURRY_MS = 200;

export interface PaceOptions {
  /** Least time between two edits of live posts, ms. */
  editIntervalMs(): number;
  /** Least time between two messages of one long post, ms. */
  pieceIntervalMs: number;
}

export class Pace {
  readonly #options: PaceOptions;
  /** Least time between two calls since the last refusals; 0: none is to be felt any more. */
  #slowMs = 0;
  #nextLiveAt = 0;
  #nextPieceAt = 0;
  /** When live posts that are held may first show something. */
  readonly #heldUntil = new WeakMap<Post, number>();
  /** Counts edits of live posts, and which of them was the last of a post. */
  #edits = 0;
  readonly #lastEdit = new WeakMap<Post, number>();

  constructor(options: PaceOptions) {
    this.#options = options;
  }

  /** Least time between two edits just now, ms. */
  get editMs(): number {
    return Math.max(this.#options.editIntervalMs(), this.#slowMs);
  }

  /** When the next message of a long post may be sent. */
  get pieceAt(): number {
    return this.#nextPieceAt;
  }

  /** When what this live post has to show may be shown. */
  liveAt(post: Post): number {
    return post.shown.length > 0 ? this.#nextLiveAt : this.#heldUntil.get(post) ?? 0;
  }

  /**
   * Takes note that a live post has news.
   *
   * @returns whether it is known already when something of it may be shown
   */
  isWaiting(post: Post, now: number): boolean {
    if (post.shown.length > 0) return true;
    const before = this.#heldUntil.get(post) ?? Infinity;
    const until = post.options.held ? now + (post.hurries ? HURRY_MS : HOLD_MS) : now;
    this.#heldUntil.set(post, Math.min(before, until));
    return before <= until;
  }

  /** Of live posts with news the one that was edited longest ago. */
  next(posts: readonly Post[]): Post | undefined {
    const last = (post: Post) => this.#lastEdit.get(post) ?? 0;
    return posts.filter((post) => !post.final && post.dirty && post.shown.length > 0)
      .reduce<Post | undefined>((a, b) => a && last(a) <= last(b) ? a : b, undefined);
  }

  /** A call for a live post began at `since`, and is over. */
  edited(post: Post, since: number): void {
    this.#lastEdit.set(post, ++this.#edits);
    this.#nextLiveAt = since + this.editMs;
  }

  /** A message was sent. */
  sent(now: number): void {
    this.#nextPieceAt = now + Math.max(this.#options.pieceIntervalMs, this.#slowMs);
  }

  /** Telegram took a call. */
  taken(): void {
    this.#slowMs = this.#slowMs > REFUSED_MS ? this.#slowMs * FASTER : 0;
  }

  /** Telegram asked to wait. */
  refused(): void {
    this.#slowMs = Math.min(SLOWEST_MS, 2 * Math.max(this.editMs, REFUSED_MS));
  }
}

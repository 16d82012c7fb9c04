/**
 * Sends whose answer was lost: what was tried again and stands twice is taken back, if it is proven
 * to be that very send; else the double stays.
 *
 * Two things make the proof. Nothing else of ours can stand where it is looked for (see `ChatIds`):
 * above the newest id that was known before the send, below the one it got at last. And an edit to
 * what was sent finds it "not modified", which also tells ours from the user's.
 */
import { spawn } from "../base/async/spawn.ts";
import { backoff } from "../base/async/backoff.ts";
import { getLogger } from "@logtape/logtape";
import { createHash } from "node:crypto";
import type { Clock } from "../base/clock.ts";
import { type Api, type Failure, failureOf, isUnsent } from "./api.ts";
import type { ChatIds } from "./chat_ids.ts";
import type { LostSend, Post } from "./post.ts";

const log = getLogger(["ductor", "telegram", "outbox"]);

const pauseAfter = backoff({ first: 500, most: 30_000 });

/** How many message ids are looked at. */
const SEARCH = 8;

/** A send as the journal holds it while its outcome is unknown. */
export interface Try {
  /** Counts the messages of the post, or its files if it is an `upload`. */
  index: number;
  upload?: boolean | undefined;
  /** The newest id before it; 0: not looked for. */
  after: number;
  /** {@link printOf} what is sent. */
  print: string;
  /** It surely was not sent. */
  unsent?: boolean;
}

export interface LostSendsOptions {
  api: Api;
  clock: Clock;
  signal: AbortSignal;
  ids: ChatIds;
  /** Every unfinished post of the chat. */
  posts(): readonly Post[];
  /** Resolves when it is on disk. */
  onTry(post: Post, attempt: Try): Promise<void>;
}

export class LostSends {
  readonly #options: LostSendsOptions;

  constructor(options: LostSendsOptions) {
    this.#options = options;
  }

  /** A send is about to start; it does when this resolves, which is when that is on disk. */
  async begin(post: Post, send: Omit<LostSend, "after" | "mixed">): Promise<LostSend> {
    const { ids, onTry } = this.#options;
    const { lost } = post;
    let after = lost && isSameSend(lost, send) ? lost.after : 0;
    if (!lost && !this.#othersLost(post)) after = ids.floor;
    const mixed = lost && (lost.mixed || lost.print !== send.print);
    // Of files only the very same are looked for; and what looked different before is not on disk.
    if (mixed && send.upload) after = 0;
    const { index, upload, print } = send;
    await onTry(post, { index, upload, print, after: mixed ? 0 : after });
    return { ...send, after, ...mixed && { mixed } };
  }

  failed(post: Post, attempt: LostSend, failure: Failure): void {
    if (!isUnsent(failure)) post.lost = attempt;
    else if (!post.lost) {
      const { index, upload, print, after } = attempt;
      spawn(
        "Noting a call that never left",
        this.#options.onTry(post, { index, upload, print, after, unsent: true }),
      );
    }
  }

  /** Telegram has it, which is noted: takes back what was lost of it before. */
  async arrived(post: Post, attempt: LostSend, messageIds: readonly number[]): Promise<void> {
    const { ids } = this.#options;
    const { lost } = post;
    const sure = ids.sure && !this.#othersLost(post);
    post.lost = undefined;
    for (const id of messageIds) ids.sent(id);
    if (!lost || !sure || lost.after === 0 || !isSameSend(lost, attempt)) return;
    // A live answer may have grown between the two.
    const probe = lost.print === attempt.print
      ? attempt.probe
      : lost.upload
      ? undefined
      : lost.probe;
    if (!probe) return;
    const next = Math.min(...messageIds);
    const first = Math.max(lost.after + 1, next - SEARCH - (lost.upload ? messageIds.length : 0));
    for (let candidate = next - 1; candidate >= first; candidate--) {
      if (!ids.isOurs(candidate)) await this.#takeBack(post.target.chatId, candidate, lost, probe);
    }
  }

  /** Nothing more is sent for the post. */
  ended(post: Post): void {
    if (post.lost) this.#options.ids.lose();
    post.lost = undefined;
  }

  async #takeBack(
    chatId: number,
    id: number,
    lost: LostSend,
    probe: NonNullable<LostSend["probe"]>,
  ) {
    const { api, signal } = this.#options;
    const message = { chat_id: chatId, message_id: id };
    const failure = await this.#insist(() => probe(message));
    // One of several that differed is changed by the edit, and is ours all the same.
    if (failure ? failure.kind !== "not_modified" : !lost.mixed) {
      if (!failure) log.error("A message was taken for a lost one, and is not: {id}", { id });
      return;
    }
    await this.#insist(() => api.raw.deleteMessage(message, signal as never));
    log.info("A message sent twice because of a lost answer was taken back");
  }

  /** Another message of ours may stand anywhere. */
  #othersLost(post: Post): boolean {
    return this.#options.posts().some((other) => other !== post && other.lost);
  }

  /** Repeats a harmless call until it is known how it went; `undefined`: well. */
  async #insist(call: () => Promise<unknown>): Promise<Failure | undefined> {
    const { clock, signal } = this.#options;
    for (let failures = 1;; failures++) {
      try {
        await call();
        return undefined;
      } catch (error) {
        const failure = failureOf(error);
        if (signal.aborted) return failure;
        if (failure.kind === "flood") await clock.sleep(failure.retryAfter * 1000, signal);
        else if (failure.kind === "network") await clock.sleep(pauseAfter(failures), signal);
        else return failure;
      }
    }
  }
}

/** Equal for sends that look the same; short, as it goes to the disk. */
export function printOf(look: string): string {
  return createHash("sha256").update(look).digest("base64url");
}

function isSameSend(lost: LostSend, send: Pick<LostSend, "index" | "upload">): boolean {
  return lost.index === send.index && !lost.upload === !send.upload;
}

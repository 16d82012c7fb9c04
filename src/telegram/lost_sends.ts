/**
 * Sends whose answer was lost. Such a send is made again, exactly as it was, before anything else is
 * done in the chat; then what stands twice is taken back, if it is proven to be that very send; else
 * the double stays. What is tried and what is to be looked for is on disk, so that the next run of
 * the program goes on with it.
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
import { looksOf } from "./content.ts";
import type { LostSend, Post, Search } from "./post.ts";

const log = getLogger(["ductor", "telegram", "outbox"]);

const pauseAfter = backoff({ first: 500, most: 30_000 });

/** What says nothing about the message that a call is about. */
const NOT_NOW = new Set<Failure["kind"]>(["network", "aborted", "unauthorized", "conflict"]);

/** How many message ids are looked at, at either end of where it can be. */
const SEARCH = 8;

/** A send as the journal holds it while its outcome is unknown. */
export interface Try extends LostSend {
  /** It surely was not sent. */
  unsent?: boolean;
}

export interface LostSendsOptions {
  api: Api;
  clock: Clock;
  signal: AbortSignal;
  ids: ChatIds;
  /** Resolves when it is on disk. */
  onTry(post: Post, attempt: Try): Promise<void>;
  /** The search for what was lost of a post is over: to be put on disk. */
  onSearched(post: Post): void;
}

export class LostSends {
  readonly #options: LostSendsOptions;

  constructor(options: LostSendsOptions) {
    this.#options = options;
  }

  /** A send is about to start; it does when this resolves, which is when that is on disk. */
  async begin(post: Post, send: Omit<LostSend, "after" | "again">): Promise<LostSend> {
    const { ids, onTry } = this.#options;
    const { lost } = post;
    // Only the very same is looked for.
    const after = !lost ? ids.floor : isSameSend(lost, send) ? lost.after : 0;
    const attempt = { ...send, after, again: lost !== undefined };
    await onTry(post, attempt);
    return attempt;
  }

  failed(post: Post, attempt: LostSend, failure: Failure): void {
    if (!isUnsent(failure)) post.lost = attempt;
    else if (!post.lost) {
      spawn(
        "Noting a call that never left",
        this.#options.onTry(post, { ...attempt, unsent: true }),
      );
    }
  }

  /** Telegram has it; what was lost of it before is to be looked for. */
  arrived(post: Post, attempt: LostSend, messages: readonly number[]): void {
    post.lost = undefined;
    for (const id of messages) this.#options.ids.sent(id);
    if (attempt.again && attempt.after > 0) post.search = { ...attempt, messages };
    else if (attempt.again) {
      log.warn(
        "A message may stand twice: its first answer was lost, and so is the place where to look for it",
      );
    }
  }

  /** What was lost is neither made again nor looked for. */
  ended(post: Post): void {
    if (post.lost) this.#options.ids.lose();
    post.lost = undefined;
    post.search = undefined;
  }

  /** Takes back what was lost. */
  async search(post: Post): Promise<void> {
    const { ids, signal, onSearched } = this.#options;
    const search = post.search!;
    for (const id of ids.sure ? candidates(search) : []) {
      if (ids.isOurs(id)) continue;
      await this.#takeBack({ chat_id: post.target.chatId, message_id: id }, search);
      // The next run goes on with it.
      if (signal.aborted) return;
    }
    post.search = undefined;
    onSearched(post);
  }

  /** Takes the message back if it was that send. */
  async #takeBack(message: { chat_id: number; message_id: number }, { step }: Search) {
    const { api: { raw }, signal } = this.#options;
    const abort = signal as never; // the DOM's AbortSignal and grammY's declaration differ
    const failure = await this.#insist(() =>
      // Texts have no caption to edit, so that none can pass for a file.
      step
        ? raw.editMessageText({ ...message, ...looksOf(step) }, abort)
        : raw.editMessageCaption(message, abort)
    );
    if (failure?.kind !== "not_modified") {
      const { message_id: id } = message;
      if (!failure) log.error("A message was taken for a lost one, and is not: {id}", { id });
      return;
    }
    const kept = await this.#insist(() => raw.deleteMessage(message, abort));
    if (!kept) log.info("A message sent twice because of a lost answer was taken back");
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
        else if (NOT_NOW.has(failure.kind)) await clock.sleep(pauseAfter(failures), signal);
        else return failure;
      }
    }
  }
}

/** Equal for sends that look the same; short, as it goes to the disk. */
export function printOf(look: string): string {
  return createHash("sha256").update(look).digest("base64url");
}

function isSameSend(lost: LostSend, send: Pick<LostSend, "index" | "upload" | "print">): boolean {
  return lost.index === send.index && !lost.upload === !send.upload && lost.print === send.print;
}

/** Right below the one it got at last, and right above the newest that was known before it. */
function candidates({ after, messages, upload }: Search): number[] {
  const end = Math.min(...messages);
  const many = SEARCH + (upload ? messages.length : 0);
  const ids: number[] = [];
  for (let id = end - 1; id > after; id--) {
    if (end - id <= many || id - after <= many) ids.push(id);
    else id = after + many + 1;
  }
  return ids;
}

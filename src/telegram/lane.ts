/**
 * Delivery to one chat: one call at a time, in order, paced. The lane knows no queue of calls; it
 * compares what each post should show with what Telegram has and makes the next call that brings
 * them together. So there is never more than one pending edit a message.
 */
import { backoff } from "../base/async/backoff.ts";
import { getLogger } from "@logtape/logtape";
import { spawn } from "../base/async/spawn.ts";
import type { Clock } from "../base/clock.ts";
import { type Api, type Failure, failureOf } from "./api.ts";
import { type Content, fingerprint, nextStep, type Step } from "./content.ts";
import type { OutgoingFiles } from "./upload/outgoing_files.ts";
import { nextUpload, Uploader, type UploadStep } from "./upload/uploader.ts";
import type { ChatIds } from "./chat_ids.ts";
import { noteGone, takeAway } from "./gone.ts";
import { LostSends, type Try } from "./lost_sends.ts";
import { Messenger } from "./messenger.ts";
import { Pace, type PaceOptions } from "./pace.ts";
import type { Level, Post } from "./post.ts";
import { Refusals, type RefusalsOptions } from "./refusals.ts";

const log = getLogger(["ductor", "telegram", "outbox"]);

export interface LaneOptions extends PaceOptions, Pick<RefusalsOptions, "onRefused" | "onWaited"> {
  api: Api;
  clock: Clock;
  random: () => number;
  signal: AbortSignal;
  ids: ChatIds;
  /** A send is about to start; resolves when that is on disk. */
  onTry(post: Post, attempt: Try): Promise<void>;
  /** `post.filesDone` has changed. */
  onUploaded(post: Post, messageIds: readonly number[]): void;
  /** A message is shown, a post is done: to be put on disk. */
  onShown(post: Post, step: Step, messageId: number): void;
  onMoved(post: Post): void;
  /** See `LostSendsOptions`. */
  onSearched(post: Post): void;
  onDone(post: Post): void;
  /** The group got another id. */
  onMigrated(from: number, to: number): void;
  files?: OutgoingFiles;
}

interface Work {
  post: Post;
  step: Step | UploadStep | "search";
}

/** A reason given saves making an exception, which is what costs most in an abort. */
const NUDGED = "there is something to do";

export class Lane {
  readonly #options: LaneOptions;
  readonly #lost: LostSends;
  readonly #messenger: Messenger;
  readonly #uploader: Uploader;
  readonly #pace: Pace;
  readonly #refusals: Refusals;
  #posts: Post[] = [];
  #pausedUntil = 0;
  #failures = 0;
  #running = false;
  #nudge = new AbortController();

  constructor(options: LaneOptions) {
    this.#options = options;
    this.#pace = new Pace(options);
    this.#refusals = new Refusals({
      ...options,
      posts: () => this.#posts,
      giveUp: (post) => this.#end(post, "dropped"),
    });
    const { api, files, signal, onUploaded } = options;
    this.#lost = new LostSends(options);
    this.#messenger = new Messenger(api, this.#lost, signal);
    this.#uploader = new Uploader({
      api,
      files,
      signal,
      lost: this.#lost,
      onSent: (post, messageIds) => {
        this.#taken(post);
        for (const id of messageIds) options.ids.own(id);
        onUploaded(post, messageIds);
      },
      onFailed: (post, failure) => this.#failed(post, undefined, failure),
    });
  }

  get ids(): ChatIds {
    return this.#options.ids;
  }

  get idle(): boolean {
    return this.#posts.length === 0;
  }

  /** Whether Telegram asked to wait. */
  get paused(): boolean {
    return this.#options.clock.elapsed() < this.#pausedUntil;
  }

  add(post: Post): void {
    this.#posts.push(post);
    for (const message of post.shown) this.#options.ids.own(message.messageId);
  }

  /** Somebody has written in the chat. */
  look(): void {
    if (this.#refusals.look()) this.#nudge.abort(NUDGED);
  }

  /** Looks again whether there is something to do for this post. */
  wake(post: Post): void {
    // News of a live post waits for its time; looking at every piece of text would cost more.
    const waits = !post.final && this.#pace.isWaiting(post, this.#options.clock.elapsed());
    if (!this.#running) spawn("Delivery to a chat", this.#run());
    else if (!waits) this.#nudge.abort(NUDGED);
  }

  async #run(): Promise<void> {
    this.#running = true;
    const { clock, signal } = this.#options;
    // Lets a burst of changes made in one go become one call.
    await Promise.resolve();
    while (!signal.aborted) {
      this.#nudge = new AbortController();
      const work = this.#pick(clock.elapsed());
      if (work === undefined) break;
      if ("waitUntil" in work) {
        const wait = Math.max(0, work.waitUntil - clock.elapsed());
        await clock.sleep(wait, AbortSignal.any([signal, this.#nudge.signal]));
      } else {
        if (work.step === "search") await this.#lost.search(work.post);
        else if (work.step.do === "upload") await this.#uploader.upload(work.post, work.step.batch);
        else await this.#perform(work.post, work.step);
      }
    }
    this.#running = false;
  }

  #pick(now: number): Work | { waitUntil: number } | undefined {
    let waitUntil = Infinity;
    const lost = this.#pickLost();
    if (lost) return this.#pausedUntil > now ? { waitUntil: this.#pausedUntil } : lost;
    for (const post of [...this.#posts]) this.#move(post);
    const live = this.#pace.next(this.#posts);
    for (const post of [...this.#posts]) {
      if (!post.final && !post.dirty) continue;
      if (!post.final && post.shown.length > 0 && post !== live) continue;
      const readyAt = Math.max(
        this.#pausedUntil,
        this.#refusals.readyAt(post),
        post.final ? 0 : this.#pace.liveAt(post),
      );
      if (readyAt > now) {
        waitUntil = Math.min(waitUntil, readyAt);
        continue;
      }
      const content = this.#contentOf(post);
      const step = content &&
        (nextStep(content, post.shown, post.old) ?? nextUpload(content, post));
      if (step?.do === "send" && step.index > 0 && this.#pace.pieceAt > now) {
        // What was said later must not come in between.
        waitUntil = Math.min(waitUntil, this.#pace.pieceAt);
        break;
      }
      if (step) return { post, step };
      if (post.final) this.#end(post, content ? "delivered" : "dropped");
      else {
        post.clean();
        // Another one is next.
        if (post === live) return this.#pick(now);
      }
    }
    return waitUntil === Infinity ? undefined : { waitUntil };
  }

  /** What was lost comes first, so that there is never more than one such send in a chat. */
  #pickLost(): Work | undefined {
    for (const post of this.#posts) {
      if (post.search) return { post, step: "search" };
      if (!post.lost) continue;
      const { upload, step } = post.lost;
      if (!upload && step) return { post, step };
      // Of what a former run left, the files are known when its final is taken up.
      const content = post.final ? this.#contentOf(post) : undefined;
      const files = content && nextUpload(content, post);
      if (files) return { post, step: files };
      if (content) this.#lost.ended(post);
    }
    return undefined;
  }

  #move(post: Post): void {
    if (!post.takeMove()) return;
    // What others have said until now and Telegram does not have yet comes first.
    this.#posts = [...this.#posts.filter((other) => other !== post), post];
    // Of a final it is on disk that it is to be moved.
    if (post.shown.length === 0 && !post.final) return;
    post.old.push(...post.shown.splice(0).map(({ messageId }) => messageId));
    this.#options.onMoved(post);
  }

  /** What it should show. A view that fails costs what it would have shown, not the chat. */
  #contentOf(post: Post): Content | undefined {
    try {
      return post.content();
    } catch (error) {
      log.error("What a message is to show cannot be made: {error}", { error });
      return undefined;
    }
  }

  #end(post: Post, how: "delivered" | "dropped"): void {
    this.#posts = this.#posts.filter((p) => p !== post);
    this.#lost.ended(post);
    this.#options.onDone(post);
    post.settle(how);
  }

  async #perform(post: Post, step: Step): Promise<void> {
    const live = !post.final;
    const { clock } = this.#options;
    const since = clock.elapsed();
    try {
      await this.#messenger.perform(post, step, (messageId) => {
        this.#taken(post);
        this.#pace.taken();
        if (step.do === "send") this.#pace.sent(clock.elapsed());
        this.#record(post, step, messageId);
      });
    } catch (error) {
      if (this.#options.signal.aborted) return;
      await this.#failed(post, step, failureOf(error));
    }
    if (live) this.#pace.edited(post, since);
  }

  #taken({ target }: Post): void {
    this.#failures = 0;
    this.#refusals.taken(target);
  }

  #record(post: Post, step: Step, messageId: number): void {
    if (step.do === "delete") return takeAway(post, step);
    post.shown[step.index] = { messageId, print: fingerprint(step.piece, step.keyboard) };
    this.#options.onShown(post, step, messageId);
    this.#options.ids.own(messageId);
  }

  /** @param step Absent for an upload, whose refusals are dealt with before. */
  async #failed(post: Post, step: Step | undefined, failure: Failure): Promise<void> {
    const { clock } = this.#options;
    switch (failure.kind) {
      case "not_modified":
        if (step) this.#record(post, step, (step as { messageId: number }).messageId);
        return;
      case "gone":
        if (step) noteGone(post, step);
        return;
      case "flood":
        this.#pausedUntil = clock.elapsed() + failure.retryAfter * 1000;
        this.#pace.refused();
        if (failure.retryAfter > 30) {
          log.warn("Telegram lets this chat wait {seconds} s", { seconds: failure.retryAfter });
        }
        return;
      case "no_topic":
        delete post.target.threadId;
        return;
      case "migrated":
        this.#options.onMigrated(post.target.chatId, failure.chatId);
        // The ids of the new chat have nothing to do with those of the old one.
        this.#options.ids.blind();
        for (const p of this.#posts) {
          p.target.chatId = failure.chatId;
          p.lost = undefined;
          p.search = undefined;
        }
        return;
      case "closed":
        // What may have arrived before it was closed stays where it is.
        if (post.lost) this.#lost.ended(post);
        return await this.#refusals.note(post.target, failure);
      case "refused":
        if (!post.lost) return await this.#refused(post, failure.description);
        // Then it was refused before, too.
        return this.#lost.ended(post);
      case "unauthorized":
      case "conflict":
        log.error("Telegram refused to send: {description}", { description: failure.description });
        this.#pausedUntil = clock.elapsed() + 60_000;
        return;
      case "network":
      case "aborted": {
        this.#failures++;
        const { random } = this.#options;
        this.#pausedUntil = clock.elapsed() +
          backoff({ first: 500, most: 30_000, random })(this.#failures);
      }
    }
  }

  async #refused(post: Post, description: string): Promise<void> {
    log.warn("Telegram refuses a message ({description}), trying it simpler", { description });
    if (post.level < 3) {
      post.level = post.level + 1 as Level;
      return post.touch();
    }
    await this.#refusals.unknown(post, description);
  }
}

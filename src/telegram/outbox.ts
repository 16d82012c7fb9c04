/**
 * Everything the bot says goes through here. Promises: a final is on disk before the turn counts as
 * done, and stays there until Telegram has it; edits may be skipped, finals never; one chat that has
 * to wait does not hold up the others.
 */
import { spawn } from "../base/async/spawn.ts";
import { aborted } from "../base/async/within.ts";
import { getLogger } from "@logtape/logtape";
import { type Clock, systemClock } from "../base/clock.ts";
import { type Api, failureOf, isUnsent } from "./api.ts";
import { ChatIds } from "./chat_ids.ts";
import { type Content, type Piece, type Target, withStatus } from "./content.ts";
import type { OutgoingFiles } from "./upload/outgoing_files.ts";
import { Lane } from "./lane.ts";
import { laneNotes } from "./lane_notes.ts";
import type { OutboxJournal } from "./outbox_journal.ts";
import { addressFields, type LeftPost, type OutboxRecord } from "./outbox_records.ts";
import { Post, type PostOptions } from "./post.ts";

const log = getLogger(["ductor", "telegram", "outbox"]);

export interface OutboxOptions {
  api: Api;
  journal: OutboxJournal;
  /** Least time between two edits of an answer that is being written, ms. */
  editIntervalMs(): number;
  clock?: Clock;
  random?: () => number;
  onMigrated?(from: number, to: number): void;
  /**
   * Where an answer goes that its chat has not taken for long, and what is said above it; `undefined`:
   * nowhere else. `id`: what it was said under.
   */
  elsewhere?(
    refused: { target: Target; why: string; id: string },
  ): Promise<{ target: Target; piece: Piece } | undefined>;
  /** Needed for posts with files. */
  files?: OutgoingFiles;
}

/** Telegram allows a group about 20 messages and edits a minute. */
const GROUP_EDIT_INTERVAL_MS = 3500;
/** And any other chat about one message a second. */
const PIECE_INTERVAL_MS = 1000;

export class Outbox {
  readonly #options: OutboxOptions;
  readonly #clock: Clock;
  readonly #lanes = new Map<number, Lane>();
  readonly #finals = new Set<Post>();
  /** Posts with an id of their own that are not done. */
  readonly #named = new Map<string, Post>();
  readonly #stop = new AbortController();
  /** Resolves when a post begins to wait for its chat. */
  #refused = Promise.withResolvers<void>();

  constructor(options: OutboxOptions) {
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
  }

  /**
   * Starts a post that shows nothing yet; under an `id` that is known, the one that was begun: what
   * it is finished with then changes nothing.
   */
  open(target: Target, options: PostOptions = {}): Post {
    const { id } = options;
    if (id === undefined) return this.#open(crypto.randomUUID(), { ...target }, options);
    const known = this.#named.get(id);
    if (known) return known;
    const post = this.#open(id, { ...target }, options);
    if (this.#options.journal.isDone(id)) {
      post.settle("delivered");
      this.#named.delete(id);
    }
    return post;
  }

  /** Whether what was finished under this id has arrived or will, also after a restart. */
  has(id: string): boolean {
    return this.#options.journal.has(id);
  }

  /** Says one thing. Resolves when it is on disk. With a known `id` nothing is sent. */
  async send(target: Target, content: Content, options: PostOptions = {}): Promise<Post> {
    const post = this.open(target, options);
    await post.finish(content);
    return post;
  }

  /** Makes a message of ours look like this. Resolves when it is on disk. */
  async edit(target: Target, messageId: number, content: Content): Promise<Post> {
    const post = this.open(target, { change: true });
    post.shown.push({ messageId, print: undefined });
    await post.finish(content);
    return post;
  }

  /**
   * Goes on with what a former run left: finals are delivered, answers that were being written end
   * with what they show.
   */
  resume(left: readonly LeftPost[]): void {
    for (const one of left) {
      const {
        id,
        target,
        content,
        move,
        reply,
        named,
        messages,
        old = [],
        ifLeft,
        tried,
        refused,
      } = one;
      const post = this.#open(id, target, {
        ...reply !== undefined && { replyTo: reply },
        ...named && { id },
        ...!content && { change: true },
      });
      post.refused = refused;
      for (const { messageId } of messages) post.shown.push({ messageId, print: undefined });
      post.old.push(...old);
      post.lost = tried;
      post.search = one.search;
      // In the lane at once: while it waits for the disk, others must know what it has lost.
      post.touch();
      post.filesDone = one.uploaded ?? 0;
      // A message that showed nothing but a status line goes.
      const seen = messages.map(({ piece }) => piece);
      if (tried?.step && !tried.upload) seen.push(tried.step.bare);
      const pieces = ifLeft === "" ? [] : seen.filter(({ text }) => text !== "");
      const last = pieces.at(-1);
      if (ifLeft && last) {
        pieces[pieces.length - 1] = withStatus(last, { text: ifLeft, entities: [] });
      }
      post.finish(content ?? { pieces }, { move }).catch(() => {});
    }
    if (left.length > 0) {
      log.info("Going on with {count} unfinished messages", { count: left.length });
    }
  }

  /** Whether Telegram asked this chat to wait; then a typing indicator is not worth a call. */
  paused(chatId: number): boolean {
    return this.#lanes.get(chatId)?.paused ?? false;
  }

  /** Notes the id of an incoming message; narrows the search for sends whose answer was lost. */
  saw(chatId: number, messageId: number): void {
    const lane = this.#lane(chatId);
    lane.ids.saw(messageId);
    lane.look();
  }

  /** Makes a call past the outbox that sends one message, so that no search takes that for lost. */
  async beside(chatId: number, send: () => Promise<{ message_id: number }>): Promise<void> {
    const { ids } = this.#lane(chatId);
    ids.begin();
    await this.#note({ k: "done", id: "", chat: chatId, ...ids.kept });
    const own: number[] = [];
    try {
      own.push((await send()).message_id);
      ids.end(own[0]!);
    } catch (error) {
      ids.end(isUnsent(failureOf(error)) ? "unsent" : "unknown");
      throw error;
    } finally {
      spawn("Noting a message", this.#note({ k: "done", id: "", chat: chatId, ...ids.kept, own }));
    }
  }

  /** How many finals are not delivered. */
  get waiting(): number {
    return this.#finals.size;
  }

  /** Waits until every final is delivered or waits for its chat, or until `signal` aborts. */
  async flush(signal: AbortSignal): Promise<void> {
    const over = aborted(signal);
    while (!signal.aborted) {
      const due = [...this.#finals].filter((post) => !post.refused);
      if (due.length === 0) return;
      await Promise.race([over, this.#refused.promise, ...due.map((post) => post.delivered)]);
    }
  }

  /** Stops delivering; what is not delivered stays on disk. */
  close(): void {
    this.#stop.abort();
  }

  #open(id: string, target: Target, options: PostOptions): Post {
    const lane = this.#lane(target.chatId);
    let added = false;
    const post: Post = new Post(id, target, options, () => {
      if (!added) lane.add(post);
      added = true;
      lane.wake(post);
    }, async (post, content, move) => {
      this.#finals.add(post);
      const { id: name, unkept = name === undefined } = options;
      const reply = options.replyTo === undefined ? {} : { reply: options.replyTo };
      try {
        await this.#options.journal.append({
          k: "final",
          id,
          ...addressFields(post.target),
          content,
          ...move && { move },
          ...reply,
          ...name !== undefined && { named: true },
          ...lane.ids.kept,
        });
      } catch (error) {
        if (!unkept) {
          this.#finals.delete(post);
          throw error;
        }
        log.error("A message is sent without being on disk: {error}", { error });
      }
    });
    if (options.id !== undefined) this.#named.set(id, post);
    return post;
  }

  #lane(chatId: number): Lane {
    let lane = this.#lanes.get(chatId);
    if (lane === undefined) {
      lane = this.#newLane(chatId);
      this.#lanes.set(chatId, lane);
    }
    return lane;
  }

  #newLane(chatId: number): Lane {
    const { api, journal, editIntervalMs, random = Math.random, onMigrated, files } = this.#options;
    const note = (record: OutboxRecord) => this.#note(record);
    const ids = new ChatIds(journal.known(chatId));
    const notes = laneNotes(ids, note);
    return new Lane({
      api,
      ids,
      clock: this.#clock,
      random,
      editIntervalMs: () =>
        chatId < 0 ? Math.max(editIntervalMs(), GROUP_EDIT_INTERVAL_MS) : editIntervalMs(),
      pieceIntervalMs: chatId < 0 ? GROUP_EDIT_INTERVAL_MS : PIECE_INTERVAL_MS,
      signal: this.#stop.signal,
      ...notes,
      onRefused: (post) => {
        this.#refused.resolve();
        this.#refused = Promise.withResolvers();
        notes.onRefused(post);
      },
      onWaited: (post) => this.#sayElsewhere(post),
      onDone: (post) => {
        this.#finals.delete(post);
        const named = this.#named.delete(post.id);
        note({
          k: "done",
          id: post.id,
          ...named && { named },
          chat: post.target.chatId,
          ...ids.kept,
        });
      },
      onMigrated: (from, to) => {
        // Two lanes write there now.
        this.#lane(to).ids.blind();
        onMigrated?.(from, to);
      },
      ...files && { files },
    });
  }

  /** Once, over all runs: the copy has a name. */
  async #sayElsewhere(post: Post): Promise<void> {
    const { id, target, refused, options } = post;
    const name = `waited:${id}`;
    if (!refused || options.change || this.has(name)) return;
    const place = await this.#options.elsewhere?.({ target, why: refused.why, id });
    if (!place || this.has(name)) return;
    const { pieces, files } = post.content() ?? { pieces: [] };
    const copy = { pieces: [place.piece, ...pieces], ...files && { files } };
    await this.send(place.target, copy, { id: name }).catch((error) =>
      log.error("What a chat has not taken could not be said elsewhere: {error}", { error })
    );
  }

  /** Progress is a convenience after a crash, so a failed write must not stop the delivery. */
  #note(record: OutboxRecord): Promise<void> {
    return this.#options.journal.append(record).catch((error) => {
      log.error("Cannot write the outbox: {error}", { error });
    });
  }
}

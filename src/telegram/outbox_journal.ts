/**
 * What the outbox keeps on disk: finals until Telegram has them, and what live posts show, so that
 * a post cut off by a crash can be tidied up. A record a line; see {@link OutboxRecord}.
 */
import { getLogger } from "@logtape/logtape";
import { z } from "zod";
import { Journal } from "../base/journal.ts";
import type { KnownIds } from "./chat_ids.ts";
import type { Content, Piece, Target } from "./content.ts";
import type { LostSend } from "./post.ts";

const log = getLogger(["ductor", "telegram", "outbox"]);

const piece = z.custom<Piece>((value) =>
  typeof value === "object" && value !== null && typeof (value as Piece).text === "string"
);
const content = z.custom<Content>((value) =>
  typeof value === "object" && value !== null && Array.isArray((value as Content).pieces)
);
const target = { chat: z.number(), thread: z.number().optional() };
/** See `KnownIds`, of the record's chat; absent in what older versions wrote. */
const ids = { newest: z.number().optional(), sure: z.boolean().optional() };

const record = z.discriminatedUnion("k", [
  /** A final that must arrive. */
  z.object({
    k: z.literal("final"),
    id: z.string(),
    ...target,
    content,
    reply: z.number().optional(),
    /** Its id was given, and is remembered when it is done; see `PostOptions.id`. */
    named: z.boolean().optional(),
  }),
  /** A message is about to be sent; see `Try`. */
  z.object({
    k: z.literal("try"),
    id: z.string(),
    ...target,
    index: z.number(),
    after: z.number(),
    /** It is about files; `index` counts them. */
    upload: z.boolean().optional(),
    /** Absent in what older versions wrote. */
    print: z.string().optional(),
    unsent: z.boolean().optional(),
  }),
  /** So many files of the post are dealt with. */
  z.object({ k: z.literal("uploaded"), id: z.string(), ...target, files: z.number(), ...ids }),
  /** Telegram has a message; `piece` is what it shows without its status line. */
  z.object({
    k: z.literal("shown"),
    id: z.string(),
    ...target,
    index: z.number(),
    message: z.number(),
    piece,
    ...ids,
    /** See `PostOptions.ifLeft`. */
    left: z.string().optional(),
  }),
  /** Nothing is left to do for this post; without an `id` it is about the chat alone. */
  z.object({
    k: z.literal("done"),
    id: z.string(),
    named: z.boolean().optional(),
    chat: z.number().optional(),
    ...ids,
    /** Every chat that was ever written to is in this file. */
    whole: z.boolean().optional(),
  }),
]);
export type OutboxRecord = z.infer<typeof record>;

/** A post that a former run of the program left unfinished. */
export interface LeftPost {
  id: string;
  target: Target;
  /** Absent: it was live; it ends with what it shows. */
  content?: Content;
  reply?: number;
  /** Its id was given; see `PostOptions.id`. */
  named?: boolean;
  messages: { messageId: number; piece: Piece }[];
  /** See `PostOptions.ifLeft`. */
  ifLeft?: string;
  /** A send whose outcome is unknown. */
  tried?: LostSend;
  /** Files that are dealt with. */
  uploaded?: number;
}

/** Lines after which the file is written anew with only what is open. */
const COMPACT_AFTER = 2000;
/** Ids of named posts remembered after they are done. */
const REMEMBERED = 2000;

export class OutboxJournal {
  readonly #journal: Journal<OutboxRecord>;
  /** The records of posts that are not done. */
  readonly #open = new Map<string, OutboxRecord[]>();
  /** Ids of named posts that are done, oldest first. */
  readonly #done = new Set<string>();
  readonly #chats = new Map<number, KnownIds>();
  #whole = false;
  /** Written since the file was made anew. */
  #lines = 0;

  private constructor(journal: Journal<OutboxRecord>) {
    this.#journal = journal;
  }

  static async open(path: string): Promise<{ journal: OutboxJournal; left: LeftPost[] }> {
    const isNew = await Deno.lstat(path).then(() => false, () => true);
    let damaged = false;
    const file = await Journal.open(path, record, { onDamaged: () => void (damaged = true) });
    const journal = new OutboxJournal(file);
    journal.#whole = isNew;
    for (const r of file.records()) journal.#note(r);
    if (damaged) journal.#doubt();
    journal.#checkTries();
    await journal.#compact();
    return { journal, left: leftPosts([...journal.#open.values()].flat()) };
  }

  /** What the runs so far know of the ids of a chat. */
  known(chatId: number): KnownIds {
    // An older version may have written to a chat of which nothing is noted.
    return this.#chats.get(chatId) ?? { newest: 0, sure: this.#whole };
  }

  /** Whether a named post is done; of one long ago it is forgotten. */
  isDone(id: string): boolean {
    return this.#done.has(id);
  }

  /** Whether the final of a named post is on disk, or was. */
  has(id: string): boolean {
    return this.#done.has(id) ||
      (this.#open.get(id)?.some((r) => r.k === "final" && r.named) ?? false);
  }

  async append(r: OutboxRecord): Promise<void> {
    this.#note(r);
    this.#lines++;
    const written = this.#journal.append(r);
    // A final that is not on disk must not count as one: whoever said it tries again.
    if (r.k === "final") written.catch(() => this.#forget(r));
    if (this.#lines > COMPACT_AFTER) {
      // A disk without room for it is no reason to fail what was written.
      await this.#compact().catch((error) =>
        log.warn("The outbox could not be made shorter: {error}", { error })
      );
    }
    await written;
  }

  async close(): Promise<void> {
    await this.#journal.close();
  }

  #note(r: OutboxRecord): void {
    this.#learn(r);
    if (r.k === "done") {
      this.#open.delete(r.id);
      if (r.named) this.#done.add(r.id);
      for (const id of this.#done) {
        if (this.#done.size <= REMEMBERED) break;
        this.#done.delete(id);
      }
      return;
    }
    const records = this.#open.get(r.id);
    if (records) records.push(r);
    else this.#open.set(r.id, [r]);
  }

  #learn(r: OutboxRecord): void {
    if (r.k === "done" && r.whole) this.#whole = true;
    if (r.k === "final" || r.chat === undefined) return;
    const known = this.known(r.chat);
    const { newest = 0, sure = false } = r.k === "try" ? { newest: r.after, sure: known.sure } : r;
    const seen = Math.max(known.newest, newest, r.k === "shown" ? r.message : 0);
    this.#chats.set(r.chat, { newest: seen, sure });
  }

  /** Lines are missing: what they said may stand in any chat. */
  #doubt(): void {
    this.#whole = false;
    for (const [chat, { newest }] of this.#chats) this.#chats.set(chat, { newest, sure: false });
  }

  /** A try is looked for only if nothing became known after it: that might be another message. */
  #checkTries(): void {
    for (const [id, records] of this.#open) {
      this.#open.set(
        id,
        records.map((r) => {
          if (r.k !== "try") return r;
          const { newest, sure } = this.known(r.chat);
          return sure && newest === r.after ? r : { ...r, after: 0 };
        }),
      );
    }
  }

  #forget(r: OutboxRecord): void {
    const records = this.#open.get(r.id)?.filter((other) => other !== r) ?? [];
    if (records.length > 0) this.#open.set(r.id, records);
    else this.#open.delete(r.id);
  }

  async #compact(): Promise<void> {
    // A live answer is noted at every edit; only the newest state of each message counts.
    const records = leftPosts([...this.#open.values()].flat()).map((post) => {
      const short = recordsOf(post);
      this.#open.set(post.id, short);
      return short;
    }).flat();
    const done = [...this.#done].map((id): OutboxRecord => ({ k: "done", id, named: true }));
    if (this.#whole) done[0] = { k: "done", id: "", ...done[0], whole: true } as OutboxRecord;
    // Last, as each record says anew what is known.
    const chats = [...this.#chats].map(([chat, ids]): OutboxRecord => ({
      k: "done",
      id: "",
      chat,
      ...ids,
    }));
    this.#lines = 0;
    await this.#journal.rewrite([...done, ...records, ...chats]);
  }
}

function leftPosts(records: readonly OutboxRecord[]): LeftPost[] {
  const posts = new Map<string, LeftPost>();
  for (const r of records) {
    if (r.k === "done") continue;
    let post = posts.get(r.id);
    if (post === undefined) {
      const target: Target = { chatId: r.chat };
      if (r.thread !== undefined) target.threadId = r.thread;
      post = { id: r.id, target, messages: [] };
      posts.set(r.id, post);
    }
    if (r.k === "final") {
      post.content = r.content;
      if (r.reply !== undefined) post.reply = r.reply;
      if (r.named) post.named = true;
    } else if (r.k === "try") {
      const { index, upload, after, print } = r;
      if (r.unsent) delete post.tried;
      // Of what an older version sent it is not known what else may stand there.
      else {post.tried = {
          index,
          upload,
          after: print === undefined ? 0 : after,
          print: print ?? "",
        };}
    } else if (r.k === "uploaded") {
      post.uploaded = r.files;
      if (post.tried?.upload) delete post.tried;
    } else {
      post.messages[r.index] = { messageId: r.message, piece: r.piece };
      if (r.left !== undefined) post.ifLeft = r.left;
      if (post.tried?.index === r.index && !post.tried.upload) delete post.tried;
    }
  }
  return [...posts.values()];
}

function recordsOf(post: LeftPost): OutboxRecord[] {
  const to = addressFields(post.target);
  const records: OutboxRecord[] = post.messages.map(({ messageId, piece }, index) => ({
    k: "shown",
    id: post.id,
    ...to,
    index,
    message: messageId,
    piece,
    ...post.ifLeft !== undefined && { left: post.ifLeft },
  }));
  if (post.uploaded !== undefined) {
    records.push({ k: "uploaded", id: post.id, ...to, files: post.uploaded });
  }
  if (post.tried) records.push({ k: "try", id: post.id, ...to, ...post.tried });
  if (post.content) {
    const reply = post.reply === undefined ? {} : { reply: post.reply };
    const named = post.named ? { named: true } : {};
    records.push({ k: "final", id: post.id, ...to, content: post.content, ...reply, ...named });
  }
  return records;
}

/** A target as the records hold it. */
export function addressFields(target: Target): { chat: number; thread?: number } {
  const { chatId, threadId } = target;
  return threadId === undefined ? { chat: chatId } : { chat: chatId, thread: threadId };
}

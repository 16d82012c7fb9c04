/**
 * What the outbox keeps on disk: finals until Telegram has them, and what live posts show, so that
 * a post cut off by a crash can be tidied up. A record a line; see {@link OutboxRecord}.
 */
import { getLogger } from "@logtape/logtape";
import { z } from "zod";
import { Journal } from "../base/journal.ts";
import type { Content, Piece, Target } from "./content.ts";

const log = getLogger(["ductor", "telegram", "outbox"]);

const piece = z.custom<Piece>((value) =>
  typeof value === "object" && value !== null && typeof (value as Piece).text === "string"
);
const content = z.custom<Content>((value) =>
  typeof value === "object" && value !== null && Array.isArray((value as Content).pieces)
);
const target = { chat: z.number(), thread: z.number().optional() };

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
  /** A message is about to be sent; `after` is the newest message id known in the chat. */
  z.object({
    k: z.literal("try"),
    id: z.string(),
    ...target,
    index: z.number(),
    after: z.number(),
    /** It is about files; `index` counts them. */
    upload: z.boolean().optional(),
  }),
  /** So many files of the post are dealt with. */
  z.object({ k: z.literal("uploaded"), id: z.string(), ...target, files: z.number() }),
  /** Telegram has a message; `piece` is what it shows without its status line. */
  z.object({
    k: z.literal("shown"),
    id: z.string(),
    ...target,
    index: z.number(),
    message: z.number(),
    piece,
    /** See `PostOptions.ifLeft`. */
    left: z.string().optional(),
  }),
  /** Nothing is left to do for this post. */
  z.object({ k: z.literal("done"), id: z.string(), named: z.boolean().optional() }),
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
  tried?: { index: number; after: number; upload?: boolean | undefined };
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
  /** Written since the file was made anew. */
  #lines = 0;

  private constructor(journal: Journal<OutboxRecord>) {
    this.#journal = journal;
  }

  static async open(path: string): Promise<{ journal: OutboxJournal; left: LeftPost[] }> {
    const file = await Journal.open(path, record);
    const journal = new OutboxJournal(file);
    for (const r of file.records()) journal.#note(r);
    await journal.#compact();
    return { journal, left: leftPosts([...journal.#open.values()].flat()) };
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
    this.#lines = 0;
    await this.#journal.rewrite([...done, ...records]);
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
      post.tried = { index: r.index, after: r.after, ...r.upload && { upload: true } };
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

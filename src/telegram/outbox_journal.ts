/**
 * What the outbox keeps on disk: finals until Telegram has them, and what live posts show, so that
 * a post cut off by a crash can be tidied up. A record a line; see {@link OutboxRecord}.
 */
import { z } from "zod";
import { Journal } from "../store/journal.ts";
import type { Content, Piece, Target } from "./content.ts";

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
  z.object({ k: z.literal("done"), id: z.string() }),
]);
export type OutboxRecord = z.infer<typeof record>;

/** A post that a former run of the program left unfinished. */
export interface LeftPost {
  id: string;
  target: Target;
  /** Absent: it was live; it ends with what it shows. */
  content?: Content;
  reply?: number;
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

export class OutboxJournal {
  readonly #journal: Journal<OutboxRecord>;
  /** The records of posts that are not done. */
  readonly #open = new Map<string, OutboxRecord[]>();
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

  async append(r: OutboxRecord): Promise<void> {
    this.#note(r);
    this.#lines++;
    const written = this.#journal.append(r);
    if (this.#lines > COMPACT_AFTER) await this.#compact();
    await written;
  }

  async close(): Promise<void> {
    await this.#journal.close();
  }

  #note(r: OutboxRecord): void {
    if (r.k === "done") {
      this.#open.delete(r.id);
      return;
    }
    const records = this.#open.get(r.id);
    if (records) records.push(r);
    else this.#open.set(r.id, [r]);
  }

  async #compact(): Promise<void> {
    // A live answer is noted at every edit; only the newest state of each message counts.
    const records = leftPosts([...this.#open.values()].flat()).map((post) => {
      const short = recordsOf(post);
      this.#open.set(post.id, short);
      return short;
    }).flat();
    this.#lines = records.length;
    await this.#journal.rewrite(records);
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
    records.push({ k: "final", id: post.id, ...to, content: post.content, ...reply });
  }
  return records;
}

/** A target as the records hold it. */
export function addressFields(target: Target): { chat: number; thread?: number } {
  const { chatId, threadId } = target;
  return threadId === undefined ? { chat: chatId } : { chat: chatId, thread: threadId };
}

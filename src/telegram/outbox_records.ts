/** The records of the outbox's journal, and what those of one post say together. */
import { z } from "zod";
import type { Content, Piece, Target } from "./content.ts";
import type { LostSend, Refused, Search, Sending } from "./post.ts";

const piece = z.custom<Piece>((value) =>
  typeof value === "object" && value !== null && typeof (value as Piece).text === "string"
);
const content = z.custom<Content>((value) =>
  typeof value === "object" && value !== null && Array.isArray((value as Content).pieces)
);
const target = { chat: z.number(), thread: z.number().optional() };
const step = z.custom<Sending>((value) =>
  typeof value === "object" && value !== null &&
  piece.safeParse((value as Sending).piece).success &&
  piece.safeParse((value as Sending).bare).success
);
/** See `KnownIds`, of the record's chat; absent in what older versions wrote. */
const ids = { newest: z.number().optional(), sure: z.boolean().optional() };
/** See `LostSend`; what is optional is absent in what older versions wrote. */
const send = {
  index: z.number(),
  after: z.number(),
  upload: z.boolean().optional(),
  print: z.string().optional(),
  step: step.optional(),
  again: z.boolean().optional(),
};

export const outboxRecord = z.discriminatedUnion("k", [
  /** A final that must arrive. */
  z.object({
    k: z.literal("final"),
    id: z.string(),
    ...target,
    content,
    /** It is to be said at the end of the chat; until a `moved` follows. */
    move: z.boolean().optional(),
    reply: z.number().optional(),
    /** Its id was given, and is remembered when it is done; see `PostOptions.id`. */
    named: z.boolean().optional(),
    ...ids,
  }),
  /** A message is about to be sent; see `Try`. */
  z.object({
    k: z.literal("try"),
    id: z.string(),
    ...target,
    ...send,
    /** See `PostOptions.ifLeft`. */
    left: z.string().optional(),
    unsent: z.boolean().optional(),
  }),
  /** What was lost of a send is to be looked for; or that is over. */
  z.object({
    k: z.literal("search"),
    id: z.string(),
    ...target,
    for: z.object({ ...send, messages: z.array(z.number()) }).optional(),
  }),
  /** So many files of the post are dealt with, the last ones by these messages. */
  z.object({
    k: z.literal("uploaded"),
    id: z.string(),
    ...target,
    files: z.number(),
    messages: z.array(z.number()).optional(),
    ...ids,
  }),
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
  /** Its chat takes nothing; see `Refused`. Without `since`: it does again. */
  z.object({
    k: z.literal("refused"),
    id: z.string(),
    ...target,
    since: z.number().optional(),
    why: z.string().optional(),
  }),
  /** What it shows goes, these messages, and is said anew below; see `Post.moveDown`. */
  z.object({ k: z.literal("moved"), id: z.string(), ...target, old: z.array(z.number()), ...ids }),
  /** Nothing is left to do for this post; without an `id` it is about the chat alone. */
  z.object({
    k: z.literal("done"),
    id: z.string(),
    named: z.boolean().optional(),
    chat: z.number().optional(),
    ...ids,
    /** Messages of ours in it. */
    own: z.array(z.number()).optional(),
    /** Every chat that was ever written to is in this file. */
    whole: z.boolean().optional(),
  }),
]);
export type OutboxRecord = z.infer<typeof outboxRecord>;

/** A post that a former run of the program left unfinished. */
export interface LeftPost {
  id: string;
  target: Target;
  /** Absent: it was live; it ends with what it shows. */
  content?: Content;
  /** It is still to be moved to the end of the chat. */
  move?: boolean;
  reply?: number;
  /** Its id was given; see `PostOptions.id`. */
  named?: boolean;
  messages: { messageId: number; piece: Piece }[];
  /** See `Post.old`. */
  old?: number[];
  /** See `PostOptions.ifLeft`. */
  ifLeft?: string;
  /** A send whose outcome is unknown. */
  tried?: LostSend;
  search?: Search;
  /** Files that are dealt with. */
  uploaded?: number;
  /** Its chat takes nothing. */
  refused?: Refused;
}

/** A record about a post that is not done. */
export type PostRecord = Exclude<OutboxRecord, { k: "done" }>;

/** Takes in a record about a post; the first one makes it. */
export function notePost(known: LeftPost | undefined, r: PostRecord): LeftPost {
  const post = known ?? { id: r.id, target: targetOf(r), messages: [] };
  if (r.k === "final") {
    post.content = r.content;
    if (r.move) post.move = true;
    if (r.reply !== undefined) post.reply = r.reply;
    if (r.named) post.named = true;
  } else if (r.k === "try") {
    if (r.left !== undefined) post.ifLeft = r.left;
    const tried = r.unsent ? undefined : sendOf(r);
    if (tried) post.tried = tried;
    else delete post.tried;
  } else if (r.k === "search") {
    const sent = r.for && sendOf(r.for);
    if (sent) post.search = { ...sent, messages: r.for!.messages };
    else delete post.search;
  } else if (r.k === "refused") {
    const { since, why = "" } = r;
    if (since === undefined) delete post.refused;
    else post.refused = { since, why };
  } else if (r.k === "uploaded") {
    post.uploaded = r.files;
    if (post.tried?.upload) sent(post, r.messages);
  } else if (r.k === "moved") {
    post.old = r.old;
    post.messages = [];
    delete post.move;
  } else {
    post.messages[r.index] = { messageId: r.message, piece: r.piece };
    if (r.left !== undefined) post.ifLeft = r.left;
    if (post.tried?.index === r.index && !post.tried.upload) sent(post, [r.message]);
  }
  return post;
}

/** Telegram has what was tried. */
function sent(post: LeftPost, messages: readonly number[] = []): void {
  const { tried } = post;
  if (tried?.again && tried.after > 0 && messages.length > 0) post.search = { ...tried, messages };
  delete post.tried;
}

/** A send as it can be made again; of what older versions noted too little is known for that. */
function sendOf(
  { index, upload, after, print, step, again }: z.infer<z.ZodObject<typeof send>>,
): LostSend | undefined {
  if (print === undefined || again === undefined || !(upload || step)) return undefined;
  return { index, after, print, again, ...upload && { upload }, ...step && { step } };
}

/** The fewest records that say the same. */
export function recordsOf(post: LeftPost): PostRecord[] {
  const to = addressFields(post.target);
  const records: PostRecord[] = [];
  if (post.old) records.push({ k: "moved", id: post.id, ...to, old: post.old });
  records.push(...post.messages.map(({ messageId, piece }, index) => ({
    k: "shown" as const,
    id: post.id,
    ...to,
    index,
    message: messageId,
    piece,
    ...post.ifLeft !== undefined && { left: post.ifLeft },
  })));
  if (post.uploaded !== undefined) {
    records.push({ k: "uploaded", id: post.id, ...to, files: post.uploaded });
  }
  const left = post.ifLeft === undefined ? {} : { left: post.ifLeft };
  if (post.tried) records.push({ k: "try", id: post.id, ...to, ...post.tried, ...left });
  if (post.search) {
    const messages = [...post.search.messages];
    records.push({ k: "search", id: post.id, ...to, for: { ...post.search, messages } });
  }
  if (post.refused) records.push({ k: "refused", id: post.id, ...to, ...post.refused });
  if (post.content) {
    const reply = post.reply === undefined ? {} : { reply: post.reply };
    const flags = { ...post.move && { move: true }, ...post.named && { named: true } };
    records.push({ k: "final", id: post.id, ...to, content: post.content, ...reply, ...flags });
  }
  return records;
}

/** A target as the records hold it. */
export function addressFields(target: Target): { chat: number; thread?: number } {
  const { chatId, threadId } = target;
  return threadId === undefined ? { chat: chatId } : { chat: chatId, thread: threadId };
}

function targetOf({ chat, thread }: { chat: number; thread?: number | undefined }): Target {
  return thread === undefined ? { chatId: chat } : { chatId: chat, threadId: thread };
}

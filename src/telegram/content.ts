/** What a post should look like in the chat, and the one next call that brings it there. */
import type { InlineKeyboardMarkup, MessageEntity } from "grammy/types";
import type { OutFile } from "./upload/out_file.ts";

/** Where a message goes: a chat, or a topic in it. */
export interface Target {
  chatId: number;
  /** Only for real topics (`is_topic_message`); the General topic has none. */
  threadId?: number;
}

/** One Telegram message: at most 4096 UTF-16 units. */
export interface Piece {
  text: string;
  entities: MessageEntity[];
}

export interface Content {
  /** In reading order; empty: the post shows nothing (what it showed is deleted). */
  pieces: Piece[];
  /** A passing line under the last piece (what the agent is doing), left out where it has no room. */
  status?: Piece;
  /** Under the last piece. */
  keyboard?: InlineKeyboardMarkup;
  /** No message of it makes a sound. */
  silent?: boolean;
  /** Sent after the text, in this order. */
  files?: readonly OutFile[];
}

/** Longest text of a message, UTF-16 units. */
export const MESSAGE_LIMIT = 4096;

/** A message of the post that Telegram has. */
export interface Shown {
  messageId: number;
  /** {@link fingerprint} of what it shows; `undefined`: not known, edit it to be sure. */
  print: string | undefined;
}

interface Wanted {
  index: number;
  /** What the message shows. */
  piece: Piece;
  /** The same without the status line. */
  bare: Piece;
  keyboard?: InlineKeyboardMarkup;
  /** A message of this post has rung already, or none is to. */
  silent: boolean;
}

export type Step =
  | { do: "edit"; messageId: number } & Wanted
  | { do: "send" } & Wanted
  | { do: "delete"; messageId: number; index: number }
  /** One that stands too far above; see `Post.moveDown`. */
  | { do: "delete"; messageId: number; index: "old" };

/** What a message of ours shows; an edit to the same changes nothing. */
export function looksOf({ piece, keyboard }: { piece: Piece; keyboard?: InlineKeyboardMarkup }) {
  return {
    text: piece.text,
    entities: piece.entities,
    // A preview that comes and goes while the text grows makes the chat jump.
    link_preview_options: { is_disabled: true },
    ...keyboard && { reply_markup: keyboard },
  };
}

/** Equal exactly when two messages look the same. */
export function fingerprint(piece: Piece, keyboard?: InlineKeyboardMarkup): string {
  return JSON.stringify([piece.text, piece.entities, keyboard?.inline_keyboard ?? []]);
}

/**
 * The next call that brings `shown` closer to `content`; `undefined`: nothing to do. What is `old`
 * goes when all that takes its place is there.
 */
export function nextStep(
  content: Content,
  shown: readonly Shown[],
  old: readonly number[] = [],
): Step | undefined {
  const wanted = compose(content);
  for (const want of wanted) {
    const message = shown[want.index];
    if (message === undefined) return { do: "send", ...want };
    if (message.print !== fingerprint(want.piece, want.keyboard)) {
      return { do: "edit", messageId: message.messageId, ...want };
    }
  }
  const index = shown.length - 1;
  if (index >= wanted.length) return { do: "delete", index, messageId: shown[index]!.messageId };
  const [messageId] = old;
  return messageId === undefined ? undefined : { do: "delete", index: "old", messageId };
}

function compose({ pieces, status, keyboard, silent = false }: Content): Wanted[] {
  const bares = pieces.length === 0 && status ? [{ text: "", entities: [] }] : pieces;
  return bares.map((bare, index) => {
    const last = index === bares.length - 1;
    const piece = last && status ? withStatus(bare, status) : bare;
    return { index, piece, bare, silent: silent || index > 0, ...last && keyboard && { keyboard } };
  });
}

export function withStatus(bare: Piece, status: Piece): Piece {
  const gap = bare.text === "" ? "" : "\n\n";
  const start = bare.text.length + gap.length;
  if (start + status.text.length > MESSAGE_LIMIT) return bare;
  const moved = status.entities.map((e) => ({ ...e, offset: e.offset + start }));
  return { text: bare.text + gap + status.text, entities: [...bare.entities, ...moved] };
}

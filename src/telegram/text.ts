/**
 * Short formatted texts of our own, put together from parts: names of files, models and people stand
 * in them as they are, where Markdown would read something into them.
 */
import type { MessageEntity } from "grammy/types";
import { unhideName } from "../base/hidden.ts";
import type { Piece } from "./content.ts";
import { MESSAGE_LIMIT } from "./content.ts";

/** A run of text with one kind of formatting. */
export interface Styled {
  type: "bold" | "italic" | "code" | "pre" | "blockquote" | "expandable_blockquote";
  text: string;
}

export type Part = string | Styled;

export const bold = (text: string): Styled => ({ type: "bold", text });
export const italic = (text: string): Styled => ({ type: "italic", text });
export const code = (text: string): Styled => ({ type: "code", text });

/** Puts the parts together; parts beyond `limit` UTF-16 units are left out, as a whole. */
export function textOf(parts: readonly Part[], limit: number = MESSAGE_LIMIT): Piece {
  let text = "";
  const entities: MessageEntity[] = [];
  for (const part of parts) {
    const own = (typeof part === "string" ? part : part.text).toWellFormed();
    if (text.length + own.length > limit) break;
    if (typeof part !== "string" && own.trim() !== "") {
      entities.push({ type: part.type, offset: text.length, length: own.length } as MessageEntity);
    }
    text += own;
  }
  return { text, entities };
}

/** A name as it may be shown on one line: none may rearrange it, or pass for another. */
export const nameOf = unhideName;

/** A text too long for one Telegram message, cut into several. */
import type { MessageEntity } from "grammy/types";
import { isBlank } from "./blank.ts";
import { bestCut } from "./cut.ts";
import type { Rich } from "./rich.ts";

/** UTF-16 units in a message, as Telegram counts them. */
export const MESSAGE_LIMIT = 4096;
/** Telegram ignores the entities of a message beyond this many. */
export const ENTITY_LIMIT = 100;

/**
 * Cuts `rich` into pieces of at most `limit` UTF-16 units and 100 entities, in reading order, at
 * the best boundary each: a blank line, a line, a sentence, a space. White space at the cuts is
 * dropped; a piece in which nothing would be visible is left out, so an empty text has no pieces.
 *
 * Cuts are chosen from the beginning and each depends only on the text up to the limit behind it:
 * when the text grows at its end, all pieces but the last stay what they were.
 *
 * @throws {RangeError} when `limit` is below 2, which not every character fits in.
 */
export function split(rich: Rich, limit: number = MESSAGE_LIMIT): Rich[] {
  if (!Number.isInteger(limit) || limit < 2) {
    throw new RangeError(`limit of a message is ${limit}, expected a whole number from 2 upwards`);
  }
  const pieces: Rich[] = [];
  const { text, entities } = rich;
  const end = text.trimEnd().length;
  /** Entities that end before this index are done; those at and after it are sorted by offset. */
  let first = 0;
  let start = pieceStart(text, entities, 0, end);
  while (start < end) {
    while (first < entities.length && entityEnd(entities[first]!) <= start) first++;
    const window = Math.min(start + limit, entityWindow(entities, first, start));
    const cut = window >= end ? end : bestCut(text, entities, first, start, window);
    const piece = slice(rich, first, start, cut);
    if (!isBlank(piece.text)) pieces.push(piece);
    start = pieceStart(text, entities, cut, end);
  }
  return pieces;
}

/** Where the text must end at the latest so that the piece has no more entities than allowed. */
function entityWindow(entities: readonly MessageEntity[], first: number, start: number): number {
  let count = 0;
  for (let index = first; index < entities.length; index++) {
    const entity = entities[index]!;
    if (entityEnd(entity) <= start) continue;
    if (++count > ENTITY_LIMIT && entity.offset > start) return entity.offset;
  }
  return Infinity;
}

/** The next piece begins at something visible, but keeps the indentation of code. */
function pieceStart(
  text: string,
  entities: readonly MessageEntity[],
  from: number,
  end: number,
): number {
  const visible = from + text.slice(from, end).search(/\S/);
  if (visible < from) return end;
  const code = entities.find((entity) =>
    entity.type === "pre" && entity.offset <= visible && entityEnd(entity) > visible
  );
  if (code === undefined) return visible;
  return Math.max(from, code.offset, text.lastIndexOf("\n", visible - 1) + 1);
}

function slice({ text, entities }: Rich, first: number, start: number, end: number): Rich {
  const body = text.slice(start, end).trimEnd();
  const inside: MessageEntity[] = [];
  for (let index = first; index < entities.length; index++) {
    const entity = entities[index]!;
    if (entity.offset >= start + body.length) break;
    // A piece begins at something visible or at the indentation of code, so only the end is trimmed.
    const from = Math.max(entity.offset, start) - start;
    const to = Math.min(entityEnd(entity) - start, body.length);
    const length = body.slice(from, Math.max(from, to)).trimEnd().length;
    if (length > 0) inside.push({ ...entity, offset: from, length });
  }
  return { text: body, entities: inside };
}

function entityEnd(entity: MessageEntity): number {
  return entity.offset + entity.length;
}

/**
 * Text and entities as Telegram stores them. The rules are those of TDLib's formatted text:
 * what is out of bounds is refused, what is badly nested is mended (`nesting.ts`), white space at
 * the ends goes, links and commands are found (`detect.ts`), and only 100 entities stay.
 */
import type { MessageEntity } from "grammy/types";
import { detect } from "./detect.ts";
import { badRequest } from "./errors.ts";
import { endOf, isQuote, isSolid, nest, sorted } from "./nesting.ts";

export interface FormattedText {
  text: string;
  entities: MessageEntity[];
}

/** Entities beyond this many are dropped without a word. Those found by the server do not count. */
const MAX_ENTITIES = 100;

/** Throws 400 for entities outside the text or inside a character. `text` may come out empty. */
export function fixText(
  text: string,
  given: readonly MessageEntity[],
  options: { detect?: boolean } = {},
): FormattedText {
  for (const { offset, length } of given) {
    if (offset < 0 || offset > 1_000_000) {
      throw badRequest(`receive an entity with incorrect offset ${offset}`);
    }
    if (length < 0 || length > 1_000_000) {
      throw badRequest(`receive an entity with incorrect length ${length}`);
    }
  }
  let entities = nest(given.filter((entity) => entity.length > 0));
  for (const entity of entities) checkBounds(text, entity);
  ({ text, entities } = clean(text, entities));
  entities = nest(shrink(text, entities));
  ({ text, entities } = trim(text, entities));
  entities = entities.slice(0, MAX_ENTITIES);
  if (options.detect !== false) entities = withDetected(text, entities);
  return { text, entities };
}

function checkBounds(text: string, { offset, length }: MessageEntity): void {
  const end = offset + length;
  if (offset >= text.length) {
    throw badRequest(`entity begins after the end of the text at UTF-16 offset ${offset}`);
  }
  if (splitsPair(text, offset)) {
    throw badRequest(
      `entity begins in a middle of a UTF-16 symbol at byte offset ${bytes(text, offset + 1)}`,
    );
  }
  if (end > text.length) {
    throw badRequest(
      `entity beginning at UTF-16 offset ${offset} ends after the end of the text at UTF-16 offset ${end}`,
    );
  }
  if (splitsPair(text, end)) {
    throw badRequest(
      `entity beginning at UTF-16 offset ${offset} ends in a middle of a UTF-16 symbol at byte offset ${
        bytes(text, end + 1)
      }`,
    );
  }
}

function splitsPair(text: string, at: number): boolean {
  return /[\ud800-\udbff]/.test(text[at - 1] ?? "") && /[\udc00-\udfff]/.test(text[at] ?? "");
}

function bytes(text: string, end: number): number {
  return new TextEncoder().encode(text.slice(0, end)).length;
}

/**
 * Control characters become spaces; carriage returns, direction overrides and the marks that
 * draw lines over many rows are taken out.
 */
function clean(text: string, entities: readonly MessageEntity[]): FormattedText {
  // deno-lint-ignore no-control-regex
  const spaced = text.replace(/[\x00-\x09\x0b\x0c\x0e-\x1f]/g, " ");
  const removed = /[\r\u2028-\u202e\u0333\u033f\u030a]/g;
  const gone = [...spaced.matchAll(removed)].map((match) => match.index);
  if (gone.length === 0) return { text: spaced, entities: [...entities] };
  const shift = (at: number) => at - gone.filter((position) => position < at).length;
  return {
    text: spaced.replace(removed, ""),
    entities: entities.map((entity) => {
      const offset = shift(entity.offset);
      return { ...entity, offset, length: shift(endOf(entity)) - offset };
    }).filter((entity) => entity.length > 0),
  };
}

/** Entities neither begin with white space nor consist of it. */
function shrink(text: string, entities: readonly MessageEntity[]): MessageEntity[] {
  const kept: MessageEntity[] = [];
  for (const entity of entities) {
    const inner = text.slice(entity.offset, endOf(entity));
    // Links and mentions carry something that is not in the text; they keep their spaces.
    const hidden = entity.type === "text_link" || entity.type === "text_mention";
    const skip = hidden ? 0 : inner.length - inner.replace(/^[ \n]+/, "").length;
    if (inner.length > skip) {
      kept.push({ ...entity, offset: entity.offset + skip, length: entity.length - skip });
    }
  }
  return kept;
}

/** White space at the end goes, that at the start only as far as the first entity. */
function trim(text: string, entities: readonly MessageEntity[]): FormattedText {
  const end = text.replace(/[ \n]+$/, "").length;
  const inBounds = entities
    .filter((entity) => entity.offset < end)
    .map((entity) => ({ ...entity, length: Math.min(entity.length, end - entity.offset) }));
  const blank = text.length - text.replace(/^[ \n]+/, "").length;
  const start = Math.min(blank, inBounds[0]?.offset ?? end, end);
  return {
    text: text.slice(start, end),
    entities: sorted(inBounds.map((entity) => ({ ...entity, offset: entity.offset - start }))),
  };
}

/** Adds commands, mentions and links where no other solid entity is and no quote's border runs. */
function withDetected(text: string, entities: MessageEntity[]): MessageEntity[] {
  const found = detect(text).filter((entity) =>
    entities.every((other) => {
      const apart = endOf(entity) <= other.offset || endOf(other) <= entity.offset;
      if (apart) return true;
      if (isSolid(other)) return false;
      const holds = other.offset <= entity.offset && endOf(other) >= endOf(entity);
      return !isQuote(other) || holds;
    })
  );
  return found.length === 0 ? entities : nest([...entities, ...found]);
}

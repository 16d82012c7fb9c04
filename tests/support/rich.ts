/** What Telegram demands of a text with entities, as an assertion. */
import assert from "node:assert/strict";
import type { MessageEntity } from "grammy/types";

const TYPES = new Set([
  "bold",
  "italic",
  "underline",
  "strikethrough",
  "spoiler",
  "code",
  "pre",
  "text_link",
  "blockquote",
  "expandable_blockquote",
]);
const QUOTES = new Set(["blockquote", "expandable_blockquote"]);
/** Stand in nothing but a quote, and contain nothing. */
const CODE = new Set(["code", "pre"]);

/**
 * Fails unless a strict Telegram would take the text and its entities exactly as they are: valid
 * Unicode without control characters; entities sorted, inside the text, on character boundaries,
 * neither empty nor beginning or ending on white space (the indentation of a code block excepted),
 * properly nested, none inside one of its own type, quotes not nested, code only inside quotes.
 */
export function assertValidRich(
  rich: { text: string; entities: readonly MessageEntity[] },
  limits: { maxLength?: number; maxEntities?: number } = {},
): void {
  const { text, entities } = rich;
  assert.ok(text.isWellFormed(), "text holds half a surrogate pair");
  // deno-lint-ignore no-control-regex -- they are what is looked for
  assert.doesNotMatch(text, /[\0-\x08\x0b-\x1f]/, "text holds control characters");
  if (limits.maxLength !== undefined) {
    assert.ok(text.length <= limits.maxLength, `${text.length} units, limit ${limits.maxLength}`);
  }
  if (limits.maxEntities !== undefined) {
    assert.ok(entities.length <= limits.maxEntities, `${entities.length} entities`);
  }
  const open: MessageEntity[] = [];
  let previous: MessageEntity | undefined;
  for (const entity of entities) {
    const about = `${JSON.stringify(entity)} in ${JSON.stringify(text.slice(0, 500))}`;
    assertValidEntity(text, entity, about);
    const beginsWithCode = entity.type === "pre" || (QUOTES.has(entity.type) &&
      entities.some((other) => other.type === "pre" && other.offset === entity.offset));
    // Telegram keeps the indentation of a code block; a line end before it would be an empty line.
    const badStart = beginsWithCode ? /^\s*\n/ : /^\s/;
    const covered = text.slice(entity.offset, entity.offset + entity.length);
    assert.doesNotMatch(covered, badStart, `begins on white space: ${about}`);
    if (previous !== undefined) {
      const ordered = previous.offset < entity.offset ||
        (previous.offset === entity.offset && previous.length >= entity.length);
      assert.ok(ordered, `not sorted: ${about}`);
    }
    previous = entity;
    while (open.length > 0 && end(open.at(-1)!) <= entity.offset) open.pop();
    for (const outer of open) {
      assert.ok(end(entity) <= end(outer), `overlaps ${JSON.stringify(outer)}: ${about}`);
      assert.notEqual(outer.type, entity.type, `inside its own type: ${about}`);
      assert.ok(!CODE.has(outer.type), `inside code: ${about}`);
      if (CODE.has(entity.type)) assert.ok(QUOTES.has(outer.type), `code in ${outer.type}`);
      if (QUOTES.has(entity.type)) assert.fail(`quote in ${outer.type}: ${about}`);
    }
    open.push(entity);
  }
}

function assertValidEntity(text: string, entity: MessageEntity, about: string): void {
  const { offset, length } = entity;
  assert.ok(TYPES.has(entity.type), `unknown type: ${about}`);
  assert.ok(Number.isInteger(offset) && offset >= 0, `bad offset: ${about}`);
  assert.ok(Number.isInteger(length) && length > 0, `empty: ${about}`);
  assert.ok(offset + length <= text.length, `reaches over the end: ${about}`);
  const covered = text.slice(offset, offset + length);
  assert.ok(covered.isWellFormed(), `ends inside a character: ${about}`);
  assert.doesNotMatch(covered, /\s$/, `ends on white space: ${about}`);
  if (entity.type === "text_link") {
    const { protocol, hostname } = new URL(entity.url);
    const web = /^https?:$/.test(protocol) && /\.|^\[/.test(hostname);
    assert.ok(web || protocol === "tg:", `not an address Telegram takes: ${about}`);
  }
}

function end(entity: MessageEntity): number {
  return entity.offset + entity.length;
}

const OPENING: Record<string, string> = {
  bold: "<b>",
  italic: "<i>",
  strikethrough: "<s>",
  code: "<c>",
  blockquote: "<q>",
};

/** The text with its entities as tags, for tests to read: `<b>`, `<i>`, `<pre ts>`, `<a https://…>`. */
export function showRich(rich: { text: string; entities: readonly MessageEntity[] }): string {
  const { text, entities } = rich;
  let shown = "";
  let at = 0;
  const open: MessageEntity[] = [];
  const writeTo = (offset: number) => {
    shown += text.slice(at, offset);
    at = offset;
  };
  const closeUntil = (offset: number) => {
    while (open.length > 0 && end(open.at(-1)!) <= offset) {
      const entity = open.pop()!;
      writeTo(end(entity));
      const tag = OPENING[entity.type] ??
        (entity.type === "text_link" ? "<a>" : `<${entity.type}>`);
      shown += tag.replace("<", "</");
    }
  };
  for (const entity of entities) {
    closeUntil(entity.offset);
    writeTo(entity.offset);
    if (entity.type === "pre") shown += entity.language ? `<pre ${entity.language}>` : "<pre>";
    else if (entity.type === "text_link") shown += `<a ${entity.url}>`;
    else shown += OPENING[entity.type] ?? `<${entity.type}>`;
    open.push(entity);
  }
  closeUntil(Infinity);
  writeTo(text.length);
  return shown;
}

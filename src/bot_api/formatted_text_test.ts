import assert from "node:assert/strict";
import fc from "fast-check";
import type { MessageEntity } from "grammy/types";
import { readEntities } from "./entity_input.ts";
import { isNested } from "./nesting.ts";
import { fixText } from "./formatted_text.ts";

type Kind = "bold" | "italic" | "code" | "blockquote" | "spoiler";
const entity = (type: Kind, offset: number, length: number): MessageEntity => ({
  type,
  offset,
  length,
});
const fix = (text: string, entities: MessageEntity[] = []) =>
  fixText(text, entities, { detect: false });
const fails = (text: string, e: MessageEntity, what: string) =>
  assert.throws(() => fix(text, [e]), { message: `Bad Request: ${what}` });

Deno.test("white space around a text goes and entities move along", () => {
  assert.deepEqual(fix(" \n hello world \n", [entity("bold", 9, 5)]), {
    text: "hello world",
    entities: [entity("bold", 6, 5)],
  });
});

Deno.test("an entity over white space at the ends is cut to what stays", () => {
  assert.deepEqual(fix("hello  ", [entity("bold", 0, 7)]).entities, [entity("bold", 0, 5)]);
  assert.deepEqual(fix("  hello", [entity("bold", 0, 7)]), {
    text: "hello",
    entities: [entity("bold", 0, 5)],
  });
});

Deno.test("entities over nothing or only white space are dropped", () => {
  assert.deepEqual(
    fix("a   b", [entity("bold", 1, 3), entity("italic", 0, 0)]).entities,
    [],
  );
});

Deno.test("white space alone leaves an empty text", () => {
  assert.deepEqual(fix(" \n ", [entity("bold", 0, 2)]), { text: "", entities: [] });
});

Deno.test("entities outside the text are refused", () => {
  fails("abc", entity("bold", -1, 1), "receive an entity with incorrect offset -1");
  fails("abc", entity("bold", 0, -2), "receive an entity with incorrect length -2");
  fails("abc", entity("bold", 3, 1), "entity begins after the end of the text at UTF-16 offset 3");
  fails(
    "abc",
    entity("bold", 1, 5),
    "entity beginning at UTF-16 offset 1 ends after the end of the text at UTF-16 offset 6",
  );
});

Deno.test("entities that cut a character in two are refused", () => {
  const text = "a👉b";
  assert.throws(
    () => fix(text, [entity("bold", 2, 2)]),
    /entity begins in a middle of a UTF-16 symbol/,
  );
  assert.throws(
    () => fix(text, [entity("bold", 0, 2)]),
    /entity beginning at UTF-16 offset 0 ends in a middle of a UTF-16 symbol/,
  );
  assert.deepEqual(fix(text, [entity("bold", 1, 2)]).entities, [entity("bold", 1, 2)]);
});

Deno.test("well nested entities stay as they are", () => {
  const entities = [entity("blockquote", 0, 10), entity("bold", 0, 8), entity("italic", 2, 3)];
  assert.deepEqual(fix("0123456789", entities).entities, entities);
  const code = [entity("blockquote", 0, 10), entity("code", 2, 3)];
  assert.deepEqual(fix("0123456789", code).entities, code);
});

Deno.test("bold is cut where it crosses italic", () => {
  assert.deepEqual(fix("0123456789", [entity("bold", 0, 6), entity("italic", 4, 6)]).entities, [
    entity("bold", 0, 4),
    entity("italic", 4, 6),
    entity("bold", 4, 2),
  ]);
});

Deno.test("whatever entities come in, those that stay are nested and in the text", () => {
  const kinds = ["bold", "italic", "spoiler", "code", "blockquote"] as const;
  const any = fc.array(fc.record({
    type: fc.constantFrom(...kinds),
    offset: fc.nat(19),
    length: fc.nat(20),
  }));
  fc.assert(fc.property(any, fc.stringMatching(/^[ab ]{20}$/), (entities, text) => {
    const inBounds = entities.map((e) => ({ ...e, length: Math.min(e.length, 20 - e.offset) }));
    const fixed = fix(text, inBounds);
    assert.ok(isNested(fixed.entities), JSON.stringify(fixed));
    for (const e of fixed.entities) {
      const part = fixed.text.slice(e.offset, e.offset + e.length);
      assert.ok(e.length > 0 && part.length === e.length && part.trim() !== "");
    }
    // What Telegram has mended it takes as it is.
    assert.deepEqual(fix(fixed.text, fixed.entities), fixed);
  }));
});

Deno.test("code holds no other entity and is in none but a quote", () => {
  assert.deepEqual(
    fix("0123456789", [entity("code", 2, 4), entity("bold", 0, 10)]).entities,
    [entity("bold", 0, 2), entity("code", 2, 4), entity("bold", 6, 4)],
  );
  assert.deepEqual(
    fix("0123456789", [entity("code", 0, 10), entity("bold", 2, 4)]).entities,
    [entity("code", 0, 10)],
  );
});

Deno.test("quotes are not nested: the outer one stays", () => {
  assert.deepEqual(
    fix("0123456789", [entity("blockquote", 0, 10), entity("blockquote", 2, 4)]).entities,
    [entity("blockquote", 0, 10)],
  );
});

Deno.test("no more than 100 entities stay", () => {
  const text = "a b ".repeat(120);
  const many = Array.from({ length: 120 }, (_, i) => entity("code", i * 4, 1));
  const { entities } = fix(text, many);
  assert.equal(entities.length, 100);
  assert.equal(entities.at(-1)?.offset, 99 * 4);
});

Deno.test("control characters become spaces and carriage returns go", () => {
  assert.deepEqual(fix("a\tb\r\nc", [entity("bold", 5, 1)]), {
    text: "a b\nc",
    entities: [entity("bold", 4, 1)],
  });
});

Deno.test("commands, mentions, links, addresses and tags are found", () => {
  const text =
    "/new @ductor_bot see https://example.com/a?b=(c). mail a.b@example.org #tag example.com";
  const found = fixText(text, []).entities.map((e) => [
    e.type,
    text.slice(e.offset, e.offset + e.length),
  ]);
  assert.deepEqual(found, [
    ["bot_command", "/new"],
    ["mention", "@ductor_bot"],
    ["url", "https://example.com/a?b=(c)"],
    ["email", "a.b@example.org"],
    ["hashtag", "#tag"],
    ["url", "example.com"],
  ]);
});

Deno.test("nothing is found inside code or a link, nor in paths and numbers", () => {
  assert.deepEqual(fixText("/new", [entity("code", 0, 4)]).entities, [entity("code", 0, 4)]);
  assert.deepEqual(fixText("a/b #12 1.5 user@host x@y", []).entities, []);
});

Deno.test("unknown entity types are refused, found ones and bad links dropped", () => {
  assert.throws(() => readEntities([{ type: "blink", offset: 0, length: 1 }]), {
    message: "Bad Request: can't parse MessageEntity: Unsupported type specified",
  });
  assert.throws(() => readEntities([{ type: "bold", length: 1 }]), {
    message: `Bad Request: can't parse MessageEntity: Can't find field "offset"`,
  });
  assert.throws(() => readEntities([{ type: "bold", offset: 0.5, length: 1 }]), {
    message: `Bad Request: can't parse MessageEntity: Field "offset" must be a valid Number`,
  });
  assert.deepEqual(
    readEntities([
      { type: "url", offset: 0, length: 1 },
      { type: "text_link", offset: 0, length: 1, url: "not a link" },
      { type: "text_link", offset: 0, length: 1, url: "/relative" },
      { type: "text_link", offset: 0, length: 1, url: "http://localhost:80/" },
    ]),
    [],
  );
  assert.deepEqual(
    readEntities([{ type: "text_link", offset: 0, length: 1, url: "example.com" }]),
    [{ type: "text_link", offset: 0, length: 1, url: "http://example.com/" }],
  );
});

import assert from "node:assert/strict";
import type { MessageEntity } from "grammy/types";
import { render, type Rich, split } from "./mod.ts";
import { assertValidRich } from "../../../tests/support/rich.ts";

const plain = (text: string): Rich => ({ text, entities: [] });
const texts = (pieces: Rich[]) => pieces.map((piece) => piece.text);
const pre = (offset: number, length: number): MessageEntity => ({
  type: "pre",
  offset,
  length,
  language: "ts",
});

Deno.test("split leaves a text that fits alone, and nothing of an empty one", () => {
  assert.deepEqual(split(render("**a** b")), [render("**a** b")]);
  assert.deepEqual(split(plain("")), []);
  assert.deepEqual(split(plain(" \n\n ")), []);
  assert.deepEqual(split(plain("\u200b\u2800")), []);
  assert.deepEqual(texts(split(plain("x".repeat(4096)))).map((text) => text.length), [4096]);
});

Deno.test("split prefers blank line to line to sentence to space to the middle of a word", () => {
  assert.deepEqual(texts(split(plain("aaaa bbb.\n\ncc. d\nee ff"), 18)), [
    "aaaa bbb.",
    "cc. d\nee ff",
  ]);
  assert.deepEqual(texts(split(plain("aaaa bbb. cc\ndd. ee ff"), 18)), [
    "aaaa bbb. cc",
    "dd. ee ff",
  ]);
  assert.deepEqual(texts(split(plain("aaaa bbb. cc dd ee ff"), 16)), ["aaaa bbb.", "cc dd ee ff"]);
  assert.deepEqual(texts(split(plain("aaaa bbbb cccc dddd"), 16)), ["aaaa bbbb cccc", "dddd"]);
  assert.deepEqual(texts(split(plain("a".repeat(20)), 10)).join(""), "a".repeat(20));
});

Deno.test("split keeps characters whole", () => {
  for (const character of ["😀", "👨‍👩‍👧", "🇩🇪", "e\u0301", "👍🏽"]) {
    for (let limit = 12; limit < 24; limit++) {
      const pieces = texts(split(plain(character.repeat(20)), limit));
      assert.equal(pieces.join(""), character.repeat(20));
      for (const piece of pieces) {
        assert.ok(piece.length <= limit);
        assert.equal(piece.length % character.length, 0, `${character} at limit ${limit}`);
      }
    }
  }
  assert.deepEqual(texts(split(plain("😀😀"), 2)), ["😀", "😀"]);
  assert.throws(() => split(plain("a"), 1), RangeError);
});

Deno.test("split cuts entities with the text and keeps a block's language", () => {
  const text = "one two three four";
  const rich: Rich = { text, entities: [{ type: "bold", offset: 0, length: text.length }] };
  assert.deepEqual(split(rich, 10), [
    { text: "one two", entities: [{ type: "bold", offset: 0, length: 7 }] },
    { text: "three four", entities: [{ type: "bold", offset: 0, length: 10 }] },
  ]);
  const code = { text: "if (a)\n  b();\n  c();", entities: [pre(0, 20)] };
  assert.deepEqual(split(code, 14), [
    { text: "if (a)\n  b();", entities: [pre(0, 13)] },
    { text: "  c();", entities: [pre(0, 6)] },
  ]);
});

Deno.test("split moves a code block that would be cut to the next piece", () => {
  const rich = render("Intro text\n\n```ts\nline one\nline two\n```\n\nend");
  const pieces = split(rich, 24);
  assert.deepEqual(texts(pieces), ["Intro text", "line one\nline two\nend"]);
  assert.deepEqual(pieces[1]!.entities, [pre(0, 17)]);
});

Deno.test("split does not cut inside a code block when there is a line end after it", () => {
  const rich = render("```\naaa\n\nbbb\n```\nThe text behind it goes on for a while");
  assert.deepEqual(texts(split(rich, 16)).slice(0, 2), ["aaa\n\nbbb", "The text behind"]);
});

Deno.test("split cuts a long code block where a statement begins", () => {
  const rich = render("```\nif (a) {\n  b();\n}\nif (c) {\n  d();\n\n  e();\n}\n```");
  assert.deepEqual(texts(split(rich, 33)), [
    "if (a) {\n  b();\n}",
    "if (c) {\n  d();\n\n  e();\n}",
  ]);
});

Deno.test("split gives no piece more than 100 entities", () => {
  const rich = render("**a** `b` _c_\n".repeat(100));
  assert.equal(rich.entities.length, 300);
  const pieces = split(rich);
  assert.ok(pieces.length >= 3 && pieces.length <= 4, `${pieces.length} pieces`);
  assert.equal(pieces.flatMap((piece) => piece.entities).length, 300);
  for (const piece of pieces) assertValidRich(piece, { maxEntities: 100 });
});

Deno.test("split of a growing text changes only the last piece", () => {
  const part = "## Part\n\nSome *words* here. And **more** of them, `code` too.\n\n" +
    "```ts\nconst a = 1;\n\nconst b = 2;\n```\n\n- one\n- two\n\n";
  const full = render(part.repeat(6));
  for (const limit of [40, 100, 130, 200]) {
    const whole = split(full, limit);
    assert.ok(whole.length >= 3, `${whole.length} pieces`);
    for (let length = 1; length < full.text.length; length++) {
      // What a stream has shown so far: the same text and formatting up to a point.
      const entities = full.entities.filter((entity) => entity.offset < length).map((entity) => ({
        ...entity,
        length: Math.min(entity.length, length - entity.offset),
      }));
      const pieces = split({ text: full.text.slice(0, length), entities }, limit);
      assert.deepEqual(pieces.slice(0, -1), whole.slice(0, Math.max(0, pieces.length - 1)));
    }
  }
});

Deno.test("a streamed answer of several messages never changes a message it has left", () => {
  const part =
    "## Part\n\nSome *words* here, and [a link](https://x.org/a). **More** of them:\n\n" +
    "| a | b |\n|---|--:|\n| one | 1 |\n| two | 22 |\n\n1. first\n   ```ts\n   f();\n   ```\n2. second\n" +
    "   - *nested*\n\n> quote\n\n```ts\nconst a = 1;\n\nconst b = 2;\n```\n\n---\n\n";
  const answer = part.repeat(4);
  for (const limit of [120, 200, 300]) {
    let before: Rich[] = [];
    for (let length = 1; length <= answer.length; length++) {
      const pieces = split(render(answer.slice(0, length), { partial: true }), limit);
      const left = Math.max(0, Math.min(before.length, pieces.length) - 1);
      assert.deepEqual(pieces.slice(0, left), before.slice(0, left), `after ${length} characters`);
      before = pieces;
    }
    assert.ok(before.length >= 3, `${before.length} pieces`);
  }
});

import { strict as assert } from "node:assert";
import fc from "fast-check";
import { think } from "../../src/demo/brain/brain.ts";
import { chunks } from "../../src/demo/agent/answer.ts";
import { longText } from "../../src/demo/brain/long_text.ts";

Deno.test("long text has exactly the length asked for, its sections in order", () => {
  fc.assert(fc.property(fc.nat(30_000), (length) => {
    const text = longText(length);
    assert.equal(text.length, length);
    const numbers = [...text.matchAll(/^## Section (\d+)$/gm)].map((found) => Number(found[1]));
    assert.deepEqual(numbers, numbers.map((_, index) => index + 1));
  }));
});

Deno.test("pieces of a text are the text, never empty, never half a character", () => {
  const text = fc.string({ unit: "grapheme", maxLength: 500 });
  fc.assert(fc.property(text, fc.integer({ min: 1, max: 60 }), (whole, size) => {
    const pieces = chunks(whole, size);
    assert.equal(pieces.join(""), whole);
    assert.ok(pieces.every((piece) => piece !== "" && piece.isWellFormed()));
    assert.ok(pieces.every((piece) => piece.length <= 2 * size + 1));
  }));
});

Deno.test("the brain has an answer to everything", () => {
  fc.assert(fc.property(fc.string({ unit: "binary", maxLength: 400 }), (text) => {
    const steps = think({ text, history: [], toolResults: [] });
    assert.ok(steps.length > 0);
  }));
});

import assert from "node:assert/strict";
import { slicesOf, WHOLE } from "./slices.ts";

Deno.test("K15.12 slices: whatever the text, each is short, and together they are the text", () => {
  const texts = {
    prose: "Some **bold** words.\n\n",
    list: "- item *a*\n",
    "one line": "word ",
    "no space": "🦆",
    code: "```ts\nconst x = 1;\n```\n\n",
  };
  for (const [name, unit] of Object.entries(texts)) {
    const text = unit.repeat(Math.ceil(300_000 / unit.length));
    const slices = [...slicesOf(text)].map(({ text }) => text);
    assert.equal(slices.join(""), text, name);
    assert.ok(slices.every(({ length }) => length <= WHOLE), name);
    assert.ok(slices.every((slice) => slice.isWellFormed()), name);
    assert.ok(slices.length <= 300_000 / 12_000, name);
  }
});

Deno.test("K15.12 slices: code that is longer goes on as code", () => {
  const text = "Look:\n\n~~~sh\n" + "echo `date`\n".repeat(20_000) + "~~~\n\nThat is all.\n";
  const slices = [...slicesOf(text)];
  assert.ok(slices.length > 3 && slices.every(({ text }) => text.length <= 65_536));
  assert.deepEqual([...new Set(slices.slice(1, -1).map(({ fence }) => fence))], ["~~~\n"]);
  assert.equal(slices.map(({ text }) => text).join(""), text);
  assert.deepEqual([...slicesOf("")], []);
  assert.deepEqual([...slicesOf("short")], [{ fence: "", text: "short" }]);
});

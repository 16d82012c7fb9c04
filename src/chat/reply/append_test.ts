import assert from "node:assert/strict";
import { finishedParts } from "./append.ts";

const RULES = { min_chars: 10, max_chars: 60 };

Deno.test("finishedParts() ends a part at a paragraph that is long enough", () => {
  const text = "short\n\nlong enough\n\nnot finished";
  assert.deepEqual(finishedParts(text, RULES), {
    parts: ["short\n\nlong enough\n\n"],
    rest: "not finished",
  });
});

Deno.test("finishedParts() ends a part at a line when it grows too long", () => {
  const line = `${"x".repeat(70)}\n`;
  assert.deepEqual(finishedParts(`${line}rest`, RULES), { parts: [line], rest: "rest" });
});

Deno.test("finishedParts() never cuts a code block", () => {
  const code = `\`\`\`sh\n${"echo one\n\n".repeat(10)}\`\`\`\n`;
  const text = `${code}\nafter`;
  assert.deepEqual(finishedParts(text, RULES), { parts: [code], rest: "\nafter" });
  assert.deepEqual(finishedParts(code.slice(0, -4), RULES).parts, []);
});

Deno.test("finishedParts() keeps its parts as the answer grows, and loses nothing", () => {
  const text = "One paragraph.\n\n- a\n- b\n\n```\ncode\n\nmore\n```\n\nThe last one.\n\nend";
  let before: string[] = [];
  for (let length = 0; length <= text.length; length++) {
    const { parts, rest } = finishedParts(text.slice(0, length), RULES);
    assert.deepEqual(parts.slice(0, before.length), before);
    assert.equal(parts.join("") + rest, text.slice(0, length));
    before = parts;
  }
  assert.ok(before.length >= 2);
});

import assert from "node:assert/strict";
import fc from "fast-check";
import { NotJson, parseJson, rewriteJson } from "./jsonc.ts";

const COMMENTED = `// mine
{
  /* the model I like */
  "model": "opus", // not haiku
  "ids": [
    1, // me
    2, // her
  ],
  "deep": { "a": 1, },
}
`;

async function problem(text: string): Promise<NotJson> {
  try {
    await parseJson(text);
  } catch (error) {
    assert.ok(error instanceof NotJson, String(error));
    return error;
  }
  throw new Error(`it is JSON: ${text}`);
}

Deno.test("jsonc: comments and commas behind the last entry are read", async () => {
  assert.deepEqual(await parseJson(COMMENTED), { model: "opus", ids: [1, 2], deep: { a: 1 } });
  assert.deepEqual(await parseJson('{"url": "http://x/*y*/", }'), { url: "http://x/*y*/" });
});

Deno.test("jsonc: plain JSON is what JSON.parse makes of it, and laid out anew when it changes", async () => {
  await fc.assert(fc.asyncProperty(fc.json(), async (text) => {
    assert.deepEqual(await parseJson(text), JSON.parse(text));
  }));
  assert.equal(await rewriteJson('{"a":1}', { a: 2 }), '{\n  "a": 2\n}\n');
  assert.equal(await rewriteJson(undefined, [1]), "[\n  1\n]\n");
});

const BROKEN: [text: string, line: number, column: number, message: RegExp][] = [
  ["", 1, 1, /found the end of the file, expected a value/],
  ["// only this", 1, 13, /the end of the file, expected a value/],
  ['{"a": 1,, }', 1, 9, /found ",", expected a key in double quotes/],
  ['{"a" 1}', 1, 6, /found a digit, expected ":"/],
  ['{"a": 1 "b": 2}', 1, 9, /expected "," or the end/],
  ['{"a": [1, 2', 1, 12, /expected "," or "]"/],
  ['{"a": ', 1, 7, /expected a value/],
  ["{a: 1}", 1, 2, /found a letter, expected .* in double quotes/],
  ["{'a': 1}", 1, 2, /found "'", expected .* in double quotes/],
  ['{"a": 1.}', 1, 9, /found "}", expected a digit/],
  ['{"a": "b\n"}', 1, 9, /found the end of the line, expected a closing double quote/],
  ['{"a": "\\u00zz"}', 1, 8, /an escape that JSON knows/],
  ['{"a": "b\tc"}', 1, 9, /the control character 9, expected a closing/],
  ['{"a": 1} /* x', 1, 14, /expected "\*\/"/],
  ["{}\r\n{}", 2, 1, /found "{", expected the end of the file/],
];
for (const [text, line, column, message] of BROKEN) {
  Deno.test(`jsonc: says where ${JSON.stringify(text)} is broken`, async () => {
    const found = await problem(text);
    assert.deepEqual([found.line, found.column], [line, column]);
    assert.match(found.message, message);
  });
}

Deno.test("jsonc: nesting without end is a problem, not the end of the stack", async () => {
  assert.match((await problem("[".repeat(200_000))).message, /less nesting|expected/);
});

/** JSON with up to three pieces replaced, so that some is still JSON and most is nearly. */
const nearlyJson = fc.tuple(
  fc.json(),
  fc.nat({ max: 4 }),
  fc.array(
    fc.tuple(
      fc.nat(),
      fc.nat({ max: 2 }),
      fc.constantFrom("", ",", "}", "]", '"', "\\", "\n", " ", "0", "-", ".", "e", ":", "\u0001"),
    ),
    { maxLength: 3 },
  ),
).map(([json, indent, edits]) => {
  let text = JSON.stringify(JSON.parse(json), null, indent);
  for (const [at, remove, insert] of edits) {
    const place = at % (text.length + 1);
    text = text.slice(0, place) + insert + text.slice(place + remove);
  }
  return text;
});

Deno.test("jsonc: whatever is broken, the place is in the text, and no content is in the message", async () => {
  await fc.assert(
    fc.asyncProperty(nearlyJson, async (text) => {
      const found = await parseJson(text).catch((error) => error);
      if (!(found instanceof NotJson)) return;
      const line = text.split(/\r\n|\r|\n/)[found.line - 1];
      assert.ok(line !== undefined && found.column >= 1 && found.column <= line.length + 1);
      assert.ok(found.offset <= text.length);
    }),
    { numRuns: 500 },
  );
  const token = "123456:AAHtoken-of-mine";
  assert.ok(!(await problem(`{"t": "${token}`)).message.includes("AAH"));
  assert.ok(!(await problem(`{"t": ${token}}`)).message.includes("AAH"));
});

Deno.test("jsonc: a change keeps the comments and the order of all the rest", async () => {
  const value = { model: "sonnet", ids: [1, 2, 3], deep: { a: 1 }, more: true };
  assert.equal(
    await rewriteJson(COMMENTED, value),
    `// mine
{
  /* the model I like */
  "model": "sonnet", // not haiku
  "ids": [
    1, // me
    2,
    3, // her
  ],
  "deep": {
    "a": 1,
  },
  "more": true,
}
`,
  );
});

Deno.test("jsonc: without a change the text stays as it is", async () => {
  assert.equal(await rewriteJson(COMMENTED, await parseJson(COMMENTED)), COMMENTED);
});

Deno.test("jsonc: whatever is changed, the new text has the new value", async () => {
  await fc.assert(
    fc.asyncProperty(fc.json(), fc.json(), async (from, to) => {
      const text = `// mine\n${JSON.stringify(JSON.parse(from), null, 2)} // end\n`;
      const value = JSON.parse(to);
      assert.deepEqual(await parseJson(await rewriteJson(text, value)), value);
    }),
    { numRuns: 500 },
  );
});

Deno.test("jsonc: a key that stands there twice is set all the same", async () => {
  const text = await rewriteJson('{"a": 1, "a": 2, /* x */ "b": 3}', { a: 5, b: 3 });
  assert.deepEqual(await parseJson(text), { a: 5, b: 3 });
});

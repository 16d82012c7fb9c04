import assert from "node:assert/strict";
import fc from "fast-check";
import { safeExcerpt } from "../../src/config/excerpt.ts";
import { findJsonProblem } from "../../src/config/json_position.ts";

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

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

Deno.test("findJsonProblem() finds a problem exactly where JSON.parse() does not succeed", () => {
  fc.assert(
    fc.property(nearlyJson, (text) => {
      const problem = findJsonProblem(text);
      assert.equal(problem === undefined, isJson(text));
      if (problem === undefined) return;
      const line = text.split(/\r\n|\r|\n/)[problem.line - 1];
      assert.ok(line !== undefined && problem.column >= 1 && problem.column <= line.length + 1);
    }),
    { numRuns: 1000 },
  );
});

Deno.test("everything before the problem could be the beginning of JSON", () => {
  fc.assert(
    fc.property(nearlyJson, (text) => {
      const problem = findJsonProblem(text);
      if (problem === undefined) return;
      // Cut there, it is at worst unfinished: the problem then is the end, or a number or word
      // that began earlier and is not complete.
      const cut = findJsonProblem(text.slice(0, problem.offset));
      assert.ok(cut === undefined || cut.offset <= problem.offset);
      if (cut?.found === "the end of the file") assert.equal(cut.offset, problem.offset);
    }),
    { numRuns: 500 },
  );
});

Deno.test("safeExcerpt() shows no word that is not the name of a key", () => {
  fc.assert(fc.property(fc.string(), fc.nat(), (text, at) => {
    const known = new Set(["model", "true"]);
    const shown = safeExcerpt(text, at % (text.length + 1), known).split("\n")[0]!;
    const words = shown.slice(shown.indexOf("|") + 1).match(/[\p{L}\p{N}_-]+/gu) ?? [];
    for (const word of words) assert.ok(known.has(word) || /^\d{1,5}$/.test(word), word);
  }));
});

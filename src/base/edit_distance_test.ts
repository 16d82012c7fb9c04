import { strict as assert } from "node:assert";
import { editDistance } from "./edit_distance.ts";

Deno.test("edit distance counts letters to insert, remove or replace", () => {
  const cases: [string, string, number][] = [
    ["", "", 0],
    ["", "abc", 3],
    ["opus", "opus", 0],
    ["opsu", "opus", 2],
    ["kitten", "sitting", 3],
    ["gpt-5", "gpt-5.5", 2],
  ];
  for (const [a, b, distance] of cases) {
    assert.equal(editDistance(a, b), distance);
    assert.equal(editDistance(b, a), distance);
  }
});

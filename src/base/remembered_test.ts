import assert from "node:assert/strict";
import { Remembered } from "./remembered.ts";

Deno.test("remembered: the oldest go when there are too many, or no longer count", () => {
  let now = 0;
  const seen = new Remembered<string, number>(3, (at) => at > now - 10);
  for (const [at, key] of ["a", "b", "c", "d"].entries()) seen.add(key, at);
  assert.deepEqual(seen.entries(), [["b", 1], ["c", 2], ["d", 3]]);
  seen.add("b", 4);
  now = 13;
  assert.deepEqual(seen.entries(), [["b", 4]]);
  assert.equal(seen.get("c"), undefined);
  seen.forget("b");
  assert.equal(seen.has("b"), false);
});

import assert from "node:assert/strict";
import { firstGroup, MAX_INPUT, patternProblem } from "./regex.ts";

Deno.test("patterns of real senders can be used", () => {
  for (
    const pattern of [
      "v1=([a-f0-9]+)",
      "t=(\\d+)",
      "(?:^|,)\\s*v1=([0-9a-f]{64})(?:,|$)",
      "^sha256=(.+)$",
      "sig=\\(([^)]+)\\)",
    ]
  ) assert.equal(patternProblem(pattern), undefined, pattern);
  assert.equal(firstGroup("t=(\\d+)", "t=123,v1=abc"), "123");
});

Deno.test("patterns that can take very long are refused with a reason", () => {
  for (
    const pattern of [
      "(a+)+$",
      "(a|a)*b",
      "(a*){2,}b",
      "(.)\\1+",
      "(?<n>a)\\k<n>",
      "(?=a)b",
      "(?<!a)b",
      "a*a*a*a*b",
      "(",
      "x".repeat(201),
    ]
  ) {
    assert.ok(patternProblem(pattern), pattern);
    assert.equal(firstGroup(pattern, "aaaa"), undefined);
  }
});

Deno.test("a pattern is not run on a long text", () => {
  assert.equal(firstGroup("(a)", "a".repeat(MAX_INPUT)), "a");
  assert.equal(firstGroup("(a)", "a".repeat(MAX_INPUT + 1)), undefined);
});

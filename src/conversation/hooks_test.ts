import assert from "node:assert/strict";
import { PromptHooks, promptSuffix } from "./hooks.ts";

Deno.test("the memory is brought to mind with the 6th message, the 12th, and so on", () => {
  const reminded = Array.from({ length: 20 }, (_, n) => n).filter((n) => promptSuffix(n) !== "");
  assert.deepEqual(reminded, [6, 12, 18]);
  assert.match(promptSuffix(6), /^\n\n\[.*MAINMEMORY\.md.*silently.*\]$/s);
});

Deno.test("the message after a compaction asks to save what matters, once and in its chat only", () => {
  const hooks = new PromptHooks();
  hooks.compacting("1");
  hooks.compacting("1");
  assert.equal(hooks.complete("2", "hello", 3), "hello");
  assert.match(hooks.complete("1", "hello", 3), /^hello\n\n\[.*shortened.*MAINMEMORY/s);
  assert.equal(hooks.complete("1", "hello", 4), "hello");
});

Deno.test("a command of the CLI's own is passed on as it is", () => {
  const hooks = new PromptHooks();
  hooks.compacting("1");
  assert.equal(hooks.complete("1", "/compact", 6), "/compact");
  assert.notEqual(hooks.complete("1", "hello", 7), "hello", "the request to save is not lost");
});

import assert from "node:assert/strict";
import { usualIn } from "./choice.ts";

Deno.test("choice: a model of the config that is another provider's is not used", () => {
  const of = (provider: "claude" | "codex", model: string) =>
    usualIn(undefined, { provider, model });
  assert.deepEqual(of("claude", "opus"), { provider: "claude", model: "opus" });
  assert.deepEqual(of("codex", "gpt-5.5"), { provider: "codex", model: "gpt-5.5" });
  // A config that names a provider alone has the first one's model.
  assert.deepEqual(of("codex", "opus"), { provider: "codex", model: "" });
});

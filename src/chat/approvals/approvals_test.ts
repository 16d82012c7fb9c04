import assert from "node:assert/strict";
import { optionButtons } from "./approvals.ts";

Deno.test("approvals: the label of a button never ends in half an emoji, which Telegram refuses", () => {
  const options = [`${"x".repeat(58)}🦆 and more`, "🦆".repeat(40), "short"];
  const labels = optionButtons("id", { question: "Which?", options } as never)
    .map(([button]) => button!.label);
  for (const label of labels) assert.ok(label.isWellFormed() && label.length <= 60, label);
  assert.deepEqual(labels, [`${"x".repeat(58)}…`, `${"🦆".repeat(29)}…`, "short"]);
});

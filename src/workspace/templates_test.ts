import assert from "node:assert/strict";
import { render, RULE_FOLDERS, rulesFor } from "./templates.ts";

const TEXT = [
  "always",
  "- c <!--claude-->",
  "- x <!--codex-->",
  "- b <!--several-->",
  "- co <!--claude-only-->",
  "- xo <!--codex-only-->",
  "- in {{container}} <!--docker-->",
  "- out <!--host-->",
].join("\n");

Deno.test("a template keeps the lines that hold for what is installed", () => {
  const lines = (facts: Parameters<typeof render>[1]) =>
    render(TEXT, facts).split("\n- ").join(" ");
  assert.equal(lines({ installed: ["claude"] }), "always c co out");
  assert.equal(lines({ installed: ["codex"] }), "always x xo out");
  assert.equal(lines({ installed: ["codex", "claude"] }), "always c x b out");
  assert.equal(lines({ installed: [], container: "box" }), "always c x b in box");
});

Deno.test("a template has a line for each CLI that is installed, and names them", () => {
  const text = "- {{title}}: {{skills}} <!--each-->\n- by {{agents}}";
  assert.equal(
    render(text, { installed: [] }),
    "- Claude Code: ~/.claude/skills\n- Codex: ~/.codex/skills\n- by `claude` or `codex`",
  );
  assert.equal(render(text, { installed: ["codex"] }), "- Codex: ~/.codex/skills\n- by `codex`");
});

Deno.test("a template with a condition nobody knows is a mistake", () => {
  assert.throws(() => render("- a <!--gemini-->", { installed: [] }), /"gemini"/);
});

Deno.test("the rules name no model, and are short", async () => {
  let chars = 0;
  for (const folder of RULE_FOLDERS) {
    const rules = await rulesFor(folder, { installed: [] });
    chars += rules.length;
    assert.doesNotMatch(rules, /opus|sonnet|haiku|gpt-|o\d-mini/i, folder);
    assert.ok(rules.length < 4500, `${folder} has ${rules.length} characters`);
  }
  assert.ok(chars < 13_000, `all rules together have ${chars} characters`);
});

import { strict as assert } from "node:assert";
import type { FoundCli } from "../setup/clis.ts";
import { whoAnswers } from "./who_answers.ts";

const ANN = { uid: 1000, env: new Map<string, string>() };
const ROOT = { uid: 0, env: new Map<string, string>() };

const claude: FoundCli = { provider: "claude", installed: true, version: "2.1.332", login: "yes" };
const codex: FoundCli = {
  provider: "codex",
  installed: true,
  version: "0.169.0",
  login: "unknown",
};

Deno.test("K5.2 demo: the first CLI that can answers", () => {
  assert.deepEqual(whoAnswers([claude, codex], ANN), { agent: "claude" });
  assert.deepEqual(whoAnswers([{ ...claude, installed: false }, codex], ANN), { agent: "codex" });
  assert.deepEqual(whoAnswers([{ ...claude, login: "no" }, codex], ANN), { agent: "codex" });
  const sandbox = { uid: 0, env: new Map([["IS_SANDBOX", "1"]]) };
  assert.deepEqual(whoAnswers([claude, codex], sandbox), { agent: "claude" });
});

Deno.test("K5.2 demo: with none that can, the built-in agent answers, and one line says why", () => {
  const none = [claude, codex].map((cli) => ({ ...cli, installed: false }));
  assert.deepEqual(whoAnswers(none, ANN), { agent: "demo" });
  const why = (clis: FoundCli[], user = ANN) => {
    const { agent, why } = whoAnswers(clis, user);
    assert.equal(agent, "demo");
    return why;
  };
  assert.equal(
    why([{ ...claude, login: "no" }, {
      ...codex,
      outdated: "npm install -g @openai/codex@latest",
    }]),
    "Claude Code is not logged in (claude auth login); " +
      "Codex is too old for ductor (npm install -g @openai/codex@latest).",
  );
  assert.equal(why([claude], ROOT), "Claude Code does not work for root without IS_SANDBOX=1.");
  const { version: _, ...dead } = codex;
  assert.equal(why([dead]), "Codex does not start.");
});

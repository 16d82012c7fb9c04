import assert from "node:assert/strict";
import { defaultConfig } from "../config/schema.ts";
import { chatRun, type Run, runEnv, runSpec, turnInput, wantedEffort } from "./run_spec.ts";

const RUN: Run = { provider: "claude", cwd: "/work", env: { A: "1" }, extraArgs: ["--x"] };

/** Models that have every effort but `max`. */
const MODELS = {
  effortFor: (_provider: string, _model: string, wanted: string) =>
    wanted === "" || wanted === "max" ? undefined : wanted,
};

Deno.test("run spec: what is not set is left out, so that the CLI's own defaults hold", () => {
  const config = { ...defaultConfig(), claude_effort: "" };
  assert.deepEqual(runSpec({ ...RUN, model: "" }, config, MODELS), {
    cwd: "/work",
    env: { A: "1" },
    extraArgs: ["--x"],
    permissionMode: "bypassPermissions",
  });
});

Deno.test("run spec: the limits and the permissions of the config hold for every run", () => {
  const config = defaultConfig();
  Object.assign(config, { max_turns: 9, max_budget_usd: 0.5, permission_mode: "plan" });
  for (const more of [{}, { persist: false }, { resume: "s1" }, { provider: "codex" as const }]) {
    const spec = runSpec({ ...RUN, ...more }, config, MODELS);
    assert.deepEqual([spec.maxTurns, spec.maxBudgetUsd, spec.permissionMode], [9, 0.5, "plan"]);
  }
});

Deno.test("run spec: what a run brings along is opened with it", () => {
  const more = { model: "opus", resume: "s1", instructions: "Be kind.", persist: false };
  const spec = runSpec({ ...RUN, ...more }, defaultConfig(), MODELS);
  const { model, resume, instructions, persist } = spec;
  assert.deepEqual({ model, resume, instructions, persist }, more);
});

Deno.test("run spec: each provider has an effort in the config, and a run may have its own", () => {
  const config = { ...defaultConfig(), claude_effort: "low", reasoning_effort: "high" };
  const effort = (run: Partial<Run>) => runSpec({ ...RUN, ...run }, config, MODELS).effort;
  assert.equal(effort({}), "low");
  assert.equal(effort({ provider: "codex" }), "high");
  assert.equal(effort({ effort: null }), "low");
  assert.equal(effort({ effort: "" }), "low");
  assert.equal(effort({ effort: "medium" }), "medium");
  assert.equal(effort({ effort: "max" }), undefined, "the model does not have it");
  assert.equal(wantedEffort({ provider: "claude", effort: "max" }, config), "max");
});

Deno.test("run spec: a turn runs with the settings of its session", () => {
  const config = { ...defaultConfig(), claude_effort: "low" };
  const spec = runSpec({ ...RUN, model: "opus" }, config, MODELS);
  const settings = { model: "opus", effort: "low", permissionMode: "bypassPermissions" };
  assert.deepEqual(turnInput(spec, { text: "hello" }), { text: "hello", ...settings });
  const images = [{ mediaType: "image/png", data: "AA==" }];
  assert.deepEqual(turnInput(spec, { text: "", images }), { text: "", images, ...settings });
});

Deno.test("run spec: a chat runs in the workspace with the user's arguments for that CLI", () => {
  const home = { root: "/home", workspaceDir: "/home/workspace" };
  const config = defaultConfig();
  config.cli_parameters = { claude: ["--mine"], codex: ["--other"] };
  const run = chatRun(
    {
      place: { seat: { chatId: 7 } },
      choice: { provider: "claude", model: "opus" },
      resume: "s1",
      instructions: undefined,
    },
    home,
    config,
  );
  assert.deepEqual(run, {
    provider: "claude",
    model: "opus",
    cwd: "/home/workspace",
    env: { DUCTOR_HOME: "/home", DUCTOR_CHAT_ID: "7" },
    extraArgs: ["--mine"],
    resume: "s1",
    instructions: undefined,
  });
});

Deno.test("run spec: the environment says home, task and conversation, as far as there are any", () => {
  const home = { root: "/home" };
  assert.deepEqual(runEnv(home, {}), { DUCTOR_HOME: "/home" });
  assert.deepEqual(runEnv(home, { task: "tea", origin: { chatId: -5, threadId: 3 } }), {
    DUCTOR_HOME: "/home",
    DUCTOR_TASK: "tea",
    DUCTOR_CHAT_ID: "-5",
    DUCTOR_THREAD_ID: "3",
  });
});

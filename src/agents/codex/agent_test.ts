import { strict as assert } from "node:assert";
import { CodexAgent } from "./agent.ts";
import { AgentError, type AgentErrorKind } from "../agent.ts";
import { FakeClock, settle } from "../../../tests/support/fake_clock.ts";
import {
  FakeCodex,
  type Message,
  Refusal,
  SILENT,
  SPEC,
  THREAD,
} from "../../../tests/support/fake_codex.ts";

function make() {
  const codex = new FakeCodex();
  const agent = new CodexAgent({ launcher: codex.launcher, version: "1.2.3", cwd: "/home" });
  return { codex, agent };
}

function ofKind(kind: AgentErrorKind, words?: RegExp) {
  return (error: unknown) => {
    assert.ok(error instanceof AgentError, String(error));
    assert.equal(error.kind, kind);
    if (words) assert.match(`${error.message} ${error.detail ?? ""}`, words);
    return true;
  };
}

Deno.test("a session is opened with folder, model, policy, arguments and environment", async () => {
  const { codex, agent } = make();
  const session = await agent.open({
    ...SPEC,
    model: "gpt-big",
    permissionMode: "default",
    extraArgs: ["-c", "a=1", "--enable", "x"],
    env: { A: "1" },
    persist: false,
  });
  assert.equal(session.id, THREAD);
  assert.deepEqual(codex.child.spec, {
    command: "codex",
    args: [
      ...["app-server", "-c", "features.goals=false", "-c", "features.shell_snapshot=false"],
      ...["-c", "allow_login_shell=false", "-c", "a=1", "--enable", "x"],
    ],
    cwd: "/work",
    env: { A: "1" },
  });
  assert.equal(codex.params("initialize")[0]?.clientInfo.version, "1.2.3");
  assert.equal(codex.received.some(({ method }) => method === "initialized"), true);
  assert.deepEqual(codex.params("thread/start"), [{
    cwd: "/work",
    approvalPolicy: "untrusted",
    sandbox: "workspace-write",
    model: "gpt-big",
    ephemeral: true,
  }]);
});

Deno.test("memory joins the user's own instructions", async () => {
  const { codex, agent } = make();
  codex.answers["config/read"] = () => ({ config: { developer_instructions: "Be brief." } });
  await agent.open({ ...SPEC, instructions: "The dog is called Rex." });
  const [start] = codex.params("thread/start");
  assert.equal(start?.developerInstructions, "Be brief.\n\nThe dog is called Rex.");
});

Deno.test("a resumed thread keeps the memory it began with; nothing is added to its history", async () => {
  const { codex, agent } = make();
  await agent.open({ ...SPEC, resume: THREAD, instructions: "Memory two." });
  assert.equal(codex.params("thread/inject_items").length, 0);
  assert.equal(codex.params("thread/resume")[0]?.excludeTurns, true);
});

Deno.test("what cannot be opened says why and leaves nothing running", async () => {
  const { codex, agent } = make();
  codex.answers["thread/resume"] = () => new Refusal("no rollout found for thread id x");
  await assert.rejects(agent.open({ ...SPEC, resume: "x" }), ofKind("resume_failed", /no rollout/));
  codex.answers["thread/start"] = () => new Refusal("unknown model provider");
  await assert.rejects(agent.open(SPEC), ofKind("refused", /unknown model provider/));
  await assert.rejects(
    agent.open({ ...SPEC, extraArgs: ["--profile", "x"] }),
    ofKind("refused", /no profiles/),
  );
  assert.equal(codex.launcher.children.some(({ alive }) => alive), false);
  assert.equal(codex.launcher.children.length, 2, "bad arguments start nothing");
});

Deno.test("a codex that does not start in time is ended", async () => {
  const codex = new FakeCodex();
  const clock = new FakeClock();
  const agent = new CodexAgent({ launcher: codex.launcher, clock });
  codex.answers["initialize"] = () => SILENT;
  const opening = agent.open(SPEC);
  opening.catch(() => {});
  await settle();
  await clock.advance(30_000);
  await assert.rejects(opening, ofKind("timeout"));
  assert.equal(codex.child.alive, false);
});

Deno.test("a codex that ends at the start says why", async () => {
  const { codex, agent } = make();
  codex.answers["initialize"] = () => {
    codex.child.stderr = "error: unexpected argument '--strict-config' found\n\nUsage: codex …";
    codex.child.exit(2);
    return SILENT;
  };
  await assert.rejects(agent.open(SPEC), ofKind("refused", /unexpected argument/));
});

Deno.test("models of all pages are listed, hidden ones left out", async () => {
  const { codex, agent } = make();
  const entry = (id: string, more: Message = {}) => ({
    id,
    model: id,
    displayName: id.toUpperCase(),
    description: `about ${id}`,
    hidden: false,
    supportedReasoningEfforts: [{ reasoningEffort: "low" }, { reasoningEffort: "high" }],
    defaultReasoningEffort: "low",
    isDefault: false,
    ...more,
  });
  codex.answers["model/list"] = ({ cursor }) =>
    cursor === undefined
      ? { data: [entry("a", { isDefault: true }), entry("h", { hidden: true })], nextCursor: "2" }
      : { data: [entry("b", { supportedReasoningEfforts: [] })], nextCursor: null };
  const models = await agent.models();
  assert.deepEqual(models, [
    {
      id: "a",
      name: "A",
      description: "about a",
      efforts: ["low", "high"],
      defaultEffort: "low",
      isDefault: true,
    },
    {
      id: "b",
      name: "B",
      description: "about b",
      efforts: [],
      defaultEffort: "low",
      isDefault: false,
    },
  ]);
  assert.equal(codex.child.alive, false);
  assert.equal(codex.child.spec.cwd, "/home");
});

Deno.test("the login is what codex says it is", async () => {
  const { codex, agent } = make();
  assert.deepEqual(await agent.authState(), {
    installed: true,
    version: "0.169.0",
    login: "yes",
    detail: "ada@example.org, plus",
  });
  codex.answers["account/read"] = () => ({ account: null, requiresOpenaiAuth: true });
  assert.equal((await agent.authState()).login, "no");
  codex.answers["account/read"] = () => ({ account: null, requiresOpenaiAuth: false });
  assert.equal((await agent.authState()).login, "unknown", "a model provider of the user's own");
  codex.launcher.which = () => Promise.resolve(undefined);
  assert.deepEqual(await agent.authState(), { installed: false, login: "unknown" });
});

Deno.test("a command with arguments of its own is started with them first", async () => {
  const codex = new FakeCodex();
  const agent = new CodexAgent({ launcher: codex.launcher, command: ["deno", "run", "codex.ts"] });
  await agent.open(SPEC);
  assert.equal(codex.child.spec.command, "deno");
  assert.deepEqual(codex.child.spec.args.slice(0, 3), ["run", "codex.ts", "app-server"]);
});

Deno.test("a codex without app server is told to update, with what to type", async () => {
  const { codex, agent } = make();
  codex.answers["initialize"] = () => {
    codex.child.stderr = "error: unrecognized subcommand 'app-server'";
    codex.child.exit(2);
    return SILENT;
  };
  const what = /too old.*npm install -g @openai\/codex@latest/;
  await assert.rejects(agent.open(SPEC), ofKind("not_found", what));
  const state = await agent.authState();
  assert.equal(state.outdated, "npm install -g @openai/codex@latest");
  assert.match(state.detail ?? "", what);
  assert.deepEqual(codex.launcher.children.map(({ alive }) => alive), [false, false]);
});

Deno.test("a codex that is older than promised is told to update, with what to type", async () => {
  const { codex, agent } = make();
  codex.answers["initialize"] = () => ({ userAgent: "ductor/0.100.0 (Debian 12.0.0; x86_64)" });
  const what = /too old.*needs 0\.169\.0.*npm install -g @openai\/codex@latest/;
  await assert.rejects(agent.open(SPEC), ofKind("not_found", what));
  assert.equal(codex.child.alive, false);
  assert.equal((await agent.authState()).outdated, "npm install -g @openai/codex@latest");
});

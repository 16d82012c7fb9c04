import assert from "node:assert/strict";
import { AgentError } from "../agent.ts";
import { ClaudeAgent, loginOf, modelsOf } from "./agent.ts";
import * as says from "../../../tests/support/claude_lines.ts";
import { FakeLauncher } from "../../../tests/support/fake_child.ts";
import { FakeClock, settle } from "../../../tests/support/fake_clock.ts";

const SPEC = { cwd: "/w", permissionMode: "default" as const, extraArgs: [], env: { B: "2" } };

Deno.test("claude: the command can be replaced, arguments and environment are passed on", async () => {
  const launcher = new FakeLauncher();
  const command = ["/bin/ductor", "demo-agent"];
  const agent = new ClaudeAgent({ launcher, command, env: { A: "1" } });
  const session = await agent.open(SPEC);
  const spec = launcher.launched.at(-1);
  assert.equal(spec?.command, "/bin/ductor");
  assert.deepEqual(spec?.args.slice(0, 2), ["demo-agent", "-p"]);
  assert.deepEqual(spec?.env, { A: "1", B: "2" });
  assert.equal(session.pid, launcher.children.at(-1)?.pid);
  await session.close();
});

Deno.test("claude: missing, it says how to install it", async () => {
  const launcher = new FakeLauncher();
  launcher.installed = false;
  const agent = new ClaudeAgent({ launcher });
  await assert.rejects(
    agent.open(SPEC),
    (error) =>
      error instanceof AgentError && error.kind === "not_found" &&
      /Install it there with `.+`, then log in with `claude auth login`/.test(error.message),
  );
  assert.deepEqual(await agent.authState(), {
    installed: false,
    login: "unknown",
    detail: "not installed",
  });
});

Deno.test("claude: models come from the CLI, and nothing is left running", async () => {
  const launcher = new FakeLauncher();
  const models = [
    {
      value: "default",
      displayName: "Default",
      description: "Good",
      supportedEffortLevels: ["low", "high"],
    },
    { value: "haiku", displayName: "Haiku" },
    { odd: true },
  ];
  launcher.onLaunch = (child) => {
    child.onWrite = ({ request_id }) => child.say("noise", says.ok(request_id, { models }));
  };
  assert.deepEqual(await new ClaudeAgent({ launcher }).models(), [
    {
      id: "default",
      name: "Default",
      description: "Good",
      efforts: ["low", "high"],
      isDefault: true,
    },
    { id: "haiku", name: "Haiku", description: "", efforts: [], isDefault: false },
  ]);
  assert.equal(launcher.children[0]?.alive, false);
  assert.deepEqual(modelsOf(undefined), []);
});

Deno.test("claude: a CLI that does not list its models is an error with its words", async () => {
  const launcher = new FakeLauncher();
  launcher.onLaunch = (child) => {
    child.stderr = "broken install\n";
    child.onWrite = () => child.exit(1);
  };
  await assert.rejects(
    new ClaudeAgent({ launcher }).models(),
    (error) => error instanceof AgentError && error.detail === "broken install",
  );
});

Deno.test("claude: listing models can be given up, and gives up by itself", async () => {
  const launcher = new FakeLauncher();
  const clock = new FakeClock();
  const agent = new ClaudeAgent({ launcher, clock });
  const stop = new AbortController();
  const aborted = agent.models(stop.signal);
  await settle();
  stop.abort(new Error("enough"));
  await assert.rejects(aborted, /enough/);
  const late = agent.models();
  late.catch(() => {});
  await clock.advance(20_000);
  await assert.rejects(late, /did not list its models/);
  assert.deepEqual(launcher.children.map((child) => child.alive), [false, false]);
});

Deno.test("claude: the login is asked of the CLI, never a condition", async () => {
  const launcher = new FakeLauncher();
  launcher.onLaunch = (child, spec) => {
    if (spec.args[0] === "--version") child.say("2.1.197 (Claude Code)");
    else child.say("{", '"loggedIn": true, "email": "a@b.c", "authMethod": "claude.ai"', "}");
  };
  assert.deepEqual(await new ClaudeAgent({ launcher }).authState(), {
    installed: true,
    version: "2.1.197 (Claude Code)",
    login: "yes",
    detail: "a@b.c, claude.ai",
  });
  assert.deepEqual(loginOf('{"loggedIn":false,"authMethod":"none"}'), { login: "no" });
  assert.deepEqual(loginOf("error: unknown command 'auth'"), { login: "unknown" });
  assert.deepEqual(loginOf("{}"), { login: "unknown" });
});

Deno.test("claude: one that is too old is told to update before a turn begins, each time until it is not", async () => {
  const launcher = new FakeLauncher();
  let version = "2.1.100";
  launcher.onLaunch = (child, spec) => {
    if (spec.args[0] === "--version") child.say(`${version} (Claude Code)`);
  };
  const agent = new ClaudeAgent({ launcher });
  for (let i = 0; i < 2; i++) {
    await assert.rejects(agent.open(SPEC), (error) => {
      assert.ok(error instanceof AgentError && error.kind === "not_found");
      assert.match(error.message, /too old.*needs 2\.1\.197.*`claude update`/);
      return true;
    });
  }
  assert.equal((await agent.authState()).outdated, "claude update");
  version = "2.1.197";
  await agent.open(SPEC);
  const asked = () => launcher.launched.filter(({ args }) => args[0] === "--version").length;
  const before = asked();
  await agent.open(SPEC);
  assert.equal(asked(), before, "what is new enough stays so");
  const other = new ClaudeAgent({ launcher });
  await other.authState();
  await other.open(SPEC);
  assert.equal(asked(), before + 1, "and it is known from its login as well");
});

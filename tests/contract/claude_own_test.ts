/** What only Claude Code does, against the real CLI. */

import assert from "node:assert/strict";
import type { AgentEvent } from "../../src/agents/agent.ts";
import { ClaudeAgent } from "../../src/agents/claude/agent.ts";
import {
  type Child,
  HostLauncher,
  type Launcher,
  type LaunchSpec,
} from "../../src/process/launcher.ts";
import { AgentPool } from "../../src/agents/pool.ts";
import { ModelServer } from "../support/model_server.ts";
import { marked, until } from "../support/processes.ts";
import { type Cli, installedClis } from "./cases.ts";
import { prepare } from "./prepare.ts";
import { nothingRuns, open, type Subject, turn } from "./subject.ts";

const clis = installedClis("claude");

/** Remembers what was started, but for looking at the version. */
class CountingLauncher implements Launcher {
  readonly launched: LaunchSpec[] = [];
  readonly #host = new HostLauncher();
  launch(spec: LaunchSpec): Promise<Child> {
    if (spec.args[0] !== "--version") this.launched.push(spec);
    return this.#host.launch(spec);
  }
  which(command: string): Promise<string | undefined> {
    return this.#host.which(command);
  }
}

/** A test for every generation of the CLI that is installed. */
function claudeTest(
  ...test: Parameters<typeof register> extends [Cli, ...infer Rest] ? Rest : never
) {
  for (const cli of clis.length > 0 ? clis : [{ label: "claude", path: "" }]) {
    register(cli, ...test);
  }
}

function register(
  { label, path }: Cli,
  name: string,
  fn: (
    subject: Subject & {
      server: ModelServer;
      launcher: CountingLauncher;
      home: string;
      /** Path of the CLI. */
      path: string;
    },
  ) => Promise<void>,
  missing?: string,
) {
  Deno.test({
    name: `${label}: ${name}`,
    ignore: path === "" || missing !== undefined,
    async fn() {
      await using server = await ModelServer.start();
      await using prepared = await prepare();
      const env = { ...prepared.spec.env, ...server.claudeEnv(prepared.home) };
      const launcher = new CountingLauncher();
      const subject = {
        ...prepared,
        server,
        launcher,
        path,
        agent: new ClaudeAgent({ launcher, command: path, env }),
        spec: { ...prepared.spec, env },
        models: { first: ["sonnet", /x/], second: ["haiku", /x/], unknown: "x" } as const,
        [Symbol.asyncDispose]: () => Promise.resolve(),
      };
      await fn(subject as unknown as Parameters<typeof fn>[0]);
      await nothingRuns(subject as unknown as Subject);
    },
  });
}

claudeTest("a follow-up in the pool starts no process", async (subject) => {
  const pool = new AgentPool({ agents: { claude: subject.agent }, maxWarm: 3, idleMs: 60_000 });
  const ask = (text: string, resume?: string) =>
    pool.use(
      "chat",
      "claude",
      { ...subject.spec, ...resume !== undefined && { resume } },
      async (session, { fresh, resumed }) => {
        const { result } = await turn(subject, session, text);
        return { text: result.text, id: session.id, pid: session.pid, fresh, resumed };
      },
    );
  const first = await ask("remember the fruit is quince");
  const processes = await marked(subject.mark);
  const second = await ask("what did I say?", first.id);
  assert.match(second.text, /quince/);
  assert.deepEqual([first.fresh, second.fresh], [true, false]);
  assert.equal(subject.launcher.launched.length, 1);
  assert.equal(second.pid, first.pid);
  assert.deepEqual(await marked(subject.mark), processes);

  // The CLI writes its record a moment after the answer; without it there is nothing to resume.
  await until(() => recorded(subject.home, first.id!, "quince"), "the session's record");
  Deno.kill(first.pid, "SIGKILL");
  await until(() => pool.stats().length === 0, "the pool to see that the process has ended");
  const third = await ask("what did I say?", first.id);
  assert.match(third.text, /quince/, "a killed process is replaced unseen by the user");
  assert.equal(third.resumed, true);
  assert.equal(subject.launcher.launched.length, 2);
  await pool.closeAll();
});

/** Whether the CLI's record of a session holds a text. */
async function recorded(home: string, id: string, text: string): Promise<boolean> {
  const projects = `${home}/.claude/projects`;
  for await (const { name } of Deno.readDir(projects)) {
    const record = await Deno.readTextFile(`${projects}/${name}/${id}.jsonl`).catch(() => "");
    if (record.split(text).length > 2) return true;
  }
  return false;
}

claudeTest("neither prompt nor memory is to be seen in the process list", async (subject) => {
  const session = await open(subject, { instructions: "the safe opens with Zitronenfalter" });
  await turn(subject, session, "remember Admiralfalter");
  const listed = await new Deno.Command("sh", {
    args: ["-c", "cat /proc/[0-9]*/cmdline | tr '\\0' ' '; ps ax 2>/dev/null; true"],
  }).output();
  assert.doesNotMatch(new TextDecoder().decode(listed.stdout), /Zitronenfalter|Admiralfalter/);
  assert.match(subject.server.requests[0]!.instructions, /Zitronenfalter/);
  await session.close();
});

claudeTest("memory of 300 KB arrives whole", async (subject) => {
  const session = await open(subject, { instructions: "m".repeat(300_000) + " Kohlweißling" });
  await turn(subject, session, "hello");
  assert.match(subject.server.requests[0]!.instructions, /m{300000} Kohlweißling/);
  await session.close();
});

claudeTest("output of a slash command is shown, and /clear gives a new id", async (subject) => {
  const session = await open(subject);
  await turn(subject, session, "remember the milk");
  const { id } = session;
  const context = await turn(subject, session, "/context");
  assert.match(context.text, /Context Usage/);
  assert.equal(context.text.match(/Context Usage/g)?.length, 1);
  const cleared = await turn(subject, session, "/clear");
  assert.notEqual(session.id, id);
  assert.equal(cleared.of("session").at(-1)?.id, session.id);
  const after = await turn(subject, session, "what did I say?");
  assert.doesNotMatch(after.text, /milk/);
  await session.close();
});

claudeTest("max_turns and max_budget_usd end a turn in plain words", async (subject) => {
  const session = await open(subject, { maxTurns: 1 });
  const turns = await turn(subject, session, "run: echo hi");
  assert.equal(turns.error.kind, "other");
  assert.match(turns.error.message, /limit of 1 steps/);
  assert.match((await turn(subject, session, "hello")).result.text, /demo agent/);
  await session.close();
  const poor = await open(subject, { maxBudgetUsd: 0.000001 });
  const budget = await turn(subject, poor, "hello");
  assert.match(budget.error.message, /max_budget_usd/);
  assert.equal(poor.canServe({ ...subject.spec, maxBudgetUsd: 0.000001 }), false);
  await poor.close();
});

claudeTest("parameters it does not know are refused by name", async (subject) => {
  const session = await open(subject, { extraArgs: ["--no-such-flag"] });
  const { error } = await turn(subject, session, "hello");
  assert.equal(error.kind, "refused");
  assert.match(error.message, /--no-such-flag.*cli_parameters/);
  await session.close();
});

claudeTest(
  "root with bypassPermissions is told what to change",
  async (subject) => {
    const session = await open(subject, { env: { ...subject.spec.env, IS_SANDBOX: "" } });
    const { error } = await turn(subject, session, "hello");
    assert.equal(error.kind, "refused");
    assert.match(error.message, /root/);
    await session.close();
  },
  Deno.build.os !== "windows" && Deno.uid() === 0 ? undefined : "needs root",
);

claudeTest("without a login it says so at once, and how to log in", async (subject) => {
  const { ANTHROPIC_API_KEY: _key, ...env } = subject.spec.env;
  const agent = new ClaudeAgent({
    launcher: new HostLauncher({ env: cleanEnv }),
    command: subject.path,
  });
  const session = await agent.open({ ...subject.spec, env });
  const { error } = await turn(subject, session, "hello");
  assert.equal(error.kind, "auth");
  assert.match(error.message, /\/login/);
  assert.equal(subject.server.requests.length, 0);
  await session.close();
});

/** Our environment without whatever login it may hold. */
function cleanEnv(): Record<string, string> {
  return Object.fromEntries(
    Object.entries(Deno.env.toObject()).filter(([name]) => !/^(ANTHROPIC|CLAUDE)/.test(name)),
  );
}

claudeTest("what is allowed for the session leaves no rule in the folder", async (subject) => {
  const session = await open(subject, { permissionMode: "default" });
  const asked: AgentEvent[] = [];
  const on = async (event: AgentEvent) => {
    if (event.type !== "permission") return;
    asked.push(event);
    await event.respond({ behavior: "allow_session" });
  };
  const settings = { permissionMode: "default", on } as const;
  // Claude asks about commands joined with && again and again, whatever the rule says.
  for (let i = 0; i < 3; i++) await turn(subject, session, "run: date && touch made", settings);
  assert.equal(asked.length, 1);
  await turn(subject, session, "run: date && touch other", settings);
  assert.equal(asked.length, 2);
  const folder = `${subject.folder}/.claude`;
  assert.equal(await Deno.stat(folder).then(() => true, () => false), false);
  await session.close();
});

claudeTest("the state of its login is asked of the CLI", async (subject) => {
  const state = await subject.agent.authState();
  assert.equal(state.installed, true);
  assert.match(state.version ?? "", /^\d+\.\d+/);
  assert.equal(state.login, "yes");
});

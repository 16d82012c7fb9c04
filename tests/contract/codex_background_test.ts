/** Commands that Codex has running while its turns end, with the real CLI: K1.5. */

import assert from "node:assert/strict";
import { join } from "node:path";
import { CodexAgent } from "../../src/agents/codex/agent.ts";
import { systemClock } from "../../src/base/clock.ts";
import { followToLast } from "../../src/conversation/last_turn.ts";
import type { Step, Thought } from "../../src/demo/brain/thought.ts";
import { HostLauncher } from "../../src/process/launcher.ts";
import { ModelServer } from "../support/model_server.ts";
import { isRunning, until } from "../support/processes.ts";
import { findCli } from "./cases.ts";
import { codexInChat } from "./in_chat.ts";
import { prepare } from "./prepare.ts";
import { exists, nothingRuns, open, pidIn, type Subject, turn } from "./subject.ts";

const codex = findCli("codex");

/** Runs what it is told to, and does not wait for its end. */
function brain({ text, toolResults }: Thought): Step[] {
  return toolResults.length === 0 && text.startsWith("run ")
    ? [{ use: "exec_command", input: { cmd: text.slice(4), yield_time_ms: 300 } }]
    : [{ say: `heard: ${text}` }];
}

/** Ends when `release` is there. The process that waits is a child of the shell that Codex starts. */
const WAIT =
  "sh -c 'echo $$ > pid; until [ -e release ]; do sleep 0.1; done; touch finished'; echo";

function codexTest(name: string, fn: (subject: Subject) => Promise<void>) {
  Deno.test({
    name: `codex: ${name}`,
    ignore: codex === undefined,
    async fn() {
      await using server = await ModelServer.start({ brain });
      await using prepared = await prepare();
      const env = { ...prepared.spec.env, ...await server.codexEnv(prepared.home) };
      const agent = new CodexAgent({ launcher: new HostLauncher(), command: codex!, env });
      const subject = { ...prepared, agent, spec: { ...prepared.spec, env } } as unknown as Subject;
      await fn(subject);
      await Promise.all(subject.sessions.map((session) => session.close()));
      await nothingRuns(subject);
    },
  });
}

codexTest(
  "K1.5 a command that is still running is background work until it ends",
  async (bench) => {
    const session = await open(bench);
    const { background } = session;
    const { result } = await turn(bench, session, `run ${WAIT}`);
    assert.match(result.text, /^heard: run/);
    assert.deepEqual(background!.tasks().map(({ title }) => title), [WAIT]);
    await turn(bench, session, "and now?");
    assert.equal(background!.tasks().length, 1);
    await Deno.writeTextFile(join(bench.folder, "release"), "");
    await background!.settled();
    assert.deepEqual(background!.tasks(), []);
    assert.ok(await exists(join(bench.folder, "finished")));
  },
);

codexTest("K1.5 stopping what runs in the background ends it with its children", async (bench) => {
  const session = await open(bench);
  await turn(bench, session, `run ${WAIT}`);
  const pid = await pidIn(join(bench.folder, "pid"));
  const ended = await session.background!.stop();
  assert.deepEqual(ended.map(({ title }) => title), [WAIT]);
  await until(async () => !await isRunning(pid), "the command to end");
  assert.deepEqual(session.background!.tasks(), []);
  const next = await turn(bench, session, "and now?");
  assert.equal(next.result.text, "heard: and now?");
});

codexTest("K1.5 a run of its own lasts until nothing runs in the background", async (bench) => {
  const session = await open(bench);
  let over = false;
  const run = followToLast(
    session,
    { text: `run ${WAIT}`, permissionMode: "bypassPermissions" },
    {
      observe: () => Promise.resolve(),
      signal: new AbortController().signal,
      clock: systemClock,
      silenceMs: 60_000,
    } as unknown as Parameters<typeof followToLast>[2],
  ).finally(() => over = true);
  await until(() => session.background!.tasks().length === 1, "the command in the background");
  assert.ok(!over);
  await Deno.writeTextFile(join(bench.folder, "release"), "");
  const { end } = await run;
  assert.equal(end.type, "result");
  assert.ok(await exists(join(bench.folder, "finished")));
});

codexInChat(
  "K1.5 /status names what runs in the background; /stop ends it and says so",
  brain,
  async ({ alice, home, texts, until: shown }) => {
    alice.send(`run ${WAIT}`);
    await shown(() => texts().at(-1)?.startsWith("heard: run") ?? false);
    const pid = await pidIn(join(home.workspaceDir, "pid"));
    alice.send("/status");
    await shown(() => texts().at(-1)!.includes(`In the background: ${WAIT}`));
    alice.send("/stop");
    await shown(() => texts().at(-1)!.startsWith("⏹ Stopped. Ended in the background: sh -c"));
    await until(async () => !await isRunning(pid), "the command to end");
  },
);

codexInChat(
  "K1.5 a command in the background that ends while another turn runs disturbs neither",
  brain,
  async ({ alice, home, model, texts, until: shown }) => {
    alice.send(`run ${WAIT}`);
    await shown(() => texts().at(-1)?.startsWith("heard: run") ?? false);
    const hold = model.hold();
    alice.send("and now?");
    await hold.reached;
    await Deno.writeTextFile(join(home.workspaceDir, "release"), "");
    await until(() => exists(join(home.workspaceDir, "finished")), "the command to end");
    hold.release();
    await shown(() => texts().at(-1) === "heard: and now?");
    alice.send("/status");
    await shown(() => /Kept warm/.test(texts().at(-1)!));
    assert.doesNotMatch(texts().at(-1)!, /In the background: sh/);
    assert.equal(texts().length, 3, JSON.stringify(texts()));
  },
);

import assert from "node:assert/strict";
import { AgentError, type AgentEvent, type PermissionDecision } from "../agents/agent.ts";
import { aborted, permission } from "../../tests/support/scripted_agent.ts";
import { TurnBench } from "../../tests/support/turn_bench.ts";
import { quietTurn } from "./quiet_turn.ts";
import { runTurn } from "./turn.ts";

/** After a first message, whose session a quiet turn goes on with. */
async function setup(): Promise<TurnBench> {
  const bench = await TurnBench.make();
  await runTurn(bench.request("hello"), bench.context, bench.stop.signal);
  return bench;
}

function quiet(bench: TurnBench) {
  const turn = {
    address: bench.address,
    text: "Anything?",
    sessionId: "claude-session-1",
    choice: { provider: "claude" as const, model: "opus" },
  };
  return quietTurn(turn, bench.context, bench.stop.signal);
}

function says(bench: TurnBench, ...events: AgentEvent[]): void {
  bench.claude.script = async function* () {
    yield* events;
  };
}

Deno.test("quiet turn: it goes on with the session and its settings, and shows nothing", async () => {
  await using bench = await setup();
  Object.assign(bench.config, { max_turns: 9, max_budget_usd: 2, claude_effort: "low" });
  await bench.pool.closeKey("7");
  bench.memory = 2;
  says(bench, { type: "text", text: "Tea is ready." });
  assert.deepEqual(await quiet(bench), {
    text: "Tea is ready.",
    sessionId: "claude-session-1",
    costUsd: 0.01,
    tokens: 15,
    memorySeen: "v2",
  });
  const { resume, maxTurns, maxBudgetUsd, effort } = bench.claude.opened.at(-1)!;
  assert.deepEqual([resume, maxTurns, maxBudgetUsd, effort], ["claude-session-1", 9, 2, "low"]);
  assert.equal(bench.claude.turns.at(-1)!.text, "Anything?\n\n[news: v1 to v2]");
  assert.equal(bench.speaker.replies.length, 1, "that of the first message");
});

Deno.test("quiet turn: what is said between two tools is not the answer", async () => {
  await using bench = await setup();
  says(
    bench,
    { type: "text", text: "Let me look." },
    { type: "tool", phase: "start", id: "1", name: "Bash", input: "date" },
    { type: "text", text: "HEARTBEAT_OK" },
    { type: "result", text: "" },
  );
  assert.equal((await quiet(bench)).text, "HEARTBEAT_OK");
});

Deno.test("quiet turn: nobody is asked for permission", async () => {
  await using bench = await setup();
  const answers: PermissionDecision[] = [];
  says(bench, permission(answers));
  await quiet(bench);
  assert.equal(answers[0]!.behavior, "deny");
  assert.deepEqual(bench.speaker.questions, []);
});

Deno.test("quiet turn: a failure is told by its kind, with what it cost", async () => {
  await using bench = await setup();
  says(
    bench,
    { type: "text", text: "I begin" },
    { type: "error", kind: "rate_limit", message: "Slow down.", costUsd: 0.5 },
  );
  const { text, failure, costUsd, memorySeen } = await quiet(bench);
  assert.deepEqual([text, failure, costUsd, memorySeen], [undefined, "rate_limit", 0.5, undefined]);
  bench.claude.broken = new AgentError("not_found", "Claude Code is not installed.");
  await bench.pool.closeKey("7");
  assert.equal((await quiet(bench)).failure, "not_found");
});

Deno.test("quiet turn: one that is stopped says nothing, whatever it had said", async () => {
  await using bench = await setup();
  const begun = Promise.withResolvers<void>();
  bench.claude.script = async function* (_turn, signal) {
    yield { type: "text", text: "Tea is" };
    begun.resolve();
    await aborted(signal);
  };
  const done = quiet(bench);
  await begun.promise;
  bench.stop.abort();
  const { text, failure } = await done;
  assert.deepEqual([text, failure], [undefined, "stopped"]);
});

Deno.test("K2.1 quiet turn: one that fails at once keeps the session that it should go on with", async () => {
  await using bench = await setup();
  says(
    bench,
    { type: "session", id: "made-up" },
    { type: "error", kind: "other", message: "The settings cannot be read." },
  );
  const { sessionId, failure } = await quiet(bench);
  assert.deepEqual([sessionId, failure], ["claude-session-1", "other"]);
});

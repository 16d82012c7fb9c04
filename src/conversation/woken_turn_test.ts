import assert from "node:assert/strict";
import type { AgentEvent } from "../agents/agent.ts";
import { settle } from "../../tests/support/fake_clock.ts";
import { permission } from "../../tests/support/scripted_agent.ts";
import { ScriptedWokenTurn } from "../../tests/support/scripted_background.ts";
import { TurnBench } from "../../tests/support/turn_bench.ts";
import { runTurn } from "./turn.ts";
import { runWokenTurn } from "./woken_turn.ts";

/** After a first message, in whose session the agent begins a turn. */
async function setup({ quiet = false } = {}) {
  const bench = await TurnBench.make();
  await runTurn(bench.request("hello"), bench.context, bench.stop.signal);
  const woken = new ScriptedWokenTurn();
  const spec = bench.claude.opened[0]!;
  const started = bench.pool.use("7", "claude", spec, (session) => {
    const turn = {
      key: "7",
      provider: "claude" as const,
      session,
      events: woken.events,
      quiet,
      interrupt: () => woken.interrupt(),
    };
    return runWokenTurn(turn, 8, bench.context, bench.stop.signal);
  });
  return { bench, woken, done: started };
}

const text = (text: string): AgentEvent => ({ type: "text", text });

Deno.test("woken turn: it is told as a message of its own and counted", async () => {
  const { bench, woken, done } = await setup();
  await using _bench = bench;
  woken.say(text("The build is done."), { type: "result", text: "", costUsd: 0.5 });
  await done;
  assert.equal(bench.speaker.last.answer, "The build is done.");
  assert.deepEqual(bench.speaker.last.ending, { outcome: "answered", notes: [] });
  const { message_count, total_cost_usd } = (await bench.session())!;
  assert.deepEqual([message_count, total_cost_usd], [2, 0.51]);
});

Deno.test("K1.5 woken turn: of one that only tells of what was stopped the cost is counted, and nothing is said", async () => {
  const { bench, woken, done } = await setup({ quiet: true });
  await using _bench = bench;
  woken.say(text("It was stopped."), { type: "result", text: "It was stopped.", costUsd: 0.5 });
  await done;
  assert.equal(bench.speaker.replies.length, 1, "that of the first message");
  const { message_count, total_cost_usd } = (await bench.session())!;
  assert.deepEqual([message_count, total_cost_usd], [1, 0.51]);
});

Deno.test("woken turn: nothing to say is nothing to be told of", async () => {
  const { bench, woken, done } = await setup();
  await using _bench = bench;
  woken.say({ type: "result", text: "", costUsd: 0.5 });
  await done;
  assert.deepEqual(bench.speaker.last.ending, { outcome: "stopped" });
  const { message_count, total_cost_usd } = (await bench.session())!;
  assert.deepEqual([message_count, total_cost_usd], [1, 0.51], "it costs all the same");
});

Deno.test("woken turn: stopping interrupts it, and keeps what it said", async () => {
  const { bench, woken, done } = await setup();
  await using _bench = bench;
  woken.say(text("The build"));
  while (bench.speaker.last.answer !== "The build") await settle();
  bench.stop.abort();
  await done;
  assert.equal(woken.interrupts, 1);
  assert.equal(bench.speaker.last.answer, "The build");
  assert.deepEqual(bench.speaker.last.ending, { outcome: "stopped" });
});

Deno.test("woken turn: its failure is said, with nothing to run again", async () => {
  const { bench, woken, done } = await setup();
  await using _bench = bench;
  woken.say({ type: "error", kind: "rate_limit", message: "Slow down." });
  await done;
  const { ending, request } = bench.speaker.last;
  assert.equal(ending!.outcome, "failed");
  assert.deepEqual(request.updateIds, []);
});

Deno.test("woken turn: its questions go to the one who spoke last", async () => {
  const { bench, woken, done } = await setup();
  await using _bench = bench;
  woken.say(permission());
  while (bench.speaker.questions.length === 0) await settle();
  assert.equal(bench.speaker.questions[0]!.question.userId, 8);
  woken.say({ type: "result", text: "" });
  await done;
  assert.ok(bench.speaker.questions[0]!.signal.aborted, "taken back with the turn");
});

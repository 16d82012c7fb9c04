import assert from "node:assert/strict";
import { FakeClock, settle } from "../../tests/support/fake_clock.ts";
import { ScriptedAgent } from "../../tests/support/scripted_agent.ts";
import { ScriptedBackground } from "../../tests/support/scripted_background.ts";
import type { AgentEvent } from "../agents/agent.ts";
import { followToLast } from "./last_turn.ts";

/** A session whose turn says "started" and whose background work a test plays. */
async function setup() {
  const agent = new ScriptedAgent();
  const background = agent.background = new ScriptedBackground();
  agent.script = async function* () {
    yield { type: "result", text: "started", costUsd: 1 };
  };
  const session = await agent.open({
    cwd: "/",
    env: {},
    extraArgs: [],
    permissionMode: "default",
  });
  const clock = new FakeClock();
  const stop = new AbortController();
  const texts: string[] = [];
  const done = followToLast(session, { text: "go", permissionMode: "default" }, {
    silenceMs: 60_000,
    clock,
    signal: stop.signal,
    observe(event) {
      if (event.type === "result") texts.push(event.text);
      if (event.type === "error") texts.push(event.kind);
    },
  });
  return { agent, background, clock, stop, texts, done };
}

const result = (text: string): AgentEvent => ({ type: "result", text, costUsd: 0.25 });

Deno.test("last turn: K1.2 it goes on through woken turns until nothing runs", async () => {
  const { background, done, texts, clock } = await setup();
  await settle();
  background.wake(result("half"));
  await settle();
  assert.deepEqual(texts, ["started", "half"]);
  background.wake(result("whole"));
  await clock.advance(1000);
  background.settle();
  const { answer, costUsd } = await done;
  assert.deepEqual(texts, ["started", "half", "whole"]);
  assert.deepEqual([answer, costUsd], ["whole", 1.5]);
});

Deno.test("last turn: silence ends it, a sign of life keeps it", async () => {
  const { agent, background, clock, done, texts } = await setup();
  await clock.advance(50_000);
  background.stir();
  await clock.advance(50_000);
  assert.equal(agent.closed, 0);
  await clock.advance(20_000);
  const { end, costUsd } = await done;
  assert.equal(end.type === "error" && end.kind, "timeout");
  assert.equal(costUsd, 1, "what it cost until then");
  assert.deepEqual(texts, ["started", "timeout"]);
  assert.equal(agent.closed, 1);
});

Deno.test("last turn: it can be stopped while it waits", async () => {
  const { stop, done, texts } = await setup();
  await settle();
  stop.abort();
  await done;
  assert.deepEqual(texts, ["started"]);
});

Deno.test("last turn: stopping it ends the woken turn that runs, and none comes after", async () => {
  const { background, stop, done, texts } = await setup();
  await settle();
  const woken = background.wake({ type: "text", text: "I look…" });
  await settle();
  background.wake(result("too late"));
  stop.abort();
  await done;
  assert.equal(woken.interrupts, 1);
  assert.deepEqual(texts, ["started", ""]);
});

Deno.test("last turn: a failure is the end, also of a woken turn", async () => {
  const { background, done, texts } = await setup();
  await settle();
  background.wake({ type: "error", kind: "rate_limit", message: "Slow down." });
  background.wake(result("too late"));
  const { end, answer } = await done;
  assert.equal(end.type === "error" && end.kind, "rate_limit");
  assert.equal(answer, "started", "the last that was said");
  assert.deepEqual(texts, ["started", "rate_limit"]);
});

import assert from "node:assert/strict";
import type { AgentEvent, AgentSession, WokenTurn } from "./agent.ts";
import { EventQueue } from "../base/event_queue.ts";
import { throughLastTurn } from "./last_turn.ts";
import { FakeClock, settle } from "../../tests/support/fake_clock.ts";

/** A session whose turn says "started" and whose background work a test plays. */
function setup() {
  const woken = new EventQueue<WokenTurn>();
  const settled = Promise.withResolvers<void>();
  let sign = Promise.withResolvers<void>();
  let closed = 0;
  const session = {
    async *run(): AsyncGenerator<AgentEvent> {
      yield { type: "result", text: "started" };
    },
    close: () => Promise.resolve(void closed++),
    background: {
      tasks: () => [],
      woken,
      settled: () => settled.promise,
      sign: () => sign.promise,
    },
  } as unknown as AgentSession;
  const clock = new FakeClock();
  const stop = new AbortController();
  const texts: string[] = [];
  const turn = { text: "go", permissionMode: "default" as const };
  const done = (async () => {
    for await (const event of throughLastTurn(session, turn, 60_000, stop.signal, clock)) {
      if (event.type === "result") texts.push(event.text);
      if (event.type === "error") texts.push(event.kind);
    }
    return texts;
  })();
  return {
    clock,
    stop,
    done,
    texts,
    settle: settled.resolve,
    closed: () => closed,
    sign() {
      sign.resolve();
      sign = Promise.withResolvers();
    },
    wake(text: string) {
      const events = new EventQueue<AgentEvent>();
      events.push({ type: "result", text });
      events.end();
      woken.push({ events, interrupt: () => Promise.resolve() });
    },
  };
}

Deno.test("last turn: K1.2 it goes on through woken turns until nothing runs", async () => {
  const { wake, settle: end, done, texts, clock } = setup();
  await settle();
  wake("half");
  await settle();
  assert.deepEqual(texts, ["started", "half"]);
  wake("whole");
  await clock.advance(1000);
  end();
  assert.deepEqual(await done, ["started", "half", "whole"]);
});

Deno.test("last turn: silence ends it, a sign of life keeps it", async () => {
  const { sign, clock, done, closed } = setup();
  await clock.advance(50_000);
  sign();
  await clock.advance(50_000);
  assert.equal(closed(), 0);
  await clock.advance(20_000);
  assert.deepEqual(await done, ["started", "timeout"]);
  assert.equal(closed(), 1);
});

Deno.test("last turn: it can be stopped while it waits", async () => {
  const { stop, done } = setup();
  await settle();
  stop.abort();
  assert.deepEqual(await done, ["started"]);
});

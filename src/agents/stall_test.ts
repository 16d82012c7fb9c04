import assert from "node:assert/strict";
import type { AgentEvent, PermissionDecision } from "./agent.ts";
import { EventQueue } from "../base/event_queue.ts";
import { stallTimeout } from "./stall.ts";
import { permission } from "../../tests/support/scripted_agent.ts";
import { FakeClock } from "../../tests/support/fake_clock.ts";

const ALIVE: AgentEvent = { type: "alive" };
const DONE: AgentEvent = { type: "result", text: "done" };

/** A turn under a limit of 1000 ms, whose events the test pushes. */
function watched(ms = 1000) {
  const clock = new FakeClock();
  const source = new EventQueue<AgentEvent>();
  let stalls = 0;
  const onStall = () => {
    stalls++;
    // What closing a session does: its turn ends.
    source.push({ type: "result", text: "", interrupted: true });
    source.end();
    return Promise.resolve();
  };
  const events: AgentEvent[] = [];
  const done = (async () => {
    for await (const event of stallTimeout(source, ms, { onStall, clock })) events.push(event);
  })();
  return { clock, source, events, done, stalls: () => stalls };
}

Deno.test("a silent turn is stopped and ends as a timeout", async () => {
  const turn = watched(120_000);
  turn.source.push(ALIVE);
  await turn.clock.advance(119_999);
  assert.equal(turn.stalls(), 0);
  await turn.clock.advance(1);
  await turn.done;
  assert.equal(turn.stalls(), 1);
  const last = turn.events.at(-1);
  assert.ok(last?.type === "error" && last.kind === "timeout");
  assert.match(last.message, /2 minutes/);
  assert.equal(turn.events.length, 2);
});

Deno.test("any event starts the time anew", async () => {
  const turn = watched();
  for (let i = 0; i < 5; i++) {
    await turn.clock.advance(900);
    turn.source.push(ALIVE);
  }
  await turn.clock.advance(900);
  turn.source.push(DONE);
  turn.source.end();
  await turn.done;
  assert.equal(turn.stalls(), 0);
  assert.equal(turn.events.length, 6);
  assert.equal(turn.clock.sleeping, 0);
});

Deno.test("the time stands still while the user is asked, and runs again after", async () => {
  const turn = watched();
  const answers: PermissionDecision[] = [];
  turn.source.push(permission(answers, "p1"));
  await turn.clock.advance(1_000_000);
  assert.equal(turn.stalls(), 0);
  const [asked] = turn.events;
  assert.ok(asked?.type === "permission");
  await asked.respond({ behavior: "allow" });
  assert.deepEqual(answers, [{ behavior: "allow" }]);
  await turn.clock.advance(999);
  assert.equal(turn.stalls(), 0);
  await turn.clock.advance(1);
  await turn.done;
  assert.equal(turn.stalls(), 1);
});

Deno.test("a question that is taken back no longer holds the time", async () => {
  const turn = watched();
  turn.source.push(permission([], "p1"));
  await turn.clock.advance(5000);
  turn.source.push({ type: "permission_cancelled", id: "p1" });
  await turn.clock.advance(1000);
  await turn.done;
  assert.equal(turn.stalls(), 1);
});

Deno.test("no limit, no timeout", async () => {
  const turn = watched(0);
  await turn.clock.advance(1e9);
  turn.source.push(DONE);
  turn.source.end();
  await turn.done;
  assert.deepEqual(turn.events, [DONE]);
});

Deno.test("a consumer that stops early is passed on to the turn", async () => {
  let returned = false;
  async function* turn(): AsyncGenerator<AgentEvent> {
    try {
      yield ALIVE;
      yield ALIVE;
    } finally {
      returned = true;
    }
  }
  const clock = new FakeClock();
  const onStall = () => Promise.resolve();
  for await (const _event of stallTimeout(turn(), 1000, { onStall, clock })) break;
  assert.equal(returned, true);
});

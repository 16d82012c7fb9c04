import assert from "node:assert/strict";
import { FakeClock, settle } from "../../tests/support/fake_clock.ts";
import { aborted, permission, ScriptedAgent } from "../../tests/support/scripted_agent.ts";
import { ScriptedWokenTurn } from "../../tests/support/scripted_background.ts";
import { AgentError, type AgentEvent, type PermissionDecision } from "../agents/agent.ts";
import {
  denying,
  follow,
  type Followed,
  followWoken,
  noted,
  NOTHING,
  together,
  unopened,
  wasInterrupted,
} from "./follow.ts";

const text = (text: string, parent?: string): AgentEvent => ({
  type: "text",
  text,
  ...parent !== undefined && { parent },
});
const tool = (phase: "start" | "end", parent?: string): AgentEvent => ({
  type: "tool",
  phase,
  id: "1",
  name: "Bash",
  input: "date",
  ...parent !== undefined && { parent },
});
const END: AgentEvent = { type: "text_end" };

const after = (...events: AgentEvent[]): Followed => events.reduce(noted, NOTHING);

async function setup(...events: AgentEvent[]) {
  const agent = new ScriptedAgent();
  agent.script = async function* () {
    yield* events;
  };
  const spec = { cwd: "/", env: {}, extraArgs: [], permissionMode: "default" as const };
  const session = await agent.open(spec);
  const seen: AgentEvent[] = [];
  const clock = new FakeClock();
  const stop = new AbortController();
  const following = {
    silenceMs: 60_000,
    clock,
    signal: stop.signal,
    observe: (event: AgentEvent): void | Promise<void> => void seen.push(event),
  };
  return { agent, session, seen, clock, stop, following };
}

const TURN = { text: "go", permissionMode: "default" as const };

Deno.test("follow: the answer is what comes after the last tool of the agent itself", () => {
  const events = [
    text("Let me look."),
    END,
    tool("start"),
    text("I am a helper.", "1"),
    text("There is "),
    text("tea."),
    tool("start", "1"),
    tool("end", "1"),
    END,
    text("Green. "),
  ];
  assert.equal(after(...events).answer, "There is tea.\n\nGreen. ");
  assert.equal(after(...events, { type: "result", text: "" }).answer, "There is tea.\n\nGreen.");
});

Deno.test("follow: what the CLI reports as the answer is the answer", () => {
  assert.equal(after(text("Hm. It is tea."), { type: "result", text: "Tea.\n" }).answer, "Tea.");
});

Deno.test("follow: a turn that failed has what it had said until then", () => {
  const error: AgentEvent = { type: "error", kind: "crash", message: "Gone." };
  const { end, answer } = after(text("I was about to "), error);
  assert.deepEqual([end, answer], [error, "I was about to"]);
});

Deno.test("K1.7 follow: what is withdrawn is no part of the answer", () => {
  const { answer } = after(
    { type: "text", text: "First." },
    { type: "text_end" },
    { type: "text", text: "Half " },
    { type: "text", text: "an" },
    { type: "text_end" },
    { type: "withdrawn", text: "Half an" },
    { type: "text", text: "An answer." },
    { type: "result", text: "" },
  );
  assert.equal(answer, "First.\n\nAn answer.");
});

Deno.test("follow: session, cost and tokens are known as far as the CLI tells them", () => {
  assert.deepEqual(after({ type: "result", text: "" }), {
    ...NOTHING,
    end: { type: "result", text: "" },
  });
  const usage = { inputTokens: 3, outputTokens: 4, cacheReadTokens: 100, cacheWriteTokens: 100 };
  const { sessionId, costUsd, tokens } = after(
    { type: "session", id: "s1" },
    { type: "session", id: "s2" },
    { type: "text", text: "I" },
    { type: "error", kind: "other", message: "", costUsd: 0.5, usage },
  );
  assert.deepEqual([sessionId, costUsd, tokens], ["s2", 0.5, 7]);
  const failed = after(
    { type: "session", id: "s1" },
    { type: "error", kind: "auth", message: "", costUsd: 0.5 },
  );
  assert.deepEqual([failed.sessionId, failed.costUsd], [undefined, 0.5], "K2.1 no session");
});

Deno.test("follow: only what the agent says or does counts as acting", () => {
  for (const event of [text("a"), END, tool("start"), tool("end"), permission()]) {
    assert.equal(after(event).acted, true, event.type);
  }
  const idle: AgentEvent[] = [
    { type: "session", id: "s1" },
    { type: "alive" },
    { type: "thinking", text: "hm" },
    { type: "status", status: "compacting" },
    { type: "permission_cancelled", id: "p" },
    text("a helper", "1"),
    { type: "error", kind: "crash", message: "" },
  ];
  for (const event of idle) assert.equal(after(event).acted, false, event.type);
});

Deno.test("follow: two turns together have the last end, the last words and the costs of both", () => {
  const first = { ...NOTHING, sessionId: "s1", answer: "one", acted: true, costUsd: 1, tokens: 2 };
  const end: AgentEvent = { type: "result", text: "" };
  const second = { ...NOTHING, end: end as Followed["end"], costUsd: 0.5 };
  assert.deepEqual(together(first, second), {
    end,
    sessionId: "s1",
    answer: "one",
    acted: true,
    compacted: false,
    costUsd: 1.5,
    tokens: 2,
  });
  assert.equal(together(first, { ...second, answer: "two" }).answer, "two");
  assert.equal(together(NOTHING, NOTHING).costUsd, undefined, "unknown stays unknown");
});

Deno.test("follow: the observer sees every event in order, and the next waits for it", async () => {
  const { session, following, seen } = await setup(text("a"), text("b"));
  const gate = Promise.withResolvers<void>();
  following.observe = async (event) => {
    seen.push(event);
    if (event.type === "text") await gate.promise;
  };
  const done = follow(session, TURN, following);
  await settle();
  assert.deepEqual(seen.map(({ type }) => type), ["session", "text"]);
  gate.resolve();
  assert.equal((await done).answer, "ab");
  assert.deepEqual(seen.map(({ type }) => type), ["session", "text", "text", "result"]);
});

Deno.test("follow: silence ends the turn and its session, however long before something came", async () => {
  const { agent, session, following, clock, seen } = await setup();
  agent.script = async function* (_turn, signal) {
    yield text("Wait…");
    await aborted(signal);
  };
  const done = follow(session, TURN, following);
  await clock.advance(59_000);
  assert.equal(agent.closed, 0);
  await clock.advance(1000);
  const { end, answer } = await done;
  assert.equal(end.type === "error" && end.kind, "timeout");
  assert.equal(answer, "Wait…");
  assert.equal(agent.closed, 1);
  assert.equal(seen.at(-1), end);
});

Deno.test("follow: no limit, no clock", async () => {
  const { session, following, clock } = await setup(text("a"));
  await follow(session, TURN, { ...following, silenceMs: 0 });
  assert.equal(clock.sleeping, 0);
});

Deno.test("follow: stopping interrupts the turn", async () => {
  const { agent, session, following, stop } = await setup();
  agent.script = async function* (_turn, signal) {
    yield text("I was about to");
    await aborted(signal);
  };
  const done = follow(session, TURN, following);
  await settle();
  stop.abort();
  assert.ok(wasInterrupted(await done));
  assert.ok(session.alive);
});

Deno.test("follow: an agent that just ends has crashed", async () => {
  const { session, following } = await setup();
  session.run = async function* () {
    yield text("I");
  };
  const { end, answer } = await follow(session, TURN, following);
  assert.equal(end.type === "error" && end.kind, "crash");
  assert.equal(answer, "I");
});

Deno.test("follow: an observer that fails ends the turn below", async () => {
  const { session, following } = await setup();
  let ended = false;
  session.run = async function* () {
    try {
      while (true) yield { type: "alive" };
    } finally {
      ended = true;
    }
  };
  following.observe = () => Promise.reject(new Error("no"));
  await assert.rejects(follow(session, TURN, following), /no/);
  assert.ok(ended);
});

Deno.test("follow: a woken turn is followed as any other, and stopped from outside", async () => {
  const { session, following, stop } = await setup();
  const woken = new ScriptedWokenTurn();
  const done = followWoken(session, woken, following);
  woken.say(text("I have looked."));
  await settle();
  stop.abort();
  const followed = await done;
  assert.ok(wasInterrupted(followed));
  assert.equal(followed.answer, "I have looked.");
  const late = new ScriptedWokenTurn();
  await followWoken(session, late, following);
  assert.equal(late.interrupts, 1, "it begins after the stop");
});

Deno.test("follow: a failing interrupt of a woken turn ends nothing", async () => {
  const { session, following, stop } = await setup();
  const woken = new ScriptedWokenTurn();
  woken.interrupt = () => Promise.reject(new Error("gone"));
  const done = followWoken(session, woken, following);
  stop.abort();
  await settle();
  woken.say({ type: "result", text: "done" });
  assert.equal((await done).answer, "done");
});

Deno.test("follow: a session that cannot be opened is a failed turn, other faults are faults", () => {
  const { end } = unopened(new AgentError("not_found", "There is no claude.", "ENOENT"));
  assert.deepEqual(end, {
    type: "error",
    kind: "not_found",
    message: "There is no claude.",
    detail: "ENOENT",
  });
  assert.throws(() => unopened(new TypeError("a fault")), /a fault/);
});

Deno.test("follow: where nobody watches, permissions are denied with the reason", async () => {
  const answers: PermissionDecision[] = [];
  await denying("Nobody is there.")(permission(answers));
  assert.deepEqual(answers, [{ behavior: "deny", reason: "Nobody is there." }]);
});

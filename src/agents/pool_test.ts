import assert from "node:assert/strict";
import {
  type Agent,
  AgentError,
  type AgentEvent,
  type AgentSession,
  type BackgroundTask,
  type SessionSpec,
  type WokenTurn,
} from "./agent.ts";
import { EventQueue } from "../base/event_queue.ts";
import { AgentPool, type PoolTurn } from "./pool.ts";
import { FakeClock, settle } from "../../tests/support/fake_clock.ts";

const SPEC: SessionSpec = { cwd: "/w", permissionMode: "default", extraArgs: [], env: {} };

class FakeSession implements AgentSession {
  readonly woken = new EventQueue<WokenTurn>();
  running: BackgroundTask[] = [];
  readonly background = {
    tasks: () => this.running,
    woken: this.woken,
    stop: () => Promise.resolve(this.running.splice(0)),
    settled: () => Promise.resolve(),
    sign: () => Promise.resolve(),
  };
  id: string | undefined;
  alive = true;
  closes = 0;
  suits = true;
  /** Holds back the end of `close`. */
  gate: Promise<void> = Promise.resolve();
  constructor(readonly pid: number, readonly spec: SessionSpec) {
    this.id = spec.resume ?? `session-${pid}`;
  }
  canServe() {
    return this.alive && this.suits;
  }
  async *run(): AsyncGenerator<AgentEvent> {}
  interrupt() {
    return Promise.resolve();
  }
  async close() {
    this.closes++;
    this.alive = false;
    await this.gate;
  }
}

class FakeAgent implements Agent {
  readonly provider = "claude";
  opened: FakeSession[] = [];
  /** How many were asked for; the pool looks at a folder on the disk before. */
  asked = 0;
  /** Holds back every opening. */
  gate: Promise<void> = Promise.resolve();
  failure: Error | undefined;
  async open(spec: SessionSpec) {
    this.asked++;
    await this.gate;
    if (this.failure) throw this.failure;
    const session = new FakeSession(this.opened.length + 1, spec);
    this.opened.push(session);
    return session;
  }
  models() {
    return Promise.resolve([]);
  }
  isInstalled() {
    return Promise.resolve(true);
  }

  authState() {
    return Promise.resolve({ installed: true, login: "unknown" as const });
  }
}

function setup({ maxWarm = 3, idleMs = 60_000 } = {}) {
  const agent = new FakeAgent();
  const clock = new FakeClock();
  /** Follows woken turns until it is let go. */
  const told: PoolTurn[] = [];
  let release = () => {};
  const woken = (turn: PoolTurn) => {
    told.push(turn);
    return new Promise<void>((resolve) => release = resolve);
  };
  const pool = new AgentPool({ agents: { claude: agent }, maxWarm, idleMs, clock, woken });
  const use = (key: string, spec: Partial<SessionSpec> = {}) =>
    pool.use(
      key,
      "claude",
      { ...SPEC, ...spec },
      (session, info) => Promise.resolve({ pid: session.pid, ...info }),
    );
  return { agent, clock, pool, use, told, release: () => release() };
}

function wokenTurn(): WokenTurn {
  return { events: new EventQueue<AgentEvent>(), interrupt: () => Promise.resolve() };
}

Deno.test("pool: K1.5 a session with work in the background is not idle", async () => {
  const { agent, clock, use } = setup({ maxWarm: 1 });
  await use("a");
  const [session] = agent.opened;
  session!.running = [{ id: "t1", title: "build" }];
  await use("b");
  await clock.advance(200_000);
  assert.equal(session!.closes, 0, "neither for its age nor for the number of warm ones");
  session!.running = [];
  await clock.advance(60_000);
  assert.equal(session!.closes, 1);
});

Deno.test("pool: K1.5 a woken turn is told whose it is, and keeps its session from being idle", async () => {
  const { agent, clock, use, told, release } = setup();
  await use("a");
  const [session] = agent.opened;
  await clock.advance(50_000);
  session!.woken.push(wokenTurn());
  await settle();
  assert.deepEqual(told.map(({ key, provider }) => [key, provider]), [["a", "claude"]]);
  assert.equal(told[0]!.session, session);
  await clock.advance(200_000);
  assert.equal(session!.closes, 0);
  release();
  await clock.advance(59_000);
  assert.equal(session!.closes, 0, "its idle time begins with the end of the turn");
  await clock.advance(2000);
  assert.equal(session!.closes, 1);
});

Deno.test("pool: a woken turn that nobody follows is ended", async () => {
  const agent = new FakeAgent();
  const pool = new AgentPool({ agents: { claude: agent }, maxWarm: 1, idleMs: 1000 });
  await pool.use("a", "claude", SPEC, () => Promise.resolve());
  const ended = Promise.withResolvers<void>();
  agent.opened[0]!.woken.push({
    ...wokenTurn(),
    interrupt: () => Promise.resolve(ended.resolve()),
  });
  await ended.promise;
  await pool.closeAll();
});

Deno.test("pool: a follow-up uses the warm process", async () => {
  const { agent, pool, use } = setup();
  assert.deepEqual(await use("a"), { pid: 1, fresh: true, resumed: false });
  assert.deepEqual(await use("a"), { pid: 1, fresh: false, resumed: false });
  assert.equal(agent.opened.length, 1);
  await pool.closeAll();
});

Deno.test("pool: keys do not share a process", async () => {
  const { pool, use } = setup();
  assert.equal((await use("a")).pid, 1);
  assert.equal((await use("b")).pid, 2);
  assert.deepEqual(pool.stats().map(({ key, busy }) => [key, busy]), [["a", false], ["b", false]]);
  await pool.closeAll();
  assert.deepEqual(pool.stats(), []);
});

Deno.test("pool: a dead process is replaced by one that resumes its session", async () => {
  const { agent, pool, use } = setup();
  await use("a");
  agent.opened[0]!.alive = false;
  assert.deepEqual(await use("a"), { pid: 2, fresh: true, resumed: true });
  assert.equal(agent.opened[1]!.spec.resume, "session-1");
  assert.ok(agent.opened[0]!.closes > 0, "what it left behind is cleaned up");
  await pool.closeAll();
});

Deno.test("pool: an unsuitable process ends before its successor starts", async () => {
  const { agent, pool, use } = setup();
  await use("a");
  const [old] = agent.opened;
  old!.suits = false;
  const gate = Promise.withResolvers<void>();
  old!.gate = gate.promise;
  const next = use("a", { resume: "from-the-store" });
  while (old!.closes === 0) await settle();
  await settle();
  assert.equal(agent.opened.length, 1);
  gate.resolve();
  assert.deepEqual(await next, { pid: 2, fresh: true, resumed: true });
  assert.equal(agent.opened[1]!.spec.resume, "from-the-store");
  await pool.closeAll();
});

Deno.test("pool: two uses of a key open one process and run one after the other", async () => {
  const { agent, pool } = setup();
  const gate = Promise.withResolvers<void>();
  agent.gate = gate.promise;
  const order: string[] = [];
  const use = (name: string) =>
    pool.use("a", "claude", SPEC, async (session) => {
      order.push(`${name} begins in ${session.pid}`);
      await settle();
      order.push(`${name} ends`);
    });
  const both = [use("first"), use("second")];
  await settle();
  gate.resolve();
  await Promise.all(both);
  assert.deepEqual(order, [
    "first begins in 1",
    "first ends",
    "second begins in 1",
    "second ends",
  ]);
  await pool.closeAll();
});

Deno.test("pool: a failed use does not block the next, and its error is the caller's", async () => {
  const { agent, pool, use } = setup();
  agent.failure = new AgentError("not_found", "no claude here");
  await assert.rejects(use("a"), /no claude here/);
  assert.deepEqual(pool.stats(), []);
  agent.failure = undefined;
  assert.equal((await use("a")).fresh, true);
  await assert.rejects(
    pool.use("a", "claude", SPEC, () => Promise.reject(new Error("turn failed"))),
    /turn failed/,
  );
  assert.equal((await use("a")).fresh, false);
  await assert.rejects(pool.use("a", "codex", SPEC, () => Promise.resolve()), /codex/);
  await pool.closeAll();
});

Deno.test("pool: beyond the limit the least recently used process is ended, unwaited for", async () => {
  const { agent, clock, pool, use } = setup({ maxWarm: 2 });
  await use("a");
  await clock.advance(1);
  await use("b");
  await clock.advance(1);
  await use("a");
  await clock.advance(1);
  agent.opened[1]!.gate = new Promise(() => {}); // closing b never ends, and c runs all the same
  assert.equal((await use("c")).pid, 3);
  assert.deepEqual(agent.opened.map((session) => session.closes), [0, 1, 0]);
  assert.deepEqual(pool.stats().map(({ key }) => key).sort(), ["a", "c"]);
});

Deno.test("pool: K10.7 a busy process is neither ended to make room nor takes up any", async () => {
  const { agent, clock, pool, use } = setup({ maxWarm: 1 });
  const gate = Promise.withResolvers<void>();
  const busy = pool.use("a", "claude", SPEC, () => gate.promise);
  while (agent.opened.length === 0) await settle();
  await use("b");
  assert.deepEqual(agent.opened.map((session) => session.closes), [0, 0]);
  await clock.advance(1);
  assert.equal((await use("b")).fresh, false, "b was kept warm while a worked");
  await clock.advance(1);
  gate.resolve();
  await busy;
  assert.deepEqual(pool.stats().map(({ key }) => key), ["a"]);
  await pool.closeAll();
});

Deno.test("pool: K10.7 agents with work in the background take no place of the idle ones", async () => {
  const { agent, use } = setup({ maxWarm: 1 });
  await use("a");
  agent.opened[0]!.running = [{ id: "t1", title: "build" }];
  await use("b");
  assert.deepEqual(agent.opened.map((session) => session.closes), [0, 0]);
  await use("c");
  assert.deepEqual(agent.opened.map((session) => session.closes), [0, 1, 0]);
});

Deno.test("pool: an idle process is ended after its time, a used one stays", async () => {
  const { agent, clock, pool, use } = setup({ idleMs: 1000 });
  await use("a");
  await clock.advance(900);
  await use("a");
  await clock.advance(900);
  assert.equal(agent.opened[0]!.closes, 0);
  await clock.advance(100);
  assert.equal(agent.opened[0]!.closes, 1);
  assert.deepEqual(pool.stats(), []);
  assert.equal((await use("a")).resumed, false);
  await pool.closeAll();
});

Deno.test("pool: a long use does not count as idle", async () => {
  const { agent, clock, pool } = setup({ idleMs: 1000 });
  const gate = Promise.withResolvers<void>();
  const busy = pool.use("a", "claude", SPEC, () => gate.promise);
  while (agent.opened.length === 0) await settle();
  await clock.advance(10_000);
  assert.equal(agent.opened[0]!.closes, 0);
  gate.resolve();
  await busy;
  await pool.closeAll();
});

Deno.test("pool: closing a key forgets its session", async () => {
  const { agent, pool, use } = setup();
  await use("a");
  await use("b");
  await pool.closeKey("a", "codex");
  assert.equal(agent.opened[0]!.closes, 0);
  await pool.closeKey("a");
  assert.deepEqual(agent.opened.map((session) => session.closes), [1, 0]);
  assert.deepEqual(await use("a"), { pid: 3, fresh: true, resumed: false });
  assert.equal(agent.opened[2]!.spec.resume, undefined);
  await pool.closeAll();
});

Deno.test("pool: closing all waits for every process, also one that is just opening", async () => {
  const { agent, pool, use } = setup();
  await use("a");
  const closing = Promise.withResolvers<void>();
  agent.opened[0]!.gate = closing.promise;
  const opening = Promise.withResolvers<void>();
  agent.gate = opening.promise;
  const late = use("b");
  late.catch(() => {});
  while (agent.asked < 2) await settle();
  let done = false;
  const all = pool.closeAll().then(() => done = true);
  await settle();
  assert.equal(done, false);
  opening.resolve();
  await assert.rejects(late, /shutting down/);
  await settle();
  assert.equal(done, false);
  closing.resolve();
  await all;
  assert.deepEqual(agent.opened.map((session) => session.alive), [false, false]);
  await assert.rejects(use("c"), /shutting down/);
});

Deno.test("pool: closing all ends a running use by closing its session", async () => {
  const { agent, pool } = setup();
  const ended = Promise.withResolvers<string>();
  const use = pool.use("a", "claude", SPEC, async (session) => {
    while (session.alive) await settle();
    return "ended";
  });
  use.then(ended.resolve);
  while (agent.opened.length === 0) await settle();
  await pool.closeAll();
  assert.equal(await ended.promise, "ended");
});

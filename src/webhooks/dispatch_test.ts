import assert from "node:assert/strict";
import { Dispatcher, type WakeEnd } from "./dispatch.ts";
import { Events, type OpenEvent } from "./events.ts";
import type { Hook } from "./hook.ts";
import { Registry } from "./registry.ts";
import { KeyedQueue } from "../base/async/locks.ts";
import { type Config, defaultConfig } from "../config/schema.ts";
import { FakeClock, settle } from "../../tests/support/fake_clock.ts";
import { TempFolder } from "../../tests/support/temp_folder.ts";
import { hookOf } from "../../tests/support/webhooks.ts";

/** Something the dispatcher asked for, which goes on when the test says so. */
interface Asked {
  /** `wake` or the id of the hook whose task it is. */
  what: string;
  chat: number | undefined;
  text: string;
  end: PromiseWithResolvers<string>;
  /** Begins it; a task has begun when it is asked for. */
  begin(): Promise<void>;
}

/** A dispatcher on real files, with conversations and tasks that a test plays. */
class Bench implements AsyncDisposable {
  readonly clock = new FakeClock();
  readonly said: { chat: number | undefined; text: string; key: string | undefined }[] = [];
  readonly asked: Asked[] = [];
  readonly locks = new KeyedQueue();
  config: Config = defaultConfig();
  events!: Events;
  dispatcher!: Dispatcher;
  stop!: AbortController;

  private constructor(readonly folder: TempFolder, readonly registry: Registry) {}

  static async make(...hooks: Hook[]): Promise<Bench> {
    const folder = await TempFolder.make();
    const clock = new FakeClock();
    const registry = new Registry(folder.at("webhooks.json"), { clock });
    for (const hook of hooks) await registry.add(hook);
    const bench = new Bench(folder, registry);
    bench.config.allowed_user_ids = [7, 8];
    await bench.begin();
    return bench;
  }

  /** A life of the program on the same files. */
  async begin(): Promise<void> {
    this.stop = new AbortController();
    this.events = await Events.open(this.folder.at("events.jsonl"), () => this.clock.now());
    this.dispatcher = new Dispatcher({
      events: this.events,
      registry: this.registry,
      locks: this.locks,
      clock: this.clock,
      config: () => this.config,
      timeZone: () => "UTC",
      signal: this.stop.signal,
      wake: {
        run: ({ address, text, began }) =>
          this.#ask("wake", address.chatId, text, began) as Promise<WakeEnd>,
      },
      tasks: {
        run: async (hook, prompt, _, signal) => {
          const end = this.#ask(hook.id, hook.chat_id, prompt, () => Promise.resolve());
          const aborted = Promise.withResolvers<never>();
          signal.addEventListener("abort", () => aborted.reject(signal.reason), { once: true });
          return await Promise.race([end, aborted.promise]);
        },
      },
      notifier: {
        deliver: (target, text, { key }) => {
          this.said.push({ chat: target?.chatId, text, key });
          return Promise.resolve("delivered");
        },
      },
    });
  }

  #ask(what: string, chat: number | undefined, text: string, begin: () => Promise<void>) {
    const end = Promise.withResolvers<string>();
    this.asked.push({ what, chat, text, end, begin });
    return end.promise;
  }

  /** Ends the program, as `stop` and a crash do: what is not done stays in the journal. */
  async end(): Promise<void> {
    this.stop.abort(new Error("ductor ends"));
    await this.dispatcher.idle();
    await this.events.close();
  }

  async event(hook: string, data: object = {}, key?: string): Promise<OpenEvent> {
    const body = JSON.stringify(data);
    const about = { hook, at: this.clock.now(), form: false, body, ...key && { key } };
    const event = await this.events.accept(about);
    this.dispatcher.dispatch(event);
    return event;
  }

  /** Waits until so many were asked for in all. */
  async until(count: number): Promise<void> {
    while (this.asked.length < count) await settle();
  }

  async status(id: string): Promise<string | undefined> {
    await this.registry.flush();
    return (await this.registry.find(id))?.last_status;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.end();
    await this.clock.advance(2000);
    await this.registry.flush();
    await this.folder[Symbol.asyncDispose]();
  }
}

const TASK = { mode: "cron_task", task_folder: "checks", chat_id: 7, burst: "each" };

Deno.test("K3.3 dispatch: what comes during a turn is one turn afterwards, and no more than the limit", async () => {
  await using bench = await Bench.make(hookOf({ chat_id: 7, rate_limit_per_minute: 2 }));
  await bench.event("deploys", { text: "e1" });
  await bench.until(1);
  assert.match(bench.asked[0]!.text, /Look at e1/);
  for (let n = 2; n <= 200; n++) await bench.event("deploys", { text: `e${n}` });
  await bench.asked[0]!.begin();
  bench.asked[0]!.end.resolve("answered");
  await bench.until(2);
  const { text } = bench.asked[1]!;
  for (let n = 2; n <= 200; n++) assert.ok(text.includes(`Look at e${n}\n`), `e${n}`);
  await bench.asked[1]!.begin();
  bench.asked[1]!.end.resolve("answered");
  // Two turns a minute: the third waits, and its event is on disk.
  await bench.event("deploys", { text: "last" });
  while (bench.clock.sleeping === 0) await settle();
  assert.equal(bench.asked.length, 2);
  assert.equal(bench.events.open().length, 1);
  while (bench.asked.length < 3) await bench.clock.advance(10_000);
  bench.asked[2]!.end.resolve("answered");
  await bench.dispatcher.idle();
  assert.deepEqual(bench.events.open(), []);
});

Deno.test("dispatch: a clock that is set back does not stretch the minute of the limit", async () => {
  await using bench = await Bench.make(hookOf({ chat_id: 7, rate_limit_per_minute: 1 }));
  await bench.event("deploys", { text: "one" });
  await bench.until(1);
  await bench.asked[0]!.begin();
  bench.asked[0]!.end.resolve("answered");
  await bench.dispatcher.idle();
  bench.clock.jump(-3_600_000);
  await bench.clock.advance(60_000);
  await bench.event("deploys", { text: "two" });
  await bench.until(2);
  await bench.asked[1]!.begin();
  bench.asked[1]!.end.resolve("answered");
  await bench.dispatcher.idle();
});

Deno.test("K13.2 dispatch: events that were cut off are told once with what came in, and wait for a decision", async () => {
  await using bench = await Bench.make(hookOf({ chat_id: 7 }));
  await bench.event("deploys", { text: "one" });
  await bench.until(1);
  for (const text of ["two", "three"]) await bench.event("deploys", { text });
  await bench.asked[0]!.begin();
  bench.asked[0]!.end.resolve("answered");
  await bench.until(2);
  await bench.asked[1]!.begin();
  await bench.end();
  await bench.begin();
  bench.dispatcher.resume();
  await bench.dispatcher.idle();
  assert.equal(bench.asked.length, 2);
  assert.deepEqual(bench.said.map(({ text }) => /on (.*) of the webhook/.exec(text)?.[1]), [
    "2 events",
  ]);
  assert.match(bench.said[0]!.text, /> Look at two$/);
  const [first] = bench.events.open();
  // Another end of the program neither tells it again nor runs it.
  await bench.end();
  await bench.begin();
  bench.dispatcher.resume();
  await bench.dispatcher.idle();
  assert.deepEqual([bench.said.length, bench.asked.length], [1, 2]);
  const at = { chatId: 7 };
  assert.equal(await bench.dispatcher.decide(first!.id, { chatId: 8 }, true), false);
  assert.equal(await bench.dispatcher.decide(first!.id, at, true), true);
  assert.equal(await bench.dispatcher.decide(first!.id, at, true), false, "a second tap");
  await bench.until(3);
  const texts = bench.asked.slice(2).map(({ text }) => text).join();
  await bench.asked[2]!.begin();
  bench.asked[2]!.end.resolve("answered");
  while (bench.events.open().length > 0) {
    await settle();
    bench.asked[3]?.end.resolve("answered");
  }
  assert.match(texts + bench.asked[3]?.text, /Look at two[^]*Look at three/);
});

Deno.test("K13.2 dispatch: an event that was cut off can be dropped, and is forgotten after two days", async () => {
  await using bench = await Bench.make(hookOf({ chat_id: 7 }), hookOf({ id: "other", chat_id: 7 }));
  for (const hook of ["deploys", "other"]) await bench.event(hook, { text: hook });
  await bench.until(2);
  for (const asked of bench.asked) await asked.begin();
  await bench.end();
  await bench.begin();
  bench.dispatcher.resume();
  await bench.dispatcher.idle();
  const open = bench.events.open();
  assert.equal(open.length, 2);
  const dropped = open.find(({ hook }) => hook === "deploys")!;
  assert.equal(await bench.dispatcher.decide(dropped.id, { chatId: 7 }, false), true);
  assert.deepEqual(bench.events.open().map(({ hook }) => hook), ["other"]);
  await bench.end();
  bench.clock.jump(49 * 3_600_000);
  await bench.begin();
  bench.dispatcher.resume();
  await bench.dispatcher.idle();
  assert.deepEqual(bench.events.open(), []);
});

Deno.test("dispatch: with a turn for each, events wake the conversation in the order in which they came", async () => {
  await using bench = await Bench.make(hookOf({ chat_id: 7, burst: "each" }));
  for (const text of ["one", "two", "three"]) await bench.event("deploys", { text });
  await bench.until(3);
  assert.deepEqual(bench.asked.map(({ chat, text }) => [chat, /Look at (\w+)/.exec(text)?.[1]]), [
    [7, "one"],
    [7, "two"],
    [7, "three"],
  ]);
  for (const { end } of bench.asked) end.resolve("answered");
  await bench.dispatcher.idle();
  assert.deepEqual(bench.events.open(), []);
  assert.equal(await bench.status("deploys"), "success");
});

Deno.test("dispatch: a hook without a conversation wakes every user; one that answers is enough", async () => {
  await using bench = await Bench.make(hookOf());
  await bench.event("deploys", {}, "k");
  await bench.until(2);
  assert.deepEqual(bench.asked.map(({ chat }) => chat), [7, 8]);
  bench.asked[0]!.end.resolve("answered");
  bench.asked[1]!.end.reject(new Error("the chat is gone"));
  await bench.dispatcher.idle();
  assert.equal(await bench.status("deploys"), "success");
  assert.notEqual(bench.events.known("k"), undefined);
});

Deno.test("dispatch: what nobody answered may be delivered once more, what the user stopped may not", async () => {
  const cases: [WakeEnd, string, boolean][] = [
    ["failed", "error:no_response", false],
    ["stopped", "skipped:stopped", true],
    ["dropped", "skipped:stopped", true],
  ];
  for (const [how, status, known] of cases) {
    await using bench = await Bench.make(hookOf({ chat_id: 7 }));
    await bench.event("deploys", {}, "k");
    await bench.until(1);
    bench.asked[0]!.end.resolve(how);
    await bench.dispatcher.idle();
    assert.equal(await bench.status("deploys"), status);
    assert.equal(bench.events.known("k") !== undefined, known, how);
  }
});

Deno.test("dispatch: an event of a hook that is gone, off or odd reaches nobody and is done", async () => {
  await using bench = await Bench.make(
    hookOf({ enabled: false }),
    hookOf({ id: "odd", mode: "dream" }),
    hookOf({ id: "homeless", mode: "cron_task", task_folder: null }),
  );
  for (const id of ["gone", "deploys", "odd", "homeless"]) await bench.event(id);
  await bench.dispatcher.idle();
  assert.equal(await bench.status("deploys"), "skipped:disabled");
  assert.equal(await bench.status("odd"), "error:unknown_mode_dream");
  assert.equal(await bench.status("homeless"), "error:no_task_folder");
  assert.deepEqual([bench.asked, bench.events.open()], [[], []]);
});

Deno.test("dispatch: three tasks run side by side, the next one when a place is free", async () => {
  await using bench = await Bench.make(hookOf(TASK));
  for (let n = 0; n < 5; n++) await bench.event("deploys", { text: n });
  await bench.until(3);
  await settle();
  assert.equal(bench.asked.length, 3);
  bench.asked[1]!.end.resolve("error:timeout");
  await bench.until(4);
  await settle();
  assert.equal(bench.asked.length, 4);
  bench.asked[0]!.end.reject(new Error("a fault in ductor"));
  await bench.until(5);
  for (const { end } of bench.asked) end.resolve("success");
  await bench.dispatcher.idle();
  // The one that failed in ductor itself is open still: the next start goes on with it.
  assert.equal(bench.events.open().length, 1);
});

Deno.test("dispatch: tasks with one dependency run one after the other, jobs among them", async () => {
  await using bench = await Bench.make(
    hookOf({ ...TASK, dependency: "repo" }),
    hookOf({ ...TASK, id: "other" }),
  );
  const job = Promise.withResolvers<void>();
  const held = bench.locks.run("repo", () => job.promise);
  await bench.event("deploys");
  await bench.event("deploys");
  await bench.event("other");
  await bench.until(1);
  await settle();
  assert.deepEqual(bench.asked.map(({ what }) => what), ["other"]);
  job.resolve();
  await held;
  await bench.until(2);
  await settle();
  assert.equal(bench.asked.length, 2);
  bench.asked[1]!.end.resolve("success");
  await bench.until(3);
});

Deno.test("dispatch: a task keeps silent in quiet hours, asked for when it would really run", async () => {
  await using bench = await Bench.make(hookOf({ ...TASK, dependency: "x", quiet_start: 13 }));
  bench.config.quiet_hours = { start: 13, end: 14 };
  const before = Promise.withResolvers<void>();
  const held = bench.locks.run("x", () => before.promise);
  await bench.event("deploys", {}, "k");
  await settle();
  await bench.clock.advance(3_600_000);
  before.resolve();
  await held;
  await bench.dispatcher.idle();
  assert.equal(await bench.status("deploys"), "skipped:quiet_hours");
  assert.deepEqual([bench.asked, bench.said], [[], []]);
  assert.notEqual(bench.events.known("k"), undefined);
});

Deno.test("dispatch: what had not begun when the program ended is done by the next one", async () => {
  await using bench = await Bench.make(hookOf({ chat_id: 7 }), hookOf({ ...TASK, id: "checks" }));
  for (let n = 0; n < 4; n++) await bench.event("checks", { text: n });
  await bench.event("deploys", { text: "waits" });
  await bench.until(4);
  await bench.end();
  assert.deepEqual(bench.said, []);
  const asked = bench.asked.splice(0).filter(({ what }) => what === "checks").length;
  assert.equal(asked, 3);
  await bench.begin();
  bench.dispatcher.resume();
  await bench.until(2);
  await settle();
  // One task and one conversation had not begun; three tasks had, and are said to be interrupted.
  assert.deepEqual(bench.asked.map(({ what }) => what).sort(), ["checks", "wake"]);
  assert.equal(bench.said.length, 3);
});

Deno.test("dispatch: a turn that was cut off is told once, and not begun again", async () => {
  await using bench = await Bench.make(hookOf());
  const event = await bench.event("deploys", {}, "k");
  await bench.until(2);
  await bench.asked[0]!.begin();
  bench.asked[1]!.end.resolve("answered");
  while (event.places.size < 2) await settle();
  await bench.end();
  bench.asked.length = 0;
  await bench.begin();
  bench.dispatcher.resume();
  await bench.dispatcher.idle();
  assert.deepEqual(bench.asked, []);
  assert.deepEqual(bench.said.map(({ chat, key }) => [chat, key]), [
    [7, `${event.id}:interrupted`],
  ]);
  assert.match(bench.said[0]!.text, /\*\*Deploys\*\*/);
  // The other user got an answer: for the sender the event has arrived.
  assert.equal(await bench.status("deploys"), "success");
});

Deno.test("dispatch: an end while a task waits for its place leaves its event for the next start", async () => {
  await using bench = await Bench.make(hookOf({ ...TASK, dependency: "x" }));
  await bench.event("deploys", { text: "runs" });
  await bench.event("deploys", { text: "waits" });
  await bench.until(1);
  await bench.end();
  assert.equal(bench.asked.length, 1);
  await bench.begin();
  assert.deepEqual(bench.events.open().map(({ places }) => [...places]), [[["task", "began"]], []]);
});

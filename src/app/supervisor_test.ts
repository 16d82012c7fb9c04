import assert from "node:assert/strict";
import { EXIT_RESTART, EXIT_UNUSABLE } from "../base/exit_codes.ts";
import { type BotProcess, Supervisor } from "./supervisor.ts";
import { FakeClock, settle } from "../../tests/support/fake_clock.ts";

/** A bot that ends when and how the test says. */
class FakeBot implements BotProcess {
  readonly #end = Promise.withResolvers<number>();
  readonly exited = this.#end.promise;
  readonly signals: Deno.Signal[] = [];
  signal(name: Deno.Signal) {
    this.signals.push(name);
  }
  end(code: number) {
    this.#end.resolve(code);
  }
}

function bench() {
  const clock = new FakeClock();
  const bots: FakeBot[] = [];
  const said: string[] = [];
  const supervisor = new Supervisor({
    clock,
    say: (text) => said.push(text),
    start() {
      const bot = new FakeBot();
      bots.push(bot);
      return bot;
    },
  });
  return { clock, bots, said, supervisor, result: supervisor.run() };
}

Deno.test("supervisor ends with a bot that ended well", async () => {
  const { bots, result, said } = bench();
  bots[0]!.end(0);
  assert.equal(await result, 0);
  assert.deepEqual([bots.length, said.length], [1, 0]);
});

Deno.test("supervisor starts a bot at once that asks for a restart", async () => {
  const { bots, clock, said } = bench();
  bots[0]!.end(EXIT_RESTART);
  await settle();
  assert.deepEqual([bots.length, clock.sleeping, said.length], [2, 0, 0]);
});

Deno.test("supervisor treats restarts in a row without end as crashes", async () => {
  const { bots, clock } = bench();
  for (let n = 0; n < 6; n++) {
    bots[n]!.end(EXIT_RESTART);
    await settle();
  }
  assert.deepEqual([bots.length, clock.sleeping], [6, 1]);
});

Deno.test("supervisor waits longer after each quick crash, at most 30 seconds", async () => {
  const { bots, clock, said } = bench();
  const pauses: number[] = [];
  for (let n = 0; n < 7; n++) {
    bots.at(-1)!.end(1);
    await settle();
    const before = clock.now();
    const count = bots.length;
    while (bots.length === count) await clock.advance(1000);
    pauses.push((clock.now() - before) / 1000);
  }
  assert.deepEqual(pauses, [2, 4, 8, 16, 30, 30, 30]);
  assert.match(said[0]!, /code 1 .* started again in 2 s/);
});

Deno.test("supervisor forgets earlier crashes when a bot has run for a while", async () => {
  const { bots, clock } = bench();
  for (let n = 0; n < 3; n++) {
    bots.at(-1)!.end(1);
    await clock.advance(30_000);
  }
  await clock.advance(60_000);
  const count = bots.length;
  bots.at(-1)!.end(139);
  await clock.advance(999);
  assert.equal(bots.length, count);
  await clock.advance(1);
  assert.equal(bots.length, count + 1);
});

Deno.test("supervisor gives up on a bot that cannot work as it is set up", async () => {
  const { bots, result } = bench();
  bots[0]!.end(EXIT_UNUSABLE);
  assert.equal(await result, EXIT_UNUSABLE);
  assert.equal(bots.length, 1);
});

Deno.test("supervisor passes signals on and does not start a bot again that they ended", async () => {
  const { bots, supervisor, result } = bench();
  supervisor.signal("SIGTERM");
  assert.deepEqual(bots[0]!.signals, ["SIGTERM"]);
  bots[0]!.end(143);
  assert.equal(await result, 143);
  assert.equal(bots.length, 1);
});

Deno.test("K4.5 supervisor: one Ctrl-C that arrives three times is one", async () => {
  const { bots, supervisor, result, clock } = bench();
  for (let n = 0; n < 3; n++) {
    supervisor.signal("SIGINT");
    await clock.advance(300);
  }
  await clock.advance(60_000);
  assert.deepEqual(bots[0]!.signals, ["SIGINT"]);
  bots[0]!.end(0);
  assert.equal(await result, 0);
});

Deno.test("supervisor kills a bot that survives the second signal", async () => {
  const { bots, supervisor, result, clock } = bench();
  supervisor.signal("SIGINT");
  await clock.advance(20_000);
  supervisor.signal("SIGINT");
  await clock.advance(1999);
  assert.deepEqual(bots[0]!.signals, ["SIGINT", "SIGINT"]);
  await clock.advance(1);
  assert.deepEqual(bots[0]!.signals, ["SIGINT", "SIGINT", "SIGKILL"]);
  bots[0]!.end(137);
  assert.equal(await result, 137);
});

Deno.test("supervisor ends at once when told to while it waits after a crash", async () => {
  const { bots, supervisor, result } = bench();
  bots[0]!.end(1);
  await settle();
  supervisor.signal("SIGTERM");
  assert.equal(await result, 0);
  assert.equal(bots.length, 1);
});

Deno.test("supervisor starts a bot at once that had worked, then soon, and loses patience at last", async () => {
  const clock = new FakeClock();
  const bots: FakeBot[] = [];
  void new Supervisor({
    clock,
    say() {},
    start() {
      const bot = Object.assign(new FakeBot(), { worked: () => Promise.resolve(true) });
      bots.push(bot);
      return bot;
    },
  }).run();
  const pauses: number[] = [];
  for (let n = 0; n < 17; n++) {
    const [before, count] = [clock.now(), bots.length];
    bots.at(-1)!.end(137);
    await settle();
    while (bots.length === count) await clock.advance(1000);
    pauses.push((clock.now() - before) / 1000);
  }
  assert.deepEqual(pauses, [0, 0, 0, ...Array(12).fill(1), 30, 30]);
});

Deno.test("supervisor takes a bot for one that did not work when that cannot be found out", async () => {
  const { bots, clock } = bench();
  Object.assign(bots[0]!, { worked: () => Promise.reject(new Error("no such file")) });
  bots[0]!.end(137);
  await settle();
  assert.deepEqual([bots.length, clock.sleeping], [1, 1]);
});

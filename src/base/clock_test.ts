import assert from "node:assert/strict";
import fc from "fast-check";
import { settle } from "../../tests/support/fake_clock.ts";
import { clockOn, LONGEST_TIMER, systemClock, type Timers } from "./clock.ts";

/** Timers that stand still until moved and that, like those of the system, fire at once when asked for too much. */
class FakeTimers implements Timers {
  elapsed = () => this.time;
  time = 0;
  readonly #waiting = new Map<number, { at: number; fn: () => void }>();
  #ids = 0;

  now = () => this.time;
  after = (ms: number, fn: () => void) => {
    const id = ++this.#ids;
    this.#waiting.set(id, { at: this.time + (ms > LONGEST_TIMER ? 1 : ms), fn });
    return () => void this.#waiting.delete(id);
  };

  get pending(): number {
    return this.#waiting.size;
  }

  async untilNone(): Promise<void> {
    while (true) {
      const [next] = [...this.#waiting].sort(([, a], [, b]) => a.at - b.at);
      if (!next) return;
      const [timer, { at, fn }] = next;
      this.#waiting.delete(timer);
      this.time = at;
      fn();
      await Promise.resolve();
    }
  }
}

Deno.test("K10.1 clock: a wait of any length takes exactly that long", async () => {
  const anyWait = fc.oneof(
    fc.integer({ min: 0, max: 5 * LONGEST_TIMER }),
    fc.integer({ min: -2, max: 2 }).map((by) => LONGEST_TIMER + by),
    fc.integer({ min: -2, max: 2 }).map((by) => 2 * LONGEST_TIMER + by),
  );
  await fc.assert(fc.asyncProperty(anyWait, async (ms) => {
    const timers = new FakeTimers();
    let woken: number | undefined;
    const wait = clockOn(timers).sleep(ms).then(() => woken = timers.time);
    await timers.untilNone();
    await wait;
    assert.equal(woken, ms);
  }));
});

Deno.test("clock: what is negative is over already, what is endless ends with the signal", async () => {
  const timers = new FakeTimers();
  const clock = clockOn(timers);
  const past = clock.sleep(-5);
  await timers.untilNone();
  await past;
  assert.equal(timers.time, 0);

  const stop = new AbortController();
  const endless = clock.sleep(Infinity, stop.signal);
  assert.equal(timers.pending, 1);
  stop.abort();
  await endless;
  assert.equal(timers.pending, 0);
});

Deno.test("clock: an abort ends a chained wait in its second part", async () => {
  const timers = new FakeTimers();
  const stop = new AbortController();
  let woken = false;
  const wait = clockOn({
    elapsed: () => 0,
    now: timers.now,
    after: (ms, fn) => {
      if (ms === 7) queueMicrotask(() => stop.abort());
      return timers.after(ms === 7 ? 1e9 : ms, fn);
    },
  }).sleep(LONGEST_TIMER + 7, stop.signal).then(() => woken = true);
  await timers.untilNone();
  await wait;
  assert.ok(woken);
  assert.equal(timers.time, LONGEST_TIMER);
});

Deno.test("clock: a wait that is not a number is refused, since it would never pause", async () => {
  await assert.rejects(systemClock.sleep(NaN), RangeError);
});

for (const ms of [2 ** 31, 45_000 * 60_000, Infinity]) {
  Deno.test(`clock: the system's own does not come back early from ${ms} ms`, async () => {
    const stop = new AbortController();
    let woken = false;
    const wait = systemClock.sleep(ms, stop.signal).then(() => woken = true);
    await systemClock.sleep(5);
    await settle();
    assert.equal(woken, false);
    stop.abort();
    await wait;
  });
}

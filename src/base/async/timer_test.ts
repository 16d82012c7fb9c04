import assert from "node:assert/strict";
import { FakeClock, settle } from "../../../tests/support/fake_clock.ts";
import { after, every, Watchdog } from "./timer.ts";

Deno.test("after: once, unless it is disposed of before", async () => {
  const clock = new FakeClock();
  const seen: string[] = [];
  after(1000, () => seen.push("a"), { clock });
  const other = after(1000, () => seen.push("b"), { clock });
  await clock.advance(999);
  other[Symbol.dispose]();
  await clock.advance(5000);
  assert.deepEqual(seen, ["a"]);
  assert.equal(clock.sleeping, 0);
});

Deno.test("every: again and again, past what fails, never twice at the same time", async () => {
  const clock = new FakeClock();
  let calls = 0;
  const slow = Promise.withResolvers<void>();
  const timer = every(1000, () => {
    if (++calls === 1) throw new Error("no");
    if (calls === 2) return slow.promise;
  }, { clock });
  await clock.advance(5000);
  assert.equal(calls, 2);
  slow.resolve();
  await clock.advance(2000);
  assert.equal(calls, 4);
  timer[Symbol.dispose]();
  await clock.advance(5000);
  assert.equal(calls, 4);
  assert.equal(clock.sleeping, 0);
});

Deno.test("watchdog: barks when nobody is alive for so long, or with the signal it was given", async () => {
  const clock = new FakeClock();
  const stop = new AbortController();
  using dog = new Watchdog(1000, { clock, signal: stop.signal });
  await clock.advance(900);
  dog.alive();
  await clock.advance(900);
  assert.equal(dog.signal.aborted, false);
  await clock.advance(100);
  assert.ok(dog.signal.aborted && dog.barked);

  using other = new Watchdog(1000, { clock, signal: stop.signal });
  stop.abort();
  await settle();
  assert.ok(other.signal.aborted && !other.barked);
});

import assert from "node:assert/strict";
import fc from "fast-check";
import { FakeClock } from "../../../tests/support/fake_clock.ts";
import { backoff, retrying } from "./backoff.ts";

Deno.test("backoff: doubles up to the longest wait", () => {
  const after = backoff({ first: 500, most: 3000 });
  assert.deepEqual([1, 2, 3, 4, 5, 5000].map(after), [500, 1000, 2000, 3000, 3000, 3000]);
  assert.equal(after(0), 500);
});

Deno.test("backoff: spread waits stay within the upper half of the exact ones", () => {
  const positive = fc.integer({ min: 1, max: 1e9 });
  const share = fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true });
  fc.assert(
    fc.property(positive, positive, fc.nat(3000), share, (first, most, failures, random) => {
      const full = backoff({ first, most })(failures);
      const wait = backoff({ first, most, random: () => random })(failures);
      assert.ok(wait >= full / 2 && wait <= full && full <= most);
    }),
  );
});

Deno.test("retrying: until it succeeds, or nobody wants it any more", async () => {
  const clock = new FakeClock();
  const stop = new AbortController();
  const pause = backoff({ first: 1000, most: 30_000 });
  let tries = 0;
  const result = retrying(
    () => ++tries < 4 ? Promise.reject(new Error("no")) : Promise.resolve("done"),
    { pause, clock, signal: stop.signal },
  );
  await clock.advance(6999);
  assert.equal(tries, 3);
  await clock.advance(1);
  assert.equal(await result, "done");

  const never = retrying(() => Promise.reject(new Error("no")), {
    pause,
    clock,
    signal: stop.signal,
  });
  const refused = assert.rejects(never, /no/);
  await clock.advance(1500);
  stop.abort();
  await refused;
});

import assert from "node:assert/strict";
import { FakeClock, settle } from "../../../tests/support/fake_clock.ts";
import { aborted, LATE, unlessAborted, within } from "./within.ts";

Deno.test("within: gives what came in time, and nothing keeps waiting", async () => {
  const clock = new FakeClock();
  assert.equal(await within(Promise.resolve(7), 1000, { clock }), 7);
  await assert.rejects(within(Promise.reject(new Error("no")), 1000, { clock }), /no/);
  assert.equal(clock.sleeping, 0);
});

Deno.test("within: says so when the time is up; a later failure is nobody's business", async () => {
  const clock = new FakeClock();
  const slow = Promise.withResolvers<number>();
  const result = within(slow.promise, 1000, { clock });
  await clock.advance(1000);
  assert.equal(await result, LATE);
  slow.reject(new Error("much later")); // An unhandled rejection would fail this test.
  await settle();
});

Deno.test("unlessAborted: whichever comes first", async () => {
  const stop = new AbortController();
  assert.equal(await unlessAborted(Promise.resolve(1), stop.signal), 1);
  assert.equal(await unlessAborted(Promise.resolve(1), undefined), 1);
  const slow = Promise.withResolvers<void>();
  const waiting = unlessAborted(slow.promise, stop.signal);
  stop.abort(new Error("enough"));
  await assert.rejects(waiting, /enough/);
  await assert.rejects(unlessAborted(slow.promise, stop.signal), /enough/);
  await aborted(stop.signal);
  slow.reject(new Error("much later"));
  await settle();
});

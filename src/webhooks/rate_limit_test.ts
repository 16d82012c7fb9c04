import assert from "node:assert/strict";
import { KeyedRateLimit, RateLimit } from "./rate_limit.ts";

Deno.test("the window slides: each event makes room a minute after itself", () => {
  const limit = new RateLimit();
  assert.deepEqual(limit.take(2, 0), { ok: true });
  assert.deepEqual(limit.take(2, 30_000), { ok: true });
  assert.deepEqual(limit.take(2, 59_000), { ok: false, retryAfter: 1 });
  assert.deepEqual(limit.take(2, 60_000), { ok: true });
  assert.deepEqual(limit.take(2, 60_000), { ok: false, retryAfter: 30 });
  assert.deepEqual(limit.take(2, 90_000), { ok: true });
});

Deno.test("K12.3 a limit of 0 is no limit", () => {
  const limit = new RateLimit();
  for (let t = 0; t < 500; t++) assert.deepEqual(limit.take(0, t), { ok: true });
});

Deno.test("what is refused does not count", () => {
  const limit = new RateLimit();
  limit.take(1, 0);
  for (let t = 1; t < 60_000; t += 1000) assert.ok(!limit.take(1, t).ok);
  assert.ok(limit.take(1, 60_000).ok);
});

Deno.test("a limit that is lowered holds at once", () => {
  const limit = new RateLimit();
  for (let t = 0; t < 10; t++) limit.take(10, t * 1000);
  assert.deepEqual(limit.take(3, 10_000), { ok: false, retryAfter: 57 });
});

Deno.test("only as many sources are remembered as there is room for", () => {
  const limits = new KeyedRateLimit(2);
  for (const key of ["a", "b", "c"]) limits.at(key).take(1, 0);
  assert.equal(limits.wait("a", 1, 0), 0, "forgotten");
  assert.equal(limits.wait("c", 1, 0), 60);
});

import assert from "node:assert/strict";
import { ago } from "./ago.ts";

Deno.test("ago: what was noted under a clock that was ahead was never", () => {
  const now = Date.parse("2026-11-25T12:00:00Z");
  assert.equal(ago("2026-11-25T11:59:00Z", now), 60_000);
  assert.equal(ago(now + 30_000, now), 0);
  assert.equal(ago("2030-01-01T00:00:00Z", now), Infinity);
  assert.equal(ago(undefined, now), Infinity);
  assert.equal(ago("soon", now), Infinity);
});

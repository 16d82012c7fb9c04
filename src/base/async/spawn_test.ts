import assert from "node:assert/strict";
import { settle } from "../../../tests/support/fake_clock.ts";
import { spawn } from "./spawn.ts";

Deno.test("spawn: what fails later is no unhandled rejection", async () => {
  const work = Promise.withResolvers<void>();
  spawn("Testing", work.promise);
  work.reject(new Error("no"));
  await settle();
  assert.ok(true, "an unhandled rejection would have ended this test");
});

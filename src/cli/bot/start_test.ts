import assert from "node:assert/strict";
import { exitCode } from "./start.ts";

Deno.test("K4.3 exit codes: 78 stops systemd, and nobody else is given reason to try in vain", () => {
  assert.equal(exitCode(78, false, "linux"), 1);
  assert.equal(exitCode(78, true, "linux"), 78);
  for (const os of ["darwin", "windows"] as const) assert.equal(exitCode(78, true, os), 0);
  for (const os of ["linux", "darwin", "windows"] as const) {
    assert.equal(exitCode(42, true, os), 0);
    assert.equal(exitCode(0, true, os), 0);
    assert.equal(exitCode(143, true, os), 143);
  }
});

import assert from "node:assert/strict";
import { FakeClock } from "../../../tests/support/fake_clock.ts";
import { StatusLine } from "./status_line.ts";

Deno.test("status line: how long a step lasts is counted on, when the clock is set meanwhile", () => {
  const clock = new FakeClock();
  const line = new StatusLine("normal", clock);
  line.tool("Bash", "make test");
  const before = line.piece()?.text;
  clock.jump(3_600_000);
  line.tick();
  assert.equal(line.piece()?.text, before);
});

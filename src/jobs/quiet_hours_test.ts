import assert from "node:assert/strict";
import { isQuiet, quietWindow } from "./quiet_hours.ts";
import { defaultConfig } from "../config/schema.ts";

const at = (time: string) => Date.parse(`2026-11-23T${time}Z`);
const config = (start: number | null = null, end: number | null = null) => ({
  ...defaultConfig(),
  quiet_hours: { start, end },
});

Deno.test("quiet hours wrap over midnight; the start belongs to them and the end does not", () => {
  const quiet = (time: string) => isQuiet({ start: 21, end: 8 }, at(time), "UTC");
  assert.deepEqual(["20:59", "21:00", "00:00", "07:59", "08:00"].map(quiet), [
    false,
    true,
    true,
    true,
    false,
  ]);
  const day = (time: string) => isQuiet({ start: 12, end: 14 }, at(time), "UTC");
  assert.deepEqual(["11:59", "12:00", "13:59", "14:00"].map(day), [false, true, true, false]);
});

Deno.test("quiet hours with equal ends are none", () => {
  assert.equal(isQuiet({ start: 5, end: 5 }, at("05:00"), "UTC"), false);
  assert.equal(isQuiet(undefined, at("05:00"), "UTC"), false);
});

Deno.test("quiet hours are read on the clocks of the zone", () => {
  const window = { start: 22, end: 7 };
  assert.equal(isQuiet(window, at("21:30"), "Europe/Berlin"), true);
  assert.equal(isQuiet(window, at("21:30"), "America/New_York"), false);
});

Deno.test("a job without quiet hours of its own has those of the config, never the heartbeat's", () => {
  assert.equal(quietWindow({}, config()), undefined);
  assert.deepEqual(quietWindow({ quiet_start: null }, config(22, 6)), { start: 22, end: 6 });
  assert.deepEqual(quietWindow({ quiet_start: 1, quiet_end: 2 }, config(22, 6)), {
    start: 1,
    end: 2,
  });
});

Deno.test("each hour a job leaves out comes from the config, else from the heartbeat", () => {
  assert.deepEqual(quietWindow({ quiet_start: 1 }, config(22, 6)), { start: 1, end: 6 });
  assert.deepEqual(quietWindow({ quiet_end: 9 }, config()), { start: 21, end: 9 });
});

import assert from "node:assert/strict";
import { alwaysQuiet, isQuiet, quietEnd, quietWindow } from "./quiet_hours.ts";
import { scheduleOf } from "./schedule.ts";
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

Deno.test("quiet hours end on the clocks of the zone, half hours included", () => {
  const end = (time: string, zone: string) =>
    new Date(quietEnd({ start: 21, end: 8 }, at(time), zone)).toISOString().slice(11, 16);
  assert.equal(end("22:10", "UTC"), "08:00");
  assert.equal(end("12:10", "UTC"), "12:10");
  assert.equal(end("20:00", "Asia/Kolkata"), "02:30");
});

Deno.test("K12.1 a schedule whose times are all quiet never runs, however often it would", () => {
  const window = { start: 22, end: 8 };
  const never = (schedule: string, zone = "UTC") =>
    alwaysQuiet(scheduleOf({ schedule }, zone), window, at("12:00")) !== undefined;
  assert.ok(never("30 7 * * *"));
  assert.ok(never("* 23,0-7 * * *"));
  assert.ok(never("*/5 3 * * 1"));
  assert.ok(!never("0 8 * * *"));
  assert.ok(!never("30 7,8 * * *"));
  assert.ok(never("30 7 * * *", "Asia/Tokyo"), "its own clock counts");
  // Once a year it is awake: 09:00 on 1 March.
  assert.ok(!never("0 9 1 3 *"));
  assert.equal(alwaysQuiet(scheduleOf({ schedule: "30 7 * * *" }, "UTC"), undefined, 0), undefined);
});

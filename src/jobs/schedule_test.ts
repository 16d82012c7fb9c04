import assert from "node:assert/strict";
import { expressionFor, parseAt, parseSpan } from "./spoken_times.ts";
import { nextTimes, ScheduleError, scheduleOf } from "./schedule.ts";
import { offsetAt, showTime } from "../base/wall_time.ts";

/** The next times after `from`, in UTC without seconds. */
function times(schedule: string, zone: string, from: string, count = 3): string[] {
  return nextTimes(scheduleOf({ schedule }, zone), Date.parse(from), count)
    .map((time) => new Date(time).toISOString().slice(0, 16));
}

Deno.test("schedule: in Berlin a time in the spring gap comes right after it, one in autumn once", () => {
  assert.deepEqual(times("30 2 * * *", "Europe/Berlin", "2027-03-27T12:00Z"), [
    "2027-03-28T01:00", // 03:00, the first moment after the gap
    "2027-03-29T00:30",
    "2027-03-30T00:30",
  ]);
  assert.deepEqual(times("30 2 * * *", "Europe/Berlin", "2026-10-24T12:00Z"), [
    "2026-10-25T00:30", // the first of the two
    "2026-10-26T01:30",
    "2026-10-27T01:30",
  ]);
});

Deno.test("schedule: in New York both changes keep to one run a day", () => {
  assert.deepEqual(times("30 2 * * *", "America/New_York", "2027-03-13T12:00Z", 2), [
    "2027-03-14T07:00",
    "2027-03-15T06:30",
  ]);
  assert.deepEqual(times("30 1 * * *", "America/New_York", "2026-10-31T12:00Z", 2), [
    "2026-11-01T05:30",
    "2026-11-02T06:30",
  ]);
});

Deno.test("schedule: on Lord Howe the clocks change by half an hour", () => {
  assert.deepEqual(times("15 2 * * *", "Australia/Lord_Howe", "2026-10-02T12:00Z", 3), [
    "2026-10-02T15:45",
    "2026-10-03T15:30", // 02:30, after the gap
    "2026-10-04T15:15",
  ]);
  assert.deepEqual(times("45 1 * * *", "Australia/Lord_Howe", "2027-04-02T12:00Z", 3), [
    "2027-04-02T14:45",
    "2027-04-03T14:45", // the first of the two
    "2027-04-04T15:15",
  ]);
});

Deno.test("schedule: jobs at intervals go on at them through both changes", () => {
  for (const from of ["2026-10-24T22:59Z", "2027-03-27T22:59Z"]) {
    const found = nextTimes(
      scheduleOf({ schedule: "*/30 * * * *" }, "Europe/Berlin"),
      Date.parse(from),
      10,
    );
    const gaps = found.slice(1).map((time, index) => (time - found[index]!) / 60_000);
    assert.deepEqual(gaps, Array(9).fill(30));
  }
});

Deno.test("schedule: 29 February waits for a leap year, 31 February never comes", () => {
  assert.deepEqual(times("0 12 29 2 *", "UTC", "2026-11-23T00:00Z", 2), [
    "2028-02-29T12:00",
    "2032-02-29T12:00",
  ]);
  assert.deepEqual(times("0 0 31 2 *", "UTC", "2026-11-23T00:00Z"), []);
});

Deno.test("schedule: six fields have seconds in front", () => {
  assert.deepEqual(
    nextTimes(scheduleOf({ schedule: "*/20 * * * * *" }, "UTC"), Date.UTC(2026, 0), 2),
    [Date.UTC(2026, 0) + 20_000, Date.UTC(2026, 0) + 40_000],
  );
});

/** 600 legal expressions, a local time, and the five times after it as cronsim 2.8 works them out. */
const cases = Deno.readTextFileSync(new URL("../../tests/data/cronsim.tsv", import.meta.url))
  .trimEnd().split("\n").map((line) => line.split("\t") as [string, string, ...string[]]);
/** The moment at which a zone's clocks show this. */
function moment(local: string, zone: string): number {
  const asUtc = Date.parse(`${local}Z`);
  return [-2, -1, 0].map((hours) => asUtc + hours * 3_600_000)
    .find((time) => localTime(time, zone) === local)!;
}
function localTime(time: number, zone: string): string {
  return new Date(time + offsetAt(time, zone)).toISOString().slice(0, 16);
}
for (const zone of ["UTC", "Europe/Berlin"]) {
  Deno.test(`K6.2 schedule: what the Python program accepts runs at the same times, in ${zone}`, () => {
    assert.equal(cases.length, 600);
    for (const [schedule, from, ...next] of cases) {
      const found = nextTimes(scheduleOf({ schedule }, zone), moment(from, zone), 5)
        .map((time) => localTime(time, zone));
      assert.deepEqual(found, next, `${schedule} after ${from}`);
    }
  });
}

for (
  const [bad, field] of [
    ["61 * * * *", '"61" is no minute'],
    ["0 7-25 * * *", '"7-25" is no hour'],
    ["0 7 0 * *", '"0" is no day of the month'],
    ["0 7 * juno *", '"juno" is no month'],
    ["0 7 * * MON#6", '"MON#6" is no weekday'],
    ["0 7 * * 1,,2", '"1,,2" is no weekday'],
    ["*/0 * * * *", '"*/0" is no minute'],
    ["70 0 7 * * *", '"70" is no second'],
    ["@reboot", "@reboot"],
  ] as const
) {
  Deno.test(`schedule names the field of ${bad} that is wrong`, () => {
    assert.throws(() => scheduleOf({ schedule: bad }, "UTC"), {
      name: "ScheduleError",
      message: new RegExp(RegExp.escape(field)),
    });
  });
}

for (
  const bad of ["", "every day", "* * *", "61 * * * *", "2026-12-24T18:00:00", "* * * * * * 2030"]
) {
  Deno.test(`schedule refuses ${JSON.stringify(bad)} and says what it expects`, () => {
    assert.throws(
      () => scheduleOf({ schedule: bad }, "UTC"),
      (error) => error instanceof ScheduleError && /minute hour/.test(error.message),
    );
  });
}

Deno.test("schedule refuses a zone that does not exist", () => {
  assert.throws(() => scheduleOf({ schedule: "* * * * *", timezone: "Mars/Base" }, "UTC"), /IANA/);
});

Deno.test("schedule tells what passed, also when that is very much", () => {
  const daily = scheduleOf({ schedule: "0 8 * * *" }, "UTC");
  const at = (text: string) => Date.parse(text);
  assert.deepEqual(daily.passed(at("2026-11-20T09:00Z"), at("2026-11-23T07:00Z")), {
    first: at("2026-11-21T08:00Z"),
    last: at("2026-11-22T08:00Z"),
    count: 2,
  });
  assert.equal(daily.passed(at("2026-11-20T09:00Z"), at("2026-11-20T10:00Z")), undefined);
  const minutely = scheduleOf({ schedule: "* * * * *" }, "UTC");
  const month = minutely.passed(at("2026-10-01T00:00Z"), at("2026-11-01T00:00:30Z"));
  assert.equal(month?.last, at("2026-11-01T00:00Z"));
  assert.equal(month?.count, 1000);
});

Deno.test("spans are understood, and nonsense is not", () => {
  const minute = 60_000;
  assert.deepEqual(
    ["30m", "90s", "2h", "1h30m", "3d", "1 week", "5 min", "0.5h"].map(parseSpan),
    [30, 1.5, 120, 90, 4320, 10_080, 5, 30].map((minutes) => minutes * minute),
  );
  for (const bad of ["", "soon", "30", "m30", "-5m", "5m later", "0s", "999w999w"]) {
    assert.throws(() => parseSpan(bad), ScheduleError, bad);
  }
});

Deno.test("points in time are read on the clocks of the zone", () => {
  const now = Date.parse("2026-11-23T12:00:00Z");
  const read = (text: string, zone = "Europe/Berlin") =>
    new Date(parseAt(text, zone, now)).toISOString();
  assert.equal(read("18:00"), "2026-11-23T17:00:00.000Z");
  assert.equal(read("9:30"), "2026-11-24T08:30:00.000Z");
  assert.equal(read("2026-12-24 18:00"), "2026-12-24T17:00:00.000Z");
  assert.equal(read("2027-07-01T08:00"), "2027-07-01T06:00:00.000Z");
  assert.equal(read("2026-12-24T18:00:00Z"), "2026-12-24T18:00:00.000Z");
  assert.equal(read("2027-03-28 02:30"), "2027-03-28T01:30:00.000Z"); // 03:30, after the gap
  assert.equal(read("2027-10-31 02:30"), "2027-10-31T00:30:00.000Z"); // the first of the two
  assert.equal(read("2027-01-01", "Pacific/Kiritimati"), "2026-12-31T10:00:00.000Z");
  for (const bad of ["25:00", "2027-02-30 10:00", "2027-13-01", "noon", "2020-01-01 10:00"]) {
    assert.throws(() => parseAt(bad, "Europe/Berlin", now), ScheduleError, bad);
  }
});

Deno.test("a one-time job is readable for the Python program too", () => {
  const at = Date.parse("2026-12-24T17:00:00Z");
  assert.equal(expressionFor(at, "Europe/Berlin"), "0 18 24 12 *");
  assert.equal(showTime(at, "Asia/Kolkata"), "Thu 24 Dec 2026 22:30");
});

import assert from "node:assert/strict";
import { type Job, jobSchema } from "./job.ts";
import { runsLate, settle, tellMissed } from "./missed.ts";
import { scheduleOf } from "./schedule.ts";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const NOON = Date.UTC(2026, 10, 23, 12);

const jobOf = (more: Partial<Job> = {}): Job =>
  jobSchema.parse({
    id: "tea",
    title: "Tea",
    schedule: "0 12 * * *",
    task_folder: "tea",
    agent_instruction: "x",
    ...more,
  });

/** What is to be done at `now` about a job that was due at `next`. */
function settled(job: Job, next: number, now: number) {
  return settle({ job, schedule: scheduleOf(job, "UTC"), next }, now);
}

Deno.test("missed: a run whose time has come begins, also a little late", () => {
  for (const late of [0, 90_000]) {
    assert.deepEqual(settled(jobOf(), NOON, NOON + late), {
      start: { job: jobOf(), scheduled: NOON, cause: "schedule" },
    });
  }
});

Deno.test("missed: what is too late is not run, and counted", () => {
  const { start, missed } = settled(jobOf(), NOON, NOON + 3 * DAY + HOUR);
  assert.equal(start, undefined);
  assert.deepEqual([missed?.first, missed?.last, missed?.count, missed?.often], [
    NOON,
    NOON + 3 * DAY,
    4,
    false,
  ]);
});

Deno.test("missed: run_once makes up for the last time only, and counts those before", () => {
  const job = jobOf({ on_missed: "run_once" });
  const { start, missed } = settled(job, NOON, NOON + 2 * DAY + HOUR);
  assert.deepEqual([start?.scheduled, start?.cause], [NOON + 2 * DAY, "late"]);
  assert.deepEqual([missed?.first, missed?.last, missed?.count], [NOON, NOON + DAY, 2]);
});

Deno.test("missed: after a long sleep a time that has just come is on time, and those before are missed", () => {
  const { start, missed } = settled(jobOf(), NOON, NOON + DAY + MINUTE);
  assert.deepEqual([start?.scheduled, start?.cause], [NOON + DAY, "schedule"]);
  assert.deepEqual([missed?.count, missed?.last], [1, NOON]);
});

Deno.test("missed: how late a run may be is the job's, or a day, for one-time jobs a week", () => {
  const once = { at: "2026-11-23T12:00:00Z" };
  assert.ok(!runsLate(jobOf(), 1));
  assert.ok(runsLate(jobOf({ on_missed: "run_once" }), DAY));
  assert.ok(!runsLate(jobOf({ on_missed: "run_once" }), DAY + 1));
  assert.ok(runsLate(jobOf(once), 7 * DAY));
  assert.ok(!runsLate(jobOf(once), 7 * DAY + 1));
  assert.ok(!runsLate(jobOf({ ...once, on_missed: "skip" }), 1));
  const window = { on_missed: "run_once" as const, missed_window_minutes: 10 };
  assert.ok(runsLate(jobOf(window), 10 * MINUTE));
  assert.ok(!runsLate(jobOf(window), 10 * MINUTE + 1));
});

Deno.test("missed: each conversation hears of its jobs in one message, of frequent ones nobody", async () => {
  const said: [number | undefined, string][] = [];
  const notifier = {
    deliver(target: { chatId: number } | undefined, text: string) {
      said.push([target?.chatId, text]);
      return Promise.resolve("delivered" as const);
    },
  };
  const run = (title: string, more: Partial<Job>, often = false) => ({
    job: jobOf({ title, ...more }),
    ...{ title, often, first: NOON, last: NOON, count: 1, zone: "UTC" },
  });
  await tellMissed(notifier, [
    run("one", { chat_id: 7 }),
    run("two", { chat_id: 7 }),
    run("three", {}),
    run("four", { chat_id: 7 }, true),
  ]);
  assert.deepEqual(said.map(([chat, text]) => [chat, text.match(/\*\*\w+\*\*/g)]), [
    [7, ["**one**", "**two**"]],
    [undefined, ["**three**"]],
  ]);
  // Nobody can be told: that is no reason to stop.
  await tellMissed({ deliver: () => Promise.reject(new Error("disk full")) }, [run("x", {})]);
});

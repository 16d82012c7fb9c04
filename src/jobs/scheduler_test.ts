import assert from "node:assert/strict";
import type { TaskResult } from "./tasks/task.ts";
import { CronBench } from "../../tests/support/cron_bench.ts";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

Deno.test("scheduler runs enabled jobs at their times, on the user's clock", async () => {
  await using bench = await CronBench.make("2026-11-23T06:00:00Z");
  await bench.add("morning", "30 7 * * *");
  await bench.add("off", "30 7 * * *", { enabled: false });
  await bench.add("tokyo", "35 15 * * *", { timezone: "Asia/Tokyo" });
  await bench.start();
  await bench.pass(HOUR);
  assert.deepEqual(bench.started, ["morning", "tokyo"]);
  assert.deepEqual(bench.times, ["2026-11-23T06:30:00.000Z", "2026-11-23T06:35:00.000Z"]);
  const job = await bench.registry.get("morning");
  assert.equal(job.last_run_status, "success");
  assert.equal(job.last_run_at, "2026-11-23T06:30:00.000Z");
  assert.deepEqual(bench.said.map(({ text }) => text), [
    "**morning**\n\nDone.",
    "**tokyo**\n\nDone.",
  ]);
  const [run] = await bench.runs.list("morning");
  assert.deepEqual([run?.status, run?.delivery, run?.cause], ["success", "delivered", "schedule"]);
});

Deno.test("scheduler takes over edits, and leaves running jobs and other timers alone", async () => {
  await using bench = await CronBench.make("2026-11-23T06:00:00Z");
  const done = Promise.withResolvers<TaskResult>();
  await bench.add("long", "0 7 * * *"); // 06:00 UTC has begun; first at 07:00 tomorrow
  await bench.add("soon", "5 7 * * *");
  await bench.start();
  bench.task = () => done.promise;
  await bench.scheduler.runNow("long");
  await bench.quiet();
  assert.deepEqual(bench.started, ["long"]);
  // Another process adds, changes and removes while it runs.
  await bench.add("added", "10 7 * * *");
  await bench.registry.edit("soon", { schedule: "20 7 * * *" });
  await bench.scheduler.reload();
  await bench.pass(15 * MINUTE);
  assert.deepEqual(bench.started, ["long", "added"]);
  done.resolve({ status: "success", text: "At last." });
  await bench.quiet();
  assert.equal((await bench.registry.get("long")).last_run_status, "success");
  await bench.pass(10 * MINUTE);
  assert.deepEqual(bench.started, ["long", "added", "soon"]);
  assert.deepEqual((await bench.registry.list()).map(({ id }) => id), ["long", "soon", "added"]);
});

Deno.test("scheduler switches a job off at once, and on again", async () => {
  await using bench = await CronBench.make("2026-11-23T06:00:00Z");
  await bench.add("minutely", "* * * * *");
  await bench.start();
  await bench.pass(2 * MINUTE);
  assert.equal(bench.started.length, 2);
  await bench.registry.setEnabled("minutely", false);
  await bench.scheduler.reload();
  await bench.pass(5 * MINUTE);
  assert.equal(bench.started.length, 2);
  await bench.registry.setEnabled("minutely", true);
  await bench.scheduler.reload();
  await bench.pass(MINUTE);
  assert.equal(bench.started.length, 3);
  assert.deepEqual(await bench.statuses("minutely"), ["success", "success", "success"]);
});

Deno.test("scheduler starts ten jobs of the same second, once each", async () => {
  await using bench = await CronBench.make("2026-11-23T06:00:00Z");
  const names = Array.from({ length: 10 }, (_, n) => `job-${n}`);
  for (const name of names) await bench.add(name, "30 7 * * *");
  await bench.start();
  let most = 0;
  let running = 0;
  bench.config.cron.max_parallel = 4;
  bench.task = async () => {
    most = Math.max(most, ++running);
    await bench.clock.sleep(10_000);
    running--;
    return { status: "success", text: "ok" };
  };
  await bench.pass(40 * MINUTE);
  assert.deepEqual([...bench.started].sort(), names);
  assert.equal(most, 4);
  assert.equal(bench.said.length, 10);
});

Deno.test("scheduler records what a sleeping laptop missed, says it once, and goes on", async () => {
  await using bench = await CronBench.make("2026-11-23T06:00:00Z");
  await bench.add("daily", "30 7 * * *");
  await bench.add("late", "30 7 * * *", { on_missed: "run_once" });
  await bench.add("minutely", "* * * * *");
  await bench.start();
  await bench.quiet();
  bench.sleep(3 * DAY + 2 * HOUR + 10_000);
  await bench.pass(30_000);
  // 26 Nov 08:00:10 UTC, 09:00:10 in Berlin: 07:30 was an hour and a half ago.
  assert.deepEqual(bench.started.filter((id) => id !== "minutely"), ["late"]);
  assert.equal(bench.started.filter((id) => id === "minutely").length, 1);
  assert.deepEqual(await bench.statuses("daily"), ["missed"]);
  const [missed] = await bench.runs.list("daily");
  assert.equal(missed?.count, 4);
  assert.equal(missed?.last, "2026-11-26T06:30:00.000Z");
  const notice = bench.said.filter(({ text }) => text.includes("were due while"));
  assert.equal(notice.length, 1);
  assert.match(notice[0]!.text, /\*\*daily\*\* \(4 times, last Thu 26 Nov 2026 07:30\)/);
  assert.doesNotMatch(notice[0]!.text, /minutely/);
  assert.match(
    bench.said.find(({ text }) => text.startsWith("**late"))!.text,
    /was due Thu 26 Nov/,
  );
  bench.sleep(DAY - 2 * HOUR - 20 * MINUTE);
  await bench.pass(HOUR);
  assert.equal(bench.started.filter((id) => id === "daily").length, 1);
  assert.deepEqual(await bench.statuses("daily"), ["missed", "success"]);
});

Deno.test("scheduler treats downtime like sleep, once, and not what was edited meanwhile", async () => {
  await using bench = await CronBench.make("2026-11-23T06:00:00Z");
  await bench.add("daily", "30 7 * * *", { on_missed: "run_once" });
  await bench.add("old", "30 7 * * *", { on_missed: "run_once", missed_window_minutes: 30 });
  await bench.add("edited", "30 7 * * *", { on_missed: "run_once" });
  await bench.start();
  await bench.quiet();
  await bench.kill();
  bench.clock.jump(3 * HOUR);
  await bench.registry.edit("edited", { schedule: "45 7 * * *" });
  await bench.restart();
  assert.deepEqual(bench.started, ["daily"]);
  assert.deepEqual(await bench.statuses("old"), ["missed"]);
  assert.deepEqual(await bench.statuses("edited"), []);
  await bench.restart();
  assert.deepEqual(bench.started, ["daily"]);
});

Deno.test("scheduler does not call missed what a home of the Python program never ran", async () => {
  await using bench = await CronBench.make("2026-11-23T06:00:00Z");
  await bench.add("old", "30 7 * * *", { last_run_at: "2026-01-01T00:00:00Z" });
  await bench.start();
  await bench.quiet();
  assert.deepEqual(bench.said, []);
  assert.deepEqual(await bench.statuses("old"), []);
});

Deno.test("scheduler runs a one-time job once, late if it must, at night too", async () => {
  await using bench = await CronBench.make("2026-11-23T22:00:00Z");
  bench.config.quiet_hours = { start: 21, end: 8 };
  await bench.add("soon", "0 0 1 1 *", { at: "2026-11-23T22:01:00Z" });
  await bench.add("later", "0 0 1 1 *", { at: "2026-11-23T22:05:00Z" });
  await bench.start();
  await bench.pass(2 * MINUTE);
  assert.deepEqual(bench.started, ["soon"]);
  assert.equal((await bench.registry.get("soon")).enabled, false);
  await bench.kill();
  bench.clock.jump(HOUR);
  await bench.restart();
  assert.deepEqual(bench.started, ["soon", "later"]);
  bench.sleep(8 * DAY);
  await bench.pass(2 * MINUTE);
  assert.deepEqual(bench.started, ["soon", "later"]);
  assert.deepEqual(await bench.registry.list(), []);
});

Deno.test("K12.1 scheduler runs a one-time job that is due in its own quiet hours when they are over", async () => {
  await using bench = await CronBench.make("2026-11-23T22:00:00Z");
  const at = "2026-11-23T22:05:00Z";
  await bench.add("quiet", "5 22 23 11 *", { at, timezone: "UTC", quiet_start: 21, quiet_end: 23 });
  await bench.start();
  await bench.pass(10 * MINUTE);
  assert.deepEqual(bench.started, []);
  const moved = await bench.registry.get("quiet");
  assert.deepEqual([moved.at, moved.enabled], ["2026-11-23T23:00:00.000Z", true]);
  await bench.scheduler.reload();
  await bench.pass(HOUR);
  assert.deepEqual(bench.started, ["quiet"]);
});

Deno.test("scheduler records runs that fall into quiet hours, on the job's own clock", async () => {
  await using bench = await CronBench.make("2026-11-23T20:30:00Z"); // 21:30 in Berlin
  bench.config.quiet_hours = { start: 22, end: 7 };
  await bench.add("hourly", "0 * * * *");
  await bench.add("new-york", "0 * * * *", { timezone: "America/New_York" });
  await bench.add("own", "0 * * * *", { quiet_start: 0, quiet_end: 0 });
  await bench.start();
  await bench.pass(HOUR);
  assert.deepEqual([...bench.started].sort(), ["new-york", "own"]);
  assert.deepEqual(await bench.statuses("hourly"), ["skipped:quiet"]);
  assert.deepEqual(bench.said.filter(({ text }) => text.includes("hourly")), []);
  await bench.scheduler.runNow("hourly");
  await bench.quiet();
  assert.equal(bench.started.at(-1), "hourly");
});

Deno.test("scheduler does not let a job overtake itself; one run may wait", async () => {
  await using bench = await CronBench.make("2026-11-23T06:00:00Z");
  await bench.add("skips", "* * * * *");
  await bench.add("queues", "* * * * *", { overlap: "queue_one" });
  bench.task = async (_, signal) => {
    await bench.clock.sleep(150_000, signal);
    return { status: signal.aborted ? "stopped" : "success", text: "ok" };
  };
  await bench.start();
  await bench.pass(3 * MINUTE + 40_000);
  // Started at 1:00, 2:00 and 3:00 were due meanwhile, the first ended at 3:30.
  assert.deepEqual(bench.started.filter((id) => id === "skips").length, 1);
  assert.deepEqual(
    (await bench.statuses("skips")).filter((s) => s === "skipped:overlap").length,
    2,
  );
  assert.deepEqual(bench.started.filter((id) => id === "queues").length, 2);
});

Deno.test("K12.8 scheduler says the same failure three times a day, and another one at once", async () => {
  await using bench = await CronBench.make("2026-11-23T19:00:00Z"); // 20:00 in Berlin
  await bench.add("bad", "*/10 * * * *");
  let text = "It broke.";
  bench.task = () => Promise.resolve({ status: "error:crash", text });
  await bench.start();
  await bench.pass(2 * HOUR);
  assert.equal(bench.started.length, 12);
  assert.deepEqual(bench.said.map(({ text }) => /did not work|third time today/.exec(text)?.[0]), [
    "did not work",
    "did not work",
    "third time today",
  ]);
  text = "Something else broke.";
  await bench.pass(10 * MINUTE);
  assert.match(bench.said.at(-1)!.text, /Something else/);
  text = "It broke.";
  await bench.pass(HOUR);
  assert.equal(bench.said.length, 7);
  // Midnight in Berlin has passed: another day.
  await bench.pass(HOUR);
  assert.equal(bench.said.length, 9);
});

Deno.test("scheduler switches a job off that fails again and again, and says so", async () => {
  await using bench = await CronBench.make("2026-11-23T06:00:00Z");
  await bench.add("bad", "* * * * *", { failures_to_pause: 3, silent: true, chat_id: 5 });
  bench.task = () => Promise.resolve({ status: "error:crash", text: "It broke." });
  await bench.start();
  await bench.pass(10 * MINUTE);
  assert.equal(bench.started.length, 3);
  const job = await bench.registry.get("bad");
  assert.deepEqual([job.enabled, job.paused_reason], [false, "3 failures in a row"]);
  assert.equal(bench.said.length, 4);
  assert.match(bench.said[0]!.text, /⚠️ \*\*bad\*\* did not work\.\n\nIt broke\./);
  assert.match(bench.said[3]!.text, /failed 3 times in a row and is switched off/);
  assert.ok(bench.said.every(({ chat }) => chat === 5));
});

Deno.test("scheduler says nothing when there is nothing to say and silence was asked for", async () => {
  await using bench = await CronBench.make("2026-11-23T06:00:00Z");
  await bench.add("quietly", "* * * * *", { silent: true });
  await bench.add("loudly", "* * * * *");
  bench.task = () => Promise.resolve({ status: "success", text: "", nothing: true });
  await bench.start();
  await bench.pass(MINUTE);
  assert.deepEqual(bench.said.map(({ text }) => text), [
    "**loudly**\n\n_Done; there is nothing to report._",
  ]);
  const [run] = await bench.runs.list("quietly");
  assert.equal(run?.delivery, "none");
});

Deno.test("K12.8 scheduler tells once and in one message what cannot run, and keeps it in the list as broken", async () => {
  await using bench = await CronBench.make("2026-11-23T06:00:00Z");
  await bench.add("no-model", "0 8 * * *");
  await bench.add("no-time", "every day");
  await bench.add("fine", "0 8 * * *");
  bench.problemOf = ({ id }) =>
    id === "no-model" ? { message: "There is no such model." } : undefined;
  await bench.start();
  await bench.restart();
  await bench.pass(MINUTE);
  assert.equal(bench.said.length, 1);
  assert.match(bench.said[0]!.text, /- \*\*no-model\*\* \(`no-model`\): There is no/);
  assert.match(bench.said[0]!.text, /- \*\*no-time\*\* \(`no-time`\): .*no cron exp/);
  const view = await bench.scheduler.view();
  assert.deepEqual(view.map(({ problem }) => problem !== undefined), [true, true, false]);
  assert.ok(view[0]?.next, "it is tried again when its time comes");
  bench.problemOf = () => undefined;
  await bench.registry.edit("no-model", { model: "opus" });
  await bench.scheduler.reload();
  assert.equal((await bench.scheduler.view())[0]?.problem, undefined);
});

Deno.test("scheduler shows an entry that is not valid, and runs the others", async () => {
  await using bench = await CronBench.make("2026-11-23T06:00:00Z");
  await bench.add("good", "1 7 * * *");
  const file = JSON.parse(await Deno.readTextFile(bench.home.cronJobsFile));
  file.jobs.unshift({ id: "half", title: "Half a job", enabled: "perhaps" });
  await Deno.writeTextFile(bench.home.cronJobsFile, JSON.stringify(file));
  await bench.start();
  await bench.pass(2 * MINUTE);
  assert.deepEqual(bench.started, ["good"]);
  const [half] = await bench.scheduler.view();
  assert.match(half!.problem!, /in cron_jobs\.json/);
  const after = JSON.parse(await Deno.readTextFile(bench.home.cronJobsFile));
  assert.deepEqual(after.jobs[0], file.jobs[0]);
});

Deno.test("scheduler follows the user into another time zone", async () => {
  await using bench = await CronBench.make("2026-11-23T06:00:00Z");
  await bench.add("eight", "0 8 * * *");
  await bench.add("fixed", "0 8 * * *", { timezone: "Europe/Berlin" });
  await bench.start();
  await bench.quiet();
  bench.zone = "Europe/London";
  await bench.pass(3 * HOUR);
  assert.deepEqual(bench.started, ["fixed", "eight"]);
  assert.deepEqual(bench.times, ["2026-11-23T07:00:00.000Z", "2026-11-23T08:00:00.000Z"]);
  assert.deepEqual(await bench.statuses("eight"), ["success"]);
});

Deno.test("scheduler says what was interrupted, and does not run it again by itself", async () => {
  await using bench = await CronBench.make("2026-11-23T06:00:00Z");
  await bench.add("cut", "1 7 * * *");
  await bench.add("again", "1 7 * * *", { on_missed: "run_once" });
  bench.task = (_, signal) => hang(signal);
  await bench.start();
  await bench.pass(2 * MINUTE);
  assert.deepEqual([...bench.started].sort(), ["again", "cut"]);
  await bench.restart();
  assert.deepEqual(bench.started.slice(2), ["again"]);
  assert.deepEqual(await bench.statuses("cut"), ["interrupted"]);
  assert.equal((await bench.registry.get("cut")).last_run_status, "interrupted");
  assert.equal(bench.said.length, 2);
  // Once: what is cut off twice stays off.
  await bench.restart();
  assert.equal(bench.started.length, 3);
  assert.deepEqual(await bench.statuses("again"), ["interrupted", "interrupted"]);
});

Deno.test("scheduler delivers after a restart what had ended and was not said", async () => {
  await using bench = await CronBench.make("2026-11-23T06:00:00Z");
  await bench.add("report", "1 7 * * *");
  await bench.start();
  await bench.quiet();
  bench.dieBefore(3); // The claim, the record of the start, that of the end; then the message.
  await bench.pass(2 * MINUTE);
  assert.deepEqual(bench.said, []);
  await bench.crash();
  assert.deepEqual(bench.said.map(({ text }) => text), ["**report**\n\nDone."]);
  const [run] = await bench.runs.list("report");
  assert.deepEqual([run?.status, run?.delivery], ["success", "delivered"]);
  assert.equal(bench.started.length, 1);
  await bench.restart();
  assert.equal(bench.said.length, 1);
});

Deno.test("a crash at any write neither repeats a run nor loses its result", async () => {
  // How far a run gets is counted in writes; the process "dies" before the nth of them.
  for (let writes = 0; writes < 9; writes++) {
    await using bench = await CronBench.make("2026-11-23T06:00:00Z");
    await bench.add("report", "1 7 * * *");
    await bench.start();
    await bench.quiet();
    bench.dieBefore(writes);
    await bench.pass(90_000);
    await bench.crash();
    await bench.pass(MINUTE);
    assert.ok(bench.started.length <= 1, `run twice when dying before write ${writes}`);
    const statuses = await bench.statuses("report");
    assert.equal(statuses.length, 1, `one record when dying before write ${writes}`);
    if (bench.started.length === 0) assert.match(statuses[0]!, /interrupted|success/);
    assert.ok(bench.said.length >= 1, `something is said when dying before write ${writes}`);
  }
});

Deno.test("a crash after a run that ended repeats it for no job, also for one that makes up for what it missed", async () => {
  for (let writes = 3; writes < 9; writes++) {
    await using bench = await CronBench.make("2026-11-23T06:00:00Z");
    await bench.add("report", "1 7 * * *", { on_missed: "run_once" });
    await bench.start();
    await bench.quiet();
    bench.dieBefore(writes);
    await bench.pass(90_000);
    await bench.crash();
    await bench.pass(MINUTE);
    assert.equal(bench.started.length, 1, `run twice when dying before write ${writes}`);
    assert.deepEqual(bench.said.map(({ text }) => text), ["**report**\n\nDone."]);
  }
});

Deno.test("a crash at any write of a start makes up for a run that was cut off, and once", async () => {
  for (let writes = 0; writes < 8; writes++) {
    await using bench = await CronBench.make("2026-11-23T06:00:00Z");
    await bench.add("cut", "", { at: "2026-11-23T06:01:00Z", on_missed: "run_once" });
    bench.task = (_, signal) => hang(signal);
    await bench.start();
    await bench.pass(2 * MINUTE);
    await bench.kill();
    bench.renew();
    bench.dieBefore(writes);
    bench.task = () => Promise.resolve({ status: "success", text: "Done." });
    // It hangs at the write before which it dies.
    const start = bench.start();
    await bench.quiet();
    await bench.crash();
    const results = bench.said.filter(({ text }) => text === "**cut**\n\nDone.");
    const told = bench.said.filter(({ text }) => text.includes("ended while the job"));
    // The one that makes up for it may be cut off, too: then that is told.
    assert.deepEqual(
      [results.length, told.length],
      told.length === 2 ? [0, 2] : [1, 1],
      `dying before write ${writes}`,
    );
    void start;
  }
});

Deno.test("1,000 jobs: an edit of one moves that one, and every job runs at its second", async () => {
  await using bench = await CronBench.make("2026-11-23T06:00:30Z");
  const jobs = Array.from({ length: 1000 }, (_, n) => ({
    id: `job-${n}`,
    title: `Job ${n}`,
    schedule: `${1 + n % 50} 7 * * *`,
    task_folder: `job-${n}`,
    agent_instruction: "Do it.",
  }));
  await Deno.writeTextFile(bench.home.cronJobsFile, JSON.stringify({ jobs }));
  bench.config.cron.max_parallel = 100;
  await bench.start();
  await bench.registry.edit("job-999", { schedule: "55 7 * * *" });
  await bench.scheduler.reload();
  await bench.pass(3 * MINUTE);
  const due = jobs.filter((_, n) => n % 50 < 3).map(({ id }) => id);
  assert.deepEqual([...bench.started].sort(), due.sort());
  assert.equal(new Set(bench.times).size, 3);
});

function hang(signal: AbortSignal): Promise<TaskResult> {
  return new Promise((resolve) => {
    signal.addEventListener("abort", () => resolve({ status: "stopped", text: "" }), {
      once: true,
    });
  });
}

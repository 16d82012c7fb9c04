/** A thousand jobs: how long the schedule takes at the start, and to take over an edit. */
import type { JobFields } from "../../src/jobs/job.ts";
import { JobRegistry } from "../../src/jobs/registry.ts";
import { CronBench } from "../support/cron_bench.ts";
import { type Line, median, ms, time } from "./measure.ts";

const JOBS = 1000;
const ROUNDS = 7;

export async function* jobsBench(): AsyncIterable<Line | string> {
  await using bench = await CronBench.make("2026-11-23T07:00:00Z");
  await Deno.writeTextFile(bench.home.cronJobsFile, JSON.stringify({ jobs: manyJobs() }));
  const parse: number[] = [];
  for (let n = 0; n < ROUNDS; n++) {
    parse.push(
      await time(async () => JSON.parse(await Deno.readTextFile(bench.home.cronJobsFile))),
    );
  }
  const against = `reading that JSON ${ms(median(parse))}`;

  const first = await time(() => bench.start());
  yield {
    what: `first start with ${JOBS} new jobs`,
    value: ms(first),
    against,
    budget: "300 ms",
    ok: first <= 300,
  };
  const starts: number[] = [];
  for (let n = 0; n < ROUNDS; n++) {
    await bench.kill();
    bench.renew();
    starts.push(await time(() => bench.start()));
  }
  yield {
    what: `start with ${JOBS} jobs`,
    value: ms(median(starts)),
    against,
    budget: "300 ms",
    ok: median(starts) <= 300,
  };
  const edits: number[] = [];
  for (let n = 0; n < ROUNDS; n++) {
    // Another process, such as `ductor cron edit`.
    const change: JobFields = { schedule: `${n} 6 * * *` };
    await new JobRegistry(bench.home).edit(`job-${n}`, change);
    edits.push(await time(() => bench.scheduler.reload()));
  }
  yield {
    what: `an edit of one of ${JOBS} jobs is taken over`,
    value: ms(median(edits)),
    against,
    budget: "50 ms",
    ok: median(edits) <= 50,
  };
}

/** As `ductor cron add` leaves them, with all kinds of schedules and zones. */
function manyJobs() {
  const zones = ["", "Europe/Berlin", "America/New_York", "Asia/Tokyo"];
  return Array.from({ length: JOBS }, (_, n) => ({
    id: `job-${n}`,
    title: `Job ${n}`,
    description: "What it is for",
    schedule: `${n % 60} ${n % 24} * * ${n % 3 === 0 ? "1-5" : "*"}`,
    timezone: zones[n % zones.length],
    task_folder: `job-${n}`,
    agent_instruction: "Do it.",
    enabled: true,
    created_at: "2026-01-01T00:00:00Z",
    last_run_at: null,
    last_run_status: null,
  }));
}

/** What the last life of the program left of its runs. */
import type { CronState } from "./cron_state.ts";
import type { JobRuns } from "./job_runs.ts";
import type { JobRegistry } from "./registry.ts";
import { runsLate, type Start } from "./missed.ts";

export interface RecoverOptions {
  registry: JobRegistry;
  state: CronState;
  runs: JobRuns;
  /** Milliseconds since the epoch. */
  now: number;
}

/** Tidies up after every claim that was not given back; returns the runs that are made again. */
export async function recoverRuns(
  { registry, state, runs, now }: RecoverOptions,
): Promise<Start[]> {
  const jobs = new Map((await registry.list()).map((entry) => [entry.id, entry.job]));
  const again: Start[] = [];
  for (const [id, { running = [] }] of Object.entries(await state.read())) {
    const job = jobs.get(id);
    for (const claim of running) {
      const scheduled = Date.parse(claim.scheduled);
      // What is cut off a second time may be what ends the program, so it stays off.
      const retry = job !== undefined && claim.cause !== "again" &&
        job.on_missed === "run_once" && runsLate(job, now - scheduled);
      await runs.recover(id, job, claim, retry);
      if (retry) again.push({ job, scheduled, cause: "again" });
    }
  }
  return again;
}

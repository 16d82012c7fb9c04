/**
 * The jobs that run: each is claimed on disk before it begins, none overtakes itself, and at most one
 * run of a job waits for the end of another.
 *
 * @module
 */
import { getLogger } from "@logtape/logtape";
import type { Claim, CronEntry, CronState } from "./cron_state.ts";
import type { Job } from "./job.ts";
import type { JobRuns } from "./job_runs.ts";
import type { Start } from "./missed.ts";
import { newRunId } from "./run_records.ts";

const log = getLogger(["ductor", "automation"]);

export interface RunningJobsOptions {
  state: CronState;
  runs: JobRuns;
  /** The job as it is now, if it is on still. */
  jobOf(id: string): Job | undefined;
  /** Aborts when what waits is not to begin any more. */
  stopping: AbortSignal;
}

export class RunningJobs {
  readonly #options: RunningJobsOptions;
  readonly #running = new Map<string, Set<Promise<void>>>();
  /** Runs that wait for the end of the one that runs, by their job: when they were due. */
  readonly #queued = new Map<string, number>();
  /** Aborts when what runs has to end. */
  readonly #kill = new AbortController();

  constructor(options: RunningJobsOptions) {
    this.#options = options;
  }

  has(id: string): boolean {
    return this.#running.has(id);
  }

  /** How many runs there are just now. */
  get count(): number {
    return [...this.#running.values()].reduce((sum, set) => sum + set.size, 0);
  }

  /** Resolves when nothing runs. */
  async idle(): Promise<void> {
    while (this.count > 0) {
      await Promise.all([...this.#running.values()].flatMap((set) => [...set]));
    }
  }

  /** Lets what runs go on until `grace` aborts; resolves when nothing runs. */
  async stop(grace: AbortSignal): Promise<void> {
    const kill = () => this.#kill.abort();
    if (grace.aborted) kill();
    grace.addEventListener("abort", kill, { once: true });
    await this.idle();
    grace.removeEventListener("abort", kill);
  }

  /**
   * Writes the claims, then starts the runs. A job that runs already waits or is left out, as it
   * wants; one that somebody asked for begins all the same.
   *
   * @param change made to the state in the same write
   * @returns the ids of the runs that began
   */
  async start(
    starts: readonly Start[],
    change: (jobs: Record<string, CronEntry>) => void = () => {},
  ): Promise<string[]> {
    const { state, runs } = this.#options;
    const claims: { job: Job; claim: Claim }[] = [];
    const skipped: Start[] = [];
    for (const start of starts) {
      const { job, scheduled, cause } = start;
      if (this.#running.has(job.id) && cause !== "manual") {
        if (job.overlap === "queue_one" && !this.#queued.has(job.id)) {
          this.#queued.set(job.id, scheduled);
        } else skipped.push(start);
        continue;
      }
      claims.push({ job, claim: claimOf(start) });
      // Taken now: a second claim in the same breath has to see it.
      if (!this.#running.has(job.id)) this.#running.set(job.id, new Set());
    }
    try {
      await state.change((jobs) => {
        change(jobs);
        for (const { job, replaces } of starts) {
          const entry = jobs[job.id];
          if (replaces && entry) {
            entry.running = entry.running?.filter(({ run }) => run !== replaces);
          }
        }
        for (const { job, claim } of claims) {
          const entry = jobs[job.id] ??= {};
          entry.running = [...entry.running ?? [], claim];
        }
      });
    } catch (error) {
      for (const { job } of claims) this.#forget(job.id);
      throw error;
    }
    for (const { job, claim } of claims) this.#begin(job, claim);
    for (const { job, scheduled } of skipped) await runs.skip(job, scheduled, "skipped:overlap");
    return claims.map(({ claim }) => claim.run);
  }

  #begin(job: Job, claim: Claim): void {
    const running = this.#running.get(job.id) ?? new Set();
    this.#running.set(job.id, running);
    const run = this.#options.runs.run(job, claim, this.#kill.signal).then(() => {
      running.delete(run);
      this.#forget(job.id);
      return this.#next(job.id);
    });
    running.add(run);
  }

  #forget(id: string): void {
    if (this.#running.get(id)?.size === 0) this.#running.delete(id);
  }

  /** The run that waited for the end of another. */
  async #next(id: string): Promise<void> {
    const scheduled = this.#queued.get(id);
    if (scheduled === undefined || this.#running.has(id) || this.#options.stopping.aborted) return;
    this.#queued.delete(id);
    const job = this.#options.jobOf(id);
    if (!job) return;
    await this.start([{ job, scheduled, cause: "schedule" }]).catch((error) =>
      log.error("A run that waited could not start: {error}", { error })
    );
  }
}

function claimOf({ job, scheduled, cause }: Start): Claim {
  const { title, task_folder: folder } = job;
  const at = new Date(scheduled).toISOString();
  return { run: newRunId(), scheduled: at, cause, title, folder };
}

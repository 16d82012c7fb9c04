/**
 * Runs jobs when their time comes. One timer for all of them, set anew at least every half minute,
 * because a timer stands still while a computer sleeps.
 *
 * @module
 */
import { Mutex } from "../base/async/locks.ts";
import { getLogger } from "@logtape/logtape";
import type { Clock } from "../base/clock.ts";
import type { CronState } from "./cron_state.ts";
import type { Job, JobEntry } from "./job.ts";
import { JobChecks, type Say } from "./broken_jobs.ts";
import type { JobRuns } from "./job_runs.ts";
import type { JobRegistry } from "./registry.ts";
import { type MissedRuns, settle, type Start, tellMissed } from "./missed.ts";
import type { Notifier } from "./notifier.ts";
import { type Due, noteNext, notePlan, Plan } from "./next_runs.ts";
import { RunningJobs } from "./running_jobs.ts";

const log = getLogger(["ductor", "automation"]);

/** Longest time between two looks at the clock. */
const LOOK_MS = 30_000;
const DAY_MS = 86_400_000;
/** How long a one-time job stays in the list when it is over. */
const OVER_MS = 7 * DAY_MS;

export interface SchedulerOptions {
  registry: JobRegistry;
  state: CronState;
  runs: JobRuns;
  notifier: Notifier;
  clock: Clock;
  timeZone(): string;
  /** Why a job cannot run as things are. */
  problemOf(job: Job): Promise<{ message: string } | undefined>;
}

/** What the panel and the command line show of a job. */
export interface JobView {
  id: string;
  title: string;
  job?: Job;
  enabled: boolean;
  running: boolean;
  /** Milliseconds since the epoch. */
  next?: number;
  zone: string;
  lastStatus?: string;
  problem?: string;
}

export class Scheduler {
  readonly #options: SchedulerOptions;
  readonly #plan = new Plan();
  readonly #checks: JobChecks;
  readonly #running: RunningJobs;
  /** Aborts when nothing new may start. */
  readonly #stop = new AbortController();
  #wake = new AbortController();
  #loop: Promise<void> | undefined;
  /** When the clock was looked at last, as it was then. */
  #looked = 0;
  readonly #turns = new Mutex();

  constructor(options: SchedulerOptions) {
    this.#options = options;
    this.#checks = new JobChecks(options);
    const { state, runs } = options;
    this.#running = new RunningJobs({
      state,
      runs,
      jobOf: (id) => this.#plan.at(id)?.job,
      stopping: this.#stop.signal,
    });
  }

  /** Goes on where the last life of the program ended, then runs what is due; `say`: see JobChecks. */
  async start(say?: Say): Promise<void> {
    await this.#inTurn(async () => {
      const again = await this.#options.runs.recover();
      if (again.length > 0) await this.#running.start(again);
      await this.#load(true, say);
    });
    this.#loop = this.#run();
  }

  /** Starts nothing new; lets what runs go on until `grace` aborts. Resolves when nothing is left. */
  async stop(grace: AbortSignal): Promise<void> {
    this.#stop.abort();
    this.#wake.abort();
    await this.#loop;
    await this.#turns.idle();
    await this.#running.stop(grace);
  }

  /** Takes over what changed in the file. Running jobs, and timers of unchanged jobs, stay. */
  reload(): Promise<void> {
    return this.#inTurn(async () => {
      await this.#load(false);
      this.#wake.abort();
    });
  }

  /** Looks again whether the jobs can run: something they depend on has changed. */
  recheck(): Promise<void> {
    return this.#inTurn(async () => {
      const { registry, state } = this.#options;
      const entries = await registry.list();
      const fresh = entries.flatMap(({ id, job }) => job && this.#plan.at(id) ? [job] : []);
      await this.#checks.look({ fresh, broken: [] }, entries, await state.read());
    });
  }

  /** How many jobs run just now. */
  get running(): number {
    return this.#running.count;
  }

  /** Resolves when no job runs. */
  idle(): Promise<void> {
    return this.#running.idle();
  }

  /**
   * Runs a job now, whatever the time; returns the id of the run.
   *
   * @throws {JobError} there is no such job
   */
  async runNow(name: string): Promise<string> {
    const job = await this.#options.registry.get(name);
    const [run] = await this.#running.start([{
      job,
      scheduled: this.#options.clock.now(),
      cause: "manual",
    }]);
    return run!;
  }

  async view(): Promise<JobView[]> {
    const entries = await this.#options.registry.list();
    const states = await this.#options.state.read();
    return entries.map(({ id, title, job, problem: broken }) => {
      const planned = this.#plan.at(id);
      const problem = broken ?? this.#checks.problem(id);
      const lastStatus = states[id]?.last?.status ?? job?.last_run_status ?? undefined;
      return {
        id,
        title,
        ...job && { job },
        enabled: job?.enabled ?? false,
        running: this.#running.has(id),
        ...job?.enabled && planned?.next !== undefined && { next: planned.next },
        zone: planned?.schedule.zone ?? (job?.timezone || this.#options.timeZone()),
        ...lastStatus !== undefined && { lastStatus },
        ...problem !== undefined && { problem },
      };
    });
  }

  /** Changes of the plan happen one after the other. */
  #inTurn(fn: () => Promise<void>): Promise<void> {
    return this.#turns.run(async () => {
      try {
        await fn();
      } catch (error) {
        log.error("The schedule could not be worked out: {error}", { error });
        throw error;
      }
    });
  }

  async #run(): Promise<void> {
    const { clock } = this.#options;
    const stop = this.#stop.signal;
    while (!stop.aborted) {
      await this.#inTurn(() => this.#tick()).catch(() => {});
      this.#wake = new AbortController();
      const due = (this.#plan.first ?? Infinity) - clock.now();
      // After a failed tick what is due stays due; a second's pause keeps that from spinning.
      const wait = Math.min(LOOK_MS, due <= 0 ? 1000 : due);
      await clock.sleep(wait, AbortSignal.any([stop, this.#wake.signal]));
    }
  }

  /** Reads the file again, then starts everything whose time has come, with one claim for all. */
  async #tick(): Promise<void> {
    await this.#load(false);
    const now = this.#options.clock.now();
    if (now < this.#looked) this.#plan.setBack(now);
    this.#looked = now;
    const due = this.#plan.takeDue(now);
    if (due.length === 0) return;
    try {
      await this.#settleDue(due, now);
    } catch (error) {
      for (const one of due) this.#plan.push(one);
      throw error;
    }
  }

  async #settleDue(due: readonly Due[], now: number): Promise<void> {
    const { runs, notifier } = this.#options;
    const starts: Start[] = [];
    const missed: MissedRuns[] = [];
    for (const { plan } of due) {
      const settled = settle(plan, now);
      if (settled.start) starts.push(settled.start);
      if (settled.missed) missed.push(settled.missed);
    }
    const later = due.map(({ id, plan }) => ({ id, plan, next: plan.schedule.after(now) }));
    await this.#running.start(starts, (jobs) => {
      for (const { id, plan, next } of later) noteNext(jobs[id] ??= {}, { ...plan, next });
    });
    for (const { plan, next } of later) plan.next = next;
    for (const one of due) this.#plan.push(one);
    for (const { job, first, last, count } of missed) {
      await runs.skip(job, first, "missed", { count, last: new Date(last).toISOString() });
    }
    await tellMissed(notifier, missed);
  }

  /** Works out the plan anew for what changed. */
  async #load(first: boolean, say?: Say): Promise<void> {
    const { registry, state, timeZone, clock } = this.#options;
    const entries = await registry.list();
    const zone = timeZone();
    if (this.#plan.isOf(entries, zone)) return;
    const now = clock.now();
    const known = await state.read();
    const change = this.#plan.change(entries, zone, { known, now, first });
    await notePlan(state, change.changed, entries, known);
    await this.#checks.look(change, entries, known, say);
    await this.#removeOver(entries, now);
  }

  /** One-time jobs that are over leave the list after a week; their folders go to the trash. */
  async #removeOver(entries: readonly JobEntry[], now: number): Promise<void> {
    for (const { job } of entries) {
      if (!job?.at || job.enabled || job.last_run_status !== "success") continue;
      if (now - Date.parse(job.last_run_at ?? "") < OVER_MS) continue;
      await this.#options.registry.remove(job.id).catch((error) =>
        log.warn("{job} cannot be removed: {error}", { job: job.id, error })
      );
    }
  }
}

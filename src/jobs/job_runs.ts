/**
 * One run of a job, from the claim to the message: dependency lock, quiet hours, the task itself, the
 * record, the delivery. Each step is on disk before the next, so that a crash at any of them neither
 * repeats the run nor loses what it found.
 *
 * @module
 */
import { type KeyedQueue, Semaphore } from "../base/async/locks.ts";
import { getLogger } from "@logtape/logtape";
import type { Clock } from "../base/clock.ts";
import type { Config } from "../config/schema.ts";
import type { Claim, CronEntry, CronState } from "./cron_state.ts";
import { type Job, originOf } from "./job.ts";
import { failingText, pausedText, resultText } from "./texts.ts";
import type { JobRegistry } from "./registry.ts";
import type { Notifier } from "./notifier.ts";
import { isQuiet, ownQuietEnd, quietWindow } from "./quiet_hours.ts";
import type { Start } from "./missed.ts";
import { expressionFor } from "./spoken_times.ts";
import { recoverRuns } from "./recover.ts";
import { type Arrival, RunDelivery } from "./run_delivery.ts";
import {
  endedRecord,
  newRecord,
  newRunId,
  over,
  type RunRecord,
  type RunStore,
} from "./run_records.ts";
import { cut } from "../base/text.ts";
import { localDay, showTime } from "../base/wall_time.ts";
import { isFailure, type Task, taskOf, type TaskResult } from "./tasks/task.ts";

const log = getLogger(["ductor", "automation"]);

/** A run that starts later than this says when it was due. */
const LATE_MS = 5 * 60_000;

/** How often the same failure is said a day. */
const OFTEN = 3;

export interface JobRunsOptions {
  registry: JobRegistry;
  state: CronState;
  runs: RunStore;
  /** By the `dependency` of jobs and hooks. */
  locks: KeyedQueue;
  notifier: Notifier;
  clock: Clock;
  config(): Config;
  timeZone(): string;
  task(task: Task, signal: AbortSignal): Promise<TaskResult>;
  /** Told of each run that has ended. */
  ran?(record: RunRecord): void;
}

export class JobRuns {
  readonly #options: JobRunsOptions;
  readonly #places: Semaphore;
  readonly #delivery: RunDelivery;

  constructor(options: JobRunsOptions) {
    this.#options = options;
    this.#delivery = new RunDelivery(options);
    this.#places = new Semaphore(() => options.config().cron.max_parallel);
  }

  /** Runs a job that was claimed. Never throws. */
  async run(job: Job, claim: Claim, signal: AbortSignal): Promise<void> {
    try {
      await this.#options.locks.run(
        job.dependency || null,
        () => this.#places.run(() => this.#run(job, claim, signal), signal),
        signal,
      );
    } catch (error) {
      if (!signal.aborted) {
        log.error("The run of {job} failed in ductor itself: {error}", { job: job.id, error });
        const text = "Something went wrong inside ductor; the log says what.";
        const result = { status: "error:internal", text };
        await this.#end(job, claim, newRecord(job, claim), result)
          .catch((error) => log.error("It cannot be noted either: {error}", { error }));
        return;
      }
      // Told to end before its turn came. The claim stays: the next start says "interrupted".
    }
  }

  /** Notes a run that did not take place. */
  async skip(job: Job, scheduled: number, status: string, more: Partial<RunRecord> = {}) {
    const { runs, state, clock } = this.#options;
    const at = new Date(scheduled).toISOString();
    await runs.write(job.task_folder, {
      id: newRunId(),
      job: job.id,
      title: job.title,
      cause: "schedule",
      scheduled: at,
      ended: new Date(clock.now()).toISOString(),
      status,
      delivery: "none",
      ...more,
    });
    await state.set(job.id, (entry) => entry.last = { at, status });
  }

  /** Goes on where the last life of the program ended; returns the runs that are made again. */
  recover(): Promise<Start[]> {
    return recoverRuns({ ...this.#options, delivery: this.#delivery });
  }

  /** Resolves when all deliveries there were so far are noted. */
  noted(): Promise<void> {
    return this.#delivery.noted();
  }

  async #run(job: Job, claim: Claim, signal: AbortSignal): Promise<void> {
    const { runs, clock, config, timeZone } = this.#options;
    if (claim.cause !== "manual") {
      const zone = job.timezone || timeZone();
      const now = clock.now();
      if (job.at) {
        const later = ownQuietEnd(job, now, zone, config());
        if (later > now) {
          const at = new Date(later).toISOString();
          await this.#options.registry.edit(job.id, { at, schedule: expressionFor(later, zone) });
          return await this.#delivery.release(job.id, claim);
        }
      } else if (isQuiet(quietWindow(job, config()), now, zone)) {
        await this.skip(job, Date.parse(claim.scheduled), "skipped:quiet", { id: claim.run });
        return await this.#delivery.release(job.id, claim);
      }
    }
    const record: RunRecord = {
      ...newRecord(job, claim),
      started: new Date(clock.now()).toISOString(),
    };
    await runs.write(job.task_folder, record);
    const result = await this.#options.task(taskOf(job), signal);
    // The program ends, not the job: the next start says "interrupted" and applies the policy.
    if (result.status === "stopped" && signal.aborted) return;
    await this.#end(job, claim, record, result);
  }

  async #end(job: Job, claim: Claim, before: RunRecord, result: TaskResult): Promise<void> {
    const { registry, runs, state, clock } = this.#options;
    const now = new Date(clock.now());
    const { status } = result;
    const failed = isFailure(status);
    const same = failed ? await this.#same(job, result, now.getTime()) : undefined;
    // The same failure is said three times a day; nothing to say only when nobody asked for silence.
    const quiet = status === "skipped:nothing_new" ||
      (status === "success" && result.nothing === true && (job.silent ?? false)) ||
      (claim.cause !== "manual" && same !== undefined && same.count > OFTEN);
    const record: RunRecord = {
      ...endedRecord(before, result, now.getTime()),
      delivery: quiet ? "none" : "pending",
    };
    await runs.write(job.task_folder, record);
    this.#options.ran?.(record);
    const arrival = quiet
      ? undefined
      : await this.#deliver(job, claim, record, result, same?.count === OFTEN);
    await registry.noteRun(job.id, now, status, over(job));
    let failures = 0;
    await state.set(job.id, (entry) => {
      failures = failed ? (entry.failures ?? 0) + 1 : 0;
      entry.failures = failures;
      if (same) entry.same = same;
      else delete entry.same;
      entry.last = { at: claim.scheduled, status };
    });
    const limit = job.failures_to_pause ?? 0;
    if (failed && limit > 0 && failures >= limit) await this.#pause(job, failures, claim.run);
    await this.#delivery.releaseAfter(arrival, job.id, claim);
  }

  #deliver(
    job: Job,
    claim: Claim,
    record: RunRecord,
    result: TaskResult,
    often: boolean,
  ): Promise<Arrival | undefined> {
    const { clock, timeZone } = this.#options;
    const due = Date.parse(claim.scheduled);
    const late = claim.cause === "late" && clock.now() - due > LATE_MS
      ? showTime(due, job.timezone || timeZone())
      : undefined;
    return this.#delivery.handOver(
      claim,
      record,
      originOf(job),
      often ? failingText(job.title, firstLine(result.text)) : resultText(job.title, result, late),
      often ? { failing: job.id } : {},
    );
  }

  /** This failure, and how often it has come today without anything else in between. */
  async #same(job: Job, { status, text }: TaskResult, now: number): Promise<CronEntry["same"]> {
    const { state, timeZone } = this.#options;
    const day = localDay(now, timeZone());
    const what = `${status}: ${firstLine(text)}`;
    const before = (await state.read())[job.id]?.same;
    const again = before?.day === day && before.what === what;
    return { day, what, count: again ? before.count + 1 : 1 };
  }

  async #pause(job: Job, failures: number, run: string): Promise<void> {
    const { registry, notifier, state } = this.#options;
    const reason = `${failures} failures in a row`;
    await registry.setEnabled(job.id, false, reason).catch((error) =>
      log.warn("{job} cannot be switched off: {error}", { job: job.id, error })
    );
    await state.set(job.id, (entry) => entry.failures = 0);
    await notifier.deliver(originOf(job), pausedText(job, failures), {
      title: job.title,
      key: `${run}:paused`,
    });
  }
}

function firstLine(text: string): string {
  return cut(text.trim().split("\n", 1)[0]!, 200);
}

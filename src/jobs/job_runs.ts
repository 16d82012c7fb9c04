/**
 * One run of a job, from the claim to the message: dependency lock, quiet hours, the task itself, the
 * record, the delivery. Each step is on disk before the next, so that a crash at any of them neither
 * repeats the run nor loses what it found.
 *
 * @module
 */
import { spawn } from "../base/async/spawn.ts";
import { type KeyedQueue, Semaphore } from "../base/async/locks.ts";
import { getLogger } from "@logtape/logtape";
import type { Clock } from "../base/clock.ts";
import type { Address } from "../conversation/address.ts";
import type { Config } from "../config/schema.ts";
import type { Claim, CronState } from "./cron_state.ts";
import { type Job, originOf } from "./job.ts";
import { interruptedText, pausedText, resultText } from "./texts.ts";
import type { JobRegistry } from "./registry.ts";
import type { Notifier } from "./notifier.ts";
import { isQuiet, quietWindow } from "./quiet_hours.ts";
import { newRunId, type RunRecord, type RunStore } from "./run_records.ts";
import { showTime } from "../base/wall_time.ts";
import { isFailure, type Task, taskOf, type TaskResult } from "./task.ts";

const log = getLogger(["ductor", "automation"]);

/** A run that starts later than this says when it was due. */
const LATE_MS = 5 * 60_000;

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
}

/** A message that is on its way; in an object, so that `await` does not wait for it. */
interface Arrival {
  record: Promise<RunRecord>;
}

export class JobRuns {
  readonly #options: JobRunsOptions;
  readonly #places: Semaphore;
  /** Deliveries that are being noted. */
  readonly #notes = new Set<Promise<void>>();

  constructor(options: JobRunsOptions) {
    this.#options = options;
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
        await this.#end(job, claim, this.#record(job, claim), result)
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

  /**
   * Tidies up after a claim of a former life of the program. What had ended and was not handed over
   * is said now; what was cut off is noted as interrupted, and said.
   *
   * @param again whether it will run again if it was cut off
   * @returns whether it was cut off
   */
  async recover(
    id: string,
    job: Job | undefined,
    claim: Claim,
    again: boolean,
  ): Promise<boolean> {
    const { runs, notifier } = this.#options;
    const target = job && originOf(job);
    const record = await runs.get(claim.folder, claim.run);
    const { title } = claim;
    if (record?.ended !== undefined) {
      let arrival: Arrival | undefined;
      if (record.delivery === "pending" || record.delivery === "queued") {
        const { status, text = "" } = record;
        arrival = await this.#handOver(claim, record, target, resultText(title, { status, text }));
      }
      if (job) {
        await this.#options.registry.noteRun(id, new Date(record.ended), record.status, over(job));
      }
      await this.#releaseAfter(arrival, id, claim);
      return false;
    } else {
      const now = new Date(this.#options.clock.now());
      const known = record ?? this.#record(job ?? { id, title }, claim);
      const key = `${claim.run}:interrupted`;
      await notifier.deliver(target, interruptedText(title, again), { title, key });
      await runs.write(claim.folder, {
        ...known,
        ended: now.toISOString(),
        status: "interrupted",
        delivery: "none",
      });
      if (job) await this.#options.registry.noteRun(id, now, "interrupted");
      await this.#options.state.set(id, (entry) => {
        entry.last = { at: claim.scheduled, status: "interrupted" };
      });
      await this.#release(id, claim);
      return true;
    }
  }

  async #run(job: Job, claim: Claim, signal: AbortSignal): Promise<void> {
    const { runs, clock, config, timeZone } = this.#options;
    if (claim.cause !== "manual" && !ignoresQuiet(job)) {
      const window = quietWindow(job, config());
      if (isQuiet(window, clock.now(), job.timezone || timeZone())) {
        await this.skip(job, Date.parse(claim.scheduled), "skipped:quiet", { id: claim.run });
        return await this.#release(job.id, claim);
      }
    }
    const record: RunRecord = {
      ...this.#record(job, claim),
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
    const { status, text, provider, model, costUsd, tokens } = result;
    // Failures are always said; nothing to say is only said when nobody asked for silence.
    const quiet = status === "skipped:nothing_new" ||
      (status === "success" && result.nothing === true && (job.silent ?? false));
    const record: RunRecord = {
      ...before,
      ended: now.toISOString(),
      status,
      text,
      delivery: quiet ? "none" : "pending",
      ...provider !== undefined && { provider },
      ...model !== undefined && { model },
      ...costUsd !== undefined && { cost_usd: costUsd },
      ...tokens !== undefined && { tokens },
    };
    await runs.write(job.task_folder, record);
    const arrival = quiet ? undefined : await this.#deliver(job, claim, record, result);
    const failed = isFailure(status);
    await registry.noteRun(job.id, now, status, over(job));
    let failures = 0;
    await state.set(job.id, (entry) => {
      failures = failed ? (entry.failures ?? 0) + 1 : 0;
      entry.failures = failures;
      entry.last = { at: claim.scheduled, status };
    });
    const limit = job.failures_to_pause ?? 0;
    if (failed && limit > 0 && failures >= limit) await this.#pause(job, failures, claim.run);
    await this.#releaseAfter(arrival, job.id, claim);
  }

  #deliver(
    job: Job,
    claim: Claim,
    record: RunRecord,
    result: TaskResult,
  ): Promise<Arrival | undefined> {
    const { clock, timeZone } = this.#options;
    const due = Date.parse(claim.scheduled);
    const late = claim.cause === "late" && clock.now() - due > LATE_MS
      ? showTime(due, job.timezone || timeZone())
      : undefined;
    return this.#handOver(claim, record, originOf(job), resultText(job.title, result, late));
  }

  /**
   * Says how a run went, and notes it in its record.
   *
   * @returns the record as it will be when the message has arrived; `undefined`: it has
   */
  async #handOver(
    claim: Claim,
    record: RunRecord,
    target: Address | undefined,
    markdown: string,
  ): Promise<Arrival | undefined> {
    const { notifier, runs } = this.#options;
    const end = Promise.withResolvers<"delivered" | "dropped">();
    const delivery = await notifier.deliver(target, markdown, {
      title: claim.title,
      key: claim.run,
      settled: end.resolve,
    });
    await runs.write(claim.folder, { ...record, delivery });
    if (delivery === "delivered") return undefined;
    return { record: end.promise.then((delivery) => ({ ...record, delivery })) };
  }

  /**
   * Gives the claim back when the message has arrived, without waiting for it: the job may run again
   * meanwhile. If the program ends before, the next start looks how the message went.
   */
  async #releaseAfter(arrival: Arrival | undefined, id: string, claim: Claim): Promise<void> {
    if (!arrival) return await this.#release(id, claim);
    const note = async (record: RunRecord) => {
      await this.#options.runs.write(claim.folder, record);
      await this.#release(id, claim);
    };
    const arrived = arrival.record.then((record) => {
      const noted = note(record)
        .catch((error) =>
          log.error("The delivery of {job} cannot be noted: {error}", { job: id, error })
        )
        .finally(() => this.#notes.delete(noted));
      this.#notes.add(noted);
    });
    spawn("Waiting for a delivery", arrived);
  }

  /** Resolves when all deliveries there were so far are noted. */
  async noted(): Promise<void> {
    await Promise.all(this.#notes);
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

  #record(job: Pick<Job, "id" | "title">, claim: Claim): RunRecord {
    return {
      id: claim.run,
      job: job.id,
      title: job.title,
      cause: claim.cause,
      scheduled: claim.scheduled,
      status: "running",
      delivery: "none",
    };
  }

  /** The run is over and nothing is left to do for it. */
  async #release(id: string, claim: Claim): Promise<void> {
    await this.#options.state.set(id, (entry) => {
      entry.running = (entry.running ?? []).filter(({ run }) => run !== claim.run);
    });
  }
}

/** One-time jobs are over, however they ended; their entry says how. */
function over({ at }: Job): { enabled?: false } {
  return at ? { enabled: false } : {};
}

/** "Remind me in ten minutes" is meant, at night too. */
function ignoresQuiet(job: Job): boolean {
  const own = typeof job.quiet_start === "number" || typeof job.quiet_end === "number";
  return Boolean(job.at) && !own;
}

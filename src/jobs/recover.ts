/**
 * What the last life of the program left of its runs. What had ended and was not handed over is said
 * now; what was cut off is noted as interrupted, and said, and runs again where the job wants that.
 *
 * @module
 */
import type { Clock } from "../base/clock.ts";
import type { Claim, CronState } from "./cron_state.ts";
import { type Job, originOf } from "./job.ts";
import { runsLate, type Start } from "./missed.ts";
import type { Notifier } from "./notifier.ts";
import type { JobRegistry } from "./registry.ts";
import type { RunDelivery } from "./run_delivery.ts";
import { newRecord, over, type RunRecord, type RunStore } from "./run_records.ts";
import { interruptedText, resultText } from "./texts.ts";

export interface RecoverOptions {
  registry: JobRegistry;
  state: CronState;
  runs: RunStore;
  delivery: RunDelivery;
  notifier: Notifier;
  clock: Clock;
}

/**
 * Tidies up after every claim that was not given back; returns the runs that are made again. The
 * claim of such a run stays until the new one takes its place: a crash between them forgets nothing.
 */
export async function recoverRuns(options: RecoverOptions): Promise<Start[]> {
  const { registry, state, runs, clock } = options;
  const now = clock.now();
  const jobs = new Map((await registry.list()).map((entry) => [entry.id, entry.job]));
  const again: Start[] = [];
  for (const [id, { running = [] }] of Object.entries(await state.read())) {
    const job = jobs.get(id);
    for (const claim of running) {
      const record = await runs.get(claim.folder, claim.run);
      if (record?.ended !== undefined && record.status !== "interrupted") {
        await handOver(id, job, claim, record, options);
        continue;
      }
      const scheduled = Date.parse(claim.scheduled);
      // What is cut off a second time may be what ends the program, so it stays off.
      const retry = job !== undefined && claim.cause !== "again" &&
        job.on_missed === "run_once" && runsLate(job, now - scheduled);
      const known = record ?? newRecord(job ?? { id, title: claim.title }, claim);
      await interrupted(id, job, claim, known, retry, options);
      if (retry) again.push({ job, scheduled, cause: "again", replaces: claim.run });
      else await options.delivery.release(id, claim);
    }
  }
  return again;
}

async function handOver(
  id: string,
  job: Job | undefined,
  claim: Claim,
  record: RunRecord,
  { registry, delivery }: RecoverOptions,
): Promise<void> {
  const { status, text = "" } = record;
  const open = record.delivery === "pending" || record.delivery === "queued";
  const said = resultText(claim.title, { status, text });
  const arrival = open
    ? await delivery.handOver(claim, record, job && originOf(job), said)
    : undefined;
  if (job) await registry.noteRun(id, new Date(record.ended!), status, over(job));
  await delivery.releaseAfter(arrival, id, claim);
}

async function interrupted(
  id: string,
  job: Job | undefined,
  claim: Claim,
  record: RunRecord,
  again: boolean,
  { registry, state, runs, notifier, clock }: RecoverOptions,
): Promise<void> {
  const now = new Date(clock.now());
  const { title } = claim;
  const key = `${claim.run}:interrupted`;
  await notifier.deliver(job && originOf(job), interruptedText(title, again), { title, key });
  const status = "interrupted";
  await runs.write(claim.folder, {
    ...record,
    ended: now.toISOString(),
    status,
    delivery: "none",
  });
  if (job) await registry.noteRun(id, now, status);
  await state.set(id, (entry) => entry.last = { at: claim.scheduled, status });
}

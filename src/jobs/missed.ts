/** What a job that is due may have missed, and whether it runs late. */
import type { Claim } from "./cron_state.ts";
import { type Job, originOf } from "./job.ts";
import { tellAbout } from "./broken_jobs.ts";
import { type Missed, missedText } from "./texts.ts";
import type { Notifier } from "./notifier.ts";
import { GRACE_MS, type Planned } from "./next_runs.ts";

/** Jobs that run more often than this don't say what they missed; their history does. */
const TELL_MISSED_MS = 3_600_000;

/** A run that is to begin. */
export interface Start {
  job: Job;
  /** Milliseconds since the epoch. */
  scheduled: number;
  cause: Claim["cause"];
  /** The run whose claim goes when this one is claimed. */
  replaces?: string;
}

/** Runs that did not take place. */
export interface MissedRuns extends Missed {
  job: Job;
  /** It runs so often that nobody wants to hear of it. */
  often: boolean;
}

/** What is to be done about a job whose time `plan.next` has come, or passed long ago. */
export function settle(
  { job, schedule, next }: Planned,
  now: number,
): { start?: Start; missed?: MissedRuns } {
  const { last, ...past } = schedule.passed(next! - 1, now) ??
    { first: next!, last: next!, count: 1 };
  const onTime = now - last <= GRACE_MS;
  const runs = onTime || runsLate(job, now - last);
  const start: Start | undefined = runs
    ? { job, scheduled: last, cause: onTime ? "schedule" : "late" }
    : undefined;
  const count = past.count - (runs ? 1 : 0);
  if (count === 0) return { ...start && { start } };
  const { title } = job;
  const end = runs ? (schedule.passed(next! - 1, last - 1)?.last ?? last) : last;
  const often = (schedule.after(last) ?? Infinity) - last < TELL_MISSED_MS;
  const { zone } = schedule;
  return {
    ...start && { start },
    missed: { job, title, first: past.first, last: end, count, zone, often },
  };
}

/** Whether a run that is so late takes place all the same. */
export function runsLate(job: Job, lateMs: number): boolean {
  const policy = job.on_missed ?? (job.at ? "run_once" : "skip");
  const window = job.missed_window_minutes ?? (job.at ? 7 : 1) * 24 * 60;
  return policy === "run_once" && lateMs <= window * 60_000;
}

/** Says it, in one message for each conversation. */
export async function tellMissed(
  notifier: Notifier,
  missed: readonly MissedRuns[],
): Promise<void> {
  const places = Map.groupBy(
    missed.filter(({ often }) => !often),
    ({ job }) => JSON.stringify(originOf(job) ?? null),
  );
  for (const all of places.values()) {
    await tellAbout(notifier, all[0]!.job, missedText(all), "Missed jobs");
  }
}

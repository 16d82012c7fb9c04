/** When each job runs next: worked out for what changed, handed out when its time has come. */
import { zoneCheck } from "../config/timezone.ts";
import type { CronEntry, CronState } from "./cron_state.ts";
import type { Job, JobEntry } from "./job.ts";
import { nextTimes, type Schedule, ScheduleError, scheduleOf } from "./schedule.ts";

/** A run that is this late was not missed. */
export const GRACE_MS = 90_000;

/** A job that is waiting for its time. */
export interface Planned {
  job: Job;
  schedule: Schedule;
  /** Milliseconds since the epoch; `undefined`: never again. */
  next: number | undefined;
}

/** A job whose time has come. */
export interface Due {
  id: string;
  plan: Planned;
}

/** An entry that cannot be planned, and why. */
export interface Broken {
  entry: JobEntry;
  problem: string;
}

/** What another look at the file brought. */
export interface PlanChange {
  /** Has another time now. */
  changed: Due[];
  /** New, or not as it was: worth a look whether it can run. */
  fresh: Job[];
  broken: Broken[];
}

export class Plan {
  readonly #planned = new Map<string, Planned>();
  /** Those that have a time and are not taken as due. */
  readonly #waiting = new Map<string, Planned & { next: number }>();
  #entries: readonly JobEntry[] = [];
  #zone = "";

  at(id: string): Planned | undefined {
    return this.#planned.get(id);
  }

  /** The first time at which something is due. */
  get first(): number | undefined {
    if (this.#waiting.size === 0) return undefined;
    let first = Infinity;
    for (const { next } of this.#waiting.values()) first = Math.min(first, next);
    return first;
  }

  /** The clock was set back: what was planned by it comes at the next time of the schedule. */
  setBack(now: number): void {
    for (const plan of this.#waiting.values()) {
      plan.next = notBeyond(plan.next, plan.schedule, now);
    }
  }

  takeDue(now: number): Due[] {
    const due = [...this.#waiting].filter(([, { next }]) => next <= now)
      .sort(([, one], [, other]) => one.next - other.next)
      .map(([id, plan]) => ({ id, plan }));
    for (const { id } of due) this.#waiting.delete(id);
    return due;
  }

  /** Plans `plan.next`; what was taken as due has to be put back with its next time, or as it was. */
  push({ id, plan }: Due): void {
    if (hasTime(plan)) this.#waiting.set(id, plan);
    else this.#waiting.delete(id);
  }

  /**
   * Takes over the file as it is now.
   *
   * @param known what is noted of the jobs
   * @param first whether this is the first look after a start
   */
  change(
    entries: readonly JobEntry[],
    zone: string,
    { known, now, first }: {
      known: Readonly<Record<string, CronEntry>>;
      now: number;
      first: boolean;
    },
  ): PlanChange {
    this.#entries = entries;
    this.#zone = zone;
    const change: PlanChange = { changed: [], fresh: [], broken: [] };
    const { changed, fresh, broken } = change;
    const kept = new Set<string>();
    const isZone = zoneCheck();
    for (const entry of entries) {
      const { id, job } = entry;
      if (!job) broken.push({ entry, problem: entry.problem ?? "it is not valid" });
      if (!job?.enabled) continue;
      const old = this.#planned.get(id);
      let schedule: Schedule;
      try {
        schedule = sameTimes(old, job, zone) ? old!.schedule : scheduleOf(job, zone, isZone);
      } catch (error) {
        if (!(error instanceof ScheduleError)) throw error;
        broken.push({ entry, problem: error.message });
        continue;
      }
      kept.add(id);
      if (!old || JSON.stringify(old.job) !== JSON.stringify(job)) fresh.push(job);
      if (old?.schedule.key === schedule.key) {
        old.job = job;
        continue;
      }
      const plan: Planned = { job, schedule, next: nextOf(known[id], schedule, now, first) };
      this.#planned.set(id, plan);
      changed.push({ id, plan });
      this.push({ id, plan });
    }
    for (const id of this.#planned.keys()) {
      if (kept.has(id)) continue;
      this.#planned.delete(id);
      this.#waiting.delete(id);
    }
    return change;
  }

  /** Whether this is what the plan was made of. */
  isOf(entries: readonly JobEntry[], zone: string): boolean {
    return entries === this.#entries && zone === this.#zone;
  }
}

function hasTime(plan: Planned): plan is Planned & { next: number } {
  return plan.next !== undefined;
}

/** Notes the next time, so that the next start knows what was missed. */
export function noteNext(entry: CronEntry, { schedule, next }: Planned): void {
  entry.key = schedule.key;
  if (next === undefined) delete entry.next;
  else entry.next = new Date(next).toISOString();
}

/** Notes the next times, so that the next start knows what was missed; forgets jobs that are gone. */
export async function notePlan(
  state: CronState,
  changed: readonly Due[],
  entries: readonly JobEntry[],
  known: Readonly<Record<string, CronEntry>>,
): Promise<void> {
  const there = new Set(entries.map(({ id }) => id));
  const gone = Object.keys(known).filter((id) =>
    !there.has(id) && (known[id]?.running ?? []).length === 0
  );
  const off = entries.filter(({ id, job }) => job && !job.enabled && known[id]?.next !== undefined);
  if (changed.length + gone.length + off.length === 0) return;
  await state.change((jobs) => {
    for (const id of gone) delete jobs[id];
    for (const { id } of off) {
      delete jobs[id]?.next;
      delete jobs[id]?.key;
    }
    for (const { id, plan } of changed) noteNext(jobs[id] ??= {}, plan);
  });
}

/** Whether the job's times are still those of the plan, told without working them out. */
function sameTimes(old: Planned | undefined, job: Job, zone: string): boolean {
  return old !== undefined && old.job.schedule === job.schedule && old.job.at === job.at &&
    old.schedule.zone === (job.timezone || zone);
}

/**
 * When a job runs next. At the first look after a start, a time that was noted for the same schedule
 * counts, even if it has passed: that run was missed.
 */
function nextOf(
  entry: CronEntry | undefined,
  schedule: Schedule,
  now: number,
  first: boolean,
): number | undefined {
  const noted = entry?.key === schedule.key ? entry.next : undefined;
  if (noted !== undefined) {
    const next = Date.parse(noted);
    if (first || next > now) return notBeyond(next, schedule, now);
  }
  // Known with no time left: it is over. A new one-time job may be due this very moment.
  if (schedule.once && entry?.key !== schedule.key) return schedule.after(now - GRACE_MS);
  return schedule.once ? undefined : schedule.after(now);
}

/**
 * A time further away than the next but one of the schedule was worked out while the clock was far
 * ahead. The next but one is left alone: a clock set back a little repeats no run.
 */
function notBeyond(next: number, schedule: Schedule, now: number): number {
  if (schedule.once) return next;
  const [one, two] = nextTimes(schedule, now, 2);
  return one !== undefined && two !== undefined && next > two ? one : next;
}

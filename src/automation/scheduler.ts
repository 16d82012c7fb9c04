/**
 * Runs jobs when their time comes. One timer for all of them, set anew at least every half minute,
 * because a timer stands still while a computer sleeps.
 *
 * @module
 */
import { getLogger } from "@logtape/logtape";
import type { Clock } from "../clock.ts";
import { zoneCheck } from "../config/timezone.ts";
import type { Claim, CronEntry, CronState } from "./cron_state.ts";
import { Heap } from "./heap.ts";
import { type Job, type JobEntry, originOf } from "./job.ts";
import type { JobRuns } from "./job_runs.ts";
import { brokenText, type Missed, missedText } from "./job_texts.ts";
import type { JobRegistry } from "./jobs.ts";
import type { Notifier } from "./notifier.ts";
import { newRunId } from "./runs.ts";
import { type Schedule, ScheduleError, scheduleOf } from "./schedule.ts";

const log = getLogger(["ductor", "automation"]);

/** Longest time between two looks at the clock. */
const LOOK_MS = 30_000;
/** A run that is this late was not missed. */
const GRACE_MS = 90_000;
const DAY_MS = 86_400_000;
/** Jobs that run more often than this don't say what they missed; their history does. */
const TELL_MISSED_MS = 3_600_000;
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

/** A job that is waiting for its time. */
interface Planned {
  job: Job;
  schedule: Schedule;
  next: number | undefined;
}

type Cause = Claim["cause"];

export class Scheduler {
  readonly #options: SchedulerOptions;
  readonly #planned = new Map<string, Planned>();
  readonly #heap = new Heap<{ id: string; plan: Planned }>();
  readonly #running = new Map<string, Set<Promise<void>>>();
  /** Runs that wait for the end of the one that runs: at most one a job. */
  readonly #queued = new Map<string, number>();
  readonly #problems = new Map<string, string>();
  #entries: readonly JobEntry[] = [];
  #zone = "";
  /** Aborts when nothing new may start. */
  readonly #stop = new AbortController();
  /** Aborts when what runs has to end. */
  readonly #kill = new AbortController();
  #wake = new AbortController();
  #loop: Promise<void> | undefined;
  #busy: Promise<void> = Promise.resolve();

  constructor(options: SchedulerOptions) {
    this.#options = options;
  }

  /** Goes on where the last life of the program ended, then runs what is due. */
  async start(): Promise<void> {
    await this.#inTurn(async () => {
      await this.#recover();
      await this.#load(true);
    });
    this.#loop = this.#run();
  }

  /** Starts nothing new; lets what runs go on until `grace` aborts. Resolves when nothing is left. */
  async stop(grace: AbortSignal): Promise<void> {
    this.#stop.abort();
    this.#wake.abort();
    await this.#loop;
    await this.#busy;
    const kill = () => this.#kill.abort();
    if (grace.aborted) kill();
    grace.addEventListener("abort", kill, { once: true });
    await this.idle();
    grace.removeEventListener("abort", kill);
  }

  /** Takes over what changed in the file. Running jobs, and timers of unchanged jobs, stay. */
  reload(): Promise<void> {
    return this.#inTurn(async () => {
      await this.#load(false);
      this.#wake.abort();
    });
  }

  /** How many jobs run just now. */
  get running(): number {
    return [...this.#running.values()].reduce((sum, set) => sum + set.size, 0);
  }

  /** Resolves when no job runs. */
  async idle(): Promise<void> {
    while (this.running > 0) {
      await Promise.all([...this.#running.values()].flatMap((set) => [...set]));
    }
  }

  /**
   * Runs a job now, whatever the time; returns the id of the run.
   *
   * @throws {JobError} there is no such job
   */
  async runNow(name: string): Promise<string> {
    const job = await this.#options.registry.get(name);
    const [run] = await this.#claim([{
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
      const planned = this.#planned.get(id);
      const problem = broken ?? this.#problems.get(id);
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
    const done = this.#busy.then(fn);
    this.#busy = done.catch((error) =>
      log.error("The schedule could not be worked out: {error}", { error })
    );
    return done;
  }

  async #run(): Promise<void> {
    const { clock } = this.#options;
    const stop = this.#stop.signal;
    while (!stop.aborted) {
      await this.#inTurn(() => this.#tick()).catch(() => {});
      this.#wake = new AbortController();
      const due = (this.#heap.first ?? Infinity) - clock.now();
      // After a failed tick what is due stays due; a second's pause keeps that from spinning.
      const wait = Math.min(LOOK_MS, due <= 0 ? 1000 : due);
      await clock.sleep(wait, AbortSignal.any([stop, this.#wake.signal]));
    }
  }

  /** Reads the file again, then starts everything whose time has come, with one claim for all. */
  async #tick(): Promise<void> {
    await this.#load(false);
    const now = this.#options.clock.now();
    const due = this.#takeDue(now);
    if (due.length === 0) return;
    try {
      await this.#settleDue(due, now);
    } catch (error) {
      for (const { id, plan } of due) this.#heap.push(plan.next!, { id, plan });
      throw error;
    }
  }

  #takeDue(now: number): { id: string; plan: Planned }[] {
    const due: { id: string; plan: Planned }[] = [];
    for (let item = this.#heap.pop(now); item; item = this.#heap.pop(now)) {
      // Plans that were replaced or dropped stay in the heap until their time.
      if (this.#planned.get(item.id) === item.plan) due.push(item);
    }
    return due;
  }

  async #settleDue(due: { id: string; plan: Planned }[], now: number): Promise<void> {
    const starts: Start[] = [];
    const missed: (Missed & { job: Job; often: boolean })[] = [];
    for (const { plan: { job, schedule, next } } of due) {
      const { last, ...past } = schedule.passed(next! - 1, now) ??
        { first: next!, last: next!, count: 1 };
      const onTime = now - last <= GRACE_MS;
      const late = !onTime && this.#runsLate(job, now - last);
      if (onTime) starts.push({ job, scheduled: last, cause: "schedule" });
      else if (late) starts.push({ job, scheduled: last, cause: "late" });
      const count = past.count - (onTime || late ? 1 : 0);
      if (count === 0) continue;
      const end = onTime || late ? (schedule.passed(next! - 1, last - 1)?.last ?? last) : last;
      const often = (schedule.after(last) ?? Infinity) - last < TELL_MISSED_MS;
      const { zone } = schedule;
      missed.push({ job, title: job.title, first: past.first, last: end, count, zone, often });
    }
    const later = due.map(({ id, plan }) => ({ id, plan, next: plan.schedule.after(now) }));
    await this.#claim(starts, (jobs) => {
      for (const { id, plan, next } of later) noteNext(jobs[id] ??= {}, { ...plan, next });
    });
    for (const { plan, next } of later) plan.next = next;
    for (const { id, plan } of due) {
      if (plan.next !== undefined) this.#heap.push(plan.next, { id, plan });
    }
    for (const { job, first, last, count } of missed) {
      await this.#options.runs.skip(job, first, "missed", {
        count,
        last: new Date(last).toISOString(),
      });
    }
    await this.#tellMissed(missed.filter(({ often }) => !often));
  }

  #runsLate(job: Job, lateMs: number): boolean {
    const policy = job.on_missed ?? (job.at ? "run_once" : "skip");
    const window = job.missed_window_minutes ?? (job.at ? 7 : 1) * 24 * 60;
    return policy === "run_once" && lateMs <= window * 60_000;
  }

  async #tellMissed(missed: readonly (Missed & { job: Job })[]): Promise<void> {
    const places = new Map<string, { job: Job; missed: Missed[] }>();
    for (const one of missed) {
      const key = JSON.stringify(originOf(one.job) ?? null);
      const place = places.get(key) ?? { job: one.job, missed: [] };
      place.missed.push(one);
      places.set(key, place);
    }
    for (const { job, missed } of places.values()) {
      await this.#tell(job, missedText(missed), "Missed jobs");
    }
  }

  /** Writes the claims, then starts the runs. Returns their ids; empty: it waits or was left out. */
  async #claim(
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
      const { id, title, task_folder: folder } = job;
      const at = new Date(scheduled).toISOString();
      claims.push({ job, claim: { run: newRunId(), scheduled: at, cause, title, folder } });
      // Taken now: a second claim in the same breath has to see it.
      if (!this.#running.has(id)) this.#running.set(id, new Set());
    }
    try {
      await state.change((jobs) => {
        change(jobs);
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
    if (scheduled === undefined || this.#running.has(id) || this.#stop.signal.aborted) return;
    this.#queued.delete(id);
    const job = this.#planned.get(id)?.job;
    if (!job) return;
    await this.#claim([{ job, scheduled, cause: "schedule" }]).catch((error) =>
      log.error("A run that waited could not start: {error}", { error })
    );
  }

  /** Works out the plan anew for what changed. */
  async #load(first: boolean): Promise<void> {
    const { registry, state, timeZone, clock } = this.#options;
    const entries = await registry.list();
    const zone = timeZone();
    if (entries === this.#entries && zone === this.#zone) return;
    this.#entries = entries;
    this.#zone = zone;
    const now = clock.now();
    const known = await state.read();
    const changed: { id: string; plan: Planned }[] = [];
    const broken: { entry: JobEntry; problem: string }[] = [];
    const fresh: Job[] = [];
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
      if (old && JSON.stringify(old.job) !== JSON.stringify(job)) fresh.push(job);
      if (!old) fresh.push(job);
      if (old?.schedule.key === schedule.key) {
        old.job = job;
        continue;
      }
      const plan: Planned = { job, schedule, next: nextOf(known[id], schedule, now, first) };
      this.#planned.set(id, plan);
      changed.push({ id, plan });
      if (plan.next !== undefined) this.#heap.push(plan.next, { id, plan });
    }
    for (const id of this.#planned.keys()) {
      if (!kept.has(id)) this.#planned.delete(id);
    }
    await this.#keepPlan(changed, entries, known);
    await this.#checkAll(fresh, broken, entries, known);
    await this.#removeOver(entries, now);
  }

  /** Notes the next times, so that the next start knows what was missed; forgets jobs that are gone. */
  async #keepPlan(
    changed: readonly { id: string; plan: Planned }[],
    entries: readonly JobEntry[],
    known: Readonly<Record<string, CronEntry>>,
  ): Promise<void> {
    const there = new Set(entries.map(({ id }) => id));
    const gone = Object.keys(known).filter((id) =>
      !there.has(id) && (known[id]?.running ?? []).length === 0
    );
    const off = entries.filter(({ id, job }) =>
      job && !job.enabled && known[id]?.next !== undefined
    );
    if (changed.length + gone.length + off.length === 0) return;
    await this.#options.state.change((jobs) => {
      for (const id of gone) delete jobs[id];
      for (const { id } of off) {
        delete jobs[id]?.next;
        delete jobs[id]?.key;
      }
      for (const { id, plan } of changed) noteNext(jobs[id] ??= {}, plan);
    });
  }

  /** Looks whether new and changed jobs can run; what cannot is told once. */
  async #checkAll(
    fresh: readonly Job[],
    broken: readonly { entry: JobEntry; problem: string }[],
    entries: readonly JobEntry[],
    known: Readonly<Record<string, CronEntry>>,
  ): Promise<void> {
    const problems = new Map(broken.map(({ entry, problem }) => [entry.id, { entry, problem }]));
    const byId = new Map(entries.map((entry) => [entry.id, entry]));
    for (const id of [...this.#problems.keys()]) {
      if (!byId.get(id)?.job?.enabled && !problems.has(id)) this.#problems.delete(id);
    }
    await Promise.all(fresh.map(async (job) => {
      const problem = await this.#options.problemOf(job).catch((error) => {
        log.warn("{job} could not be checked: {error}", { job: job.id, error });
        return undefined;
      });
      if (problem) problems.set(job.id, { entry: byId.get(job.id)!, problem: problem.message });
      else this.#problems.delete(job.id);
    }));
    // What was mended is told again when it breaks again.
    const mended = fresh.filter(({ id }) => !problems.has(id) && known[id]?.told !== undefined);
    if (mended.length > 0) {
      await this.#options.state.change((jobs) => {
        for (const { id } of mended) delete jobs[id]?.told;
      });
    }
    for (const [id, { entry, problem }] of problems) {
      this.#problems.set(id, problem);
      await this.#tellBroken(entry, problem);
    }
  }

  async #tellBroken({ id, title, job }: JobEntry, problem: string): Promise<void> {
    const { state } = this.#options;
    if ((await state.read())[id]?.told === problem) return;
    await this.#tell(job, brokenText(title, problem, id), title);
    await state.set(id, (entry) => entry.told = problem);
  }

  async #tell(job: Job | undefined, markdown: string, title: string): Promise<void> {
    await this.#options.notifier.deliver(job && originOf(job), markdown, { title }).catch((error) =>
      log.error("{title}: the user cannot be told: {error}", { title, error })
    );
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

  /** What the last life of the program did not finish. */
  async #recover(): Promise<void> {
    const { registry, state, runs, clock } = this.#options;
    const jobs = new Map((await registry.list()).map((entry) => [entry.id, entry.job]));
    const again: Start[] = [];
    for (const [id, { running = [] }] of Object.entries(await state.read())) {
      const job = jobs.get(id);
      for (const claim of running) {
        const scheduled = Date.parse(claim.scheduled);
        // What is cut off a second time may be what ends the program, so it stays off.
        const retry = job !== undefined && claim.cause !== "again" &&
          job.on_missed === "run_once" && this.#runsLate(job, clock.now() - scheduled);
        const cutOff = await runs.recover(id, job, claim, retry);
        if (cutOff && retry) again.push({ job, scheduled, cause: "again" });
      }
    }
    if (again.length > 0) await this.#claim(again);
  }
}

interface Start {
  job: Job;
  /** Milliseconds since the epoch. */
  scheduled: number;
  cause: Cause;
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
    if (first || next > now) return next;
  }
  // Known with no time left: it is over. A new one-time job may be due this very moment.
  if (schedule.once && entry?.key !== schedule.key) return schedule.after(now - GRACE_MS);
  return schedule.once ? undefined : schedule.after(now);
}

function noteNext(entry: CronEntry, { schedule, next }: Planned): void {
  entry.key = schedule.key;
  if (next === undefined) delete entry.next;
  else entry.next = new Date(next).toISOString();
}

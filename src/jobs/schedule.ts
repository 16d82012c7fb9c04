/**
 * When a job runs: cron expressions by croner, and one-time jobs.
 *
 * Daylight saving time: a job at a fixed time that does not exist on the day of the change runs at
 * the first moment after the gap, one at a time that comes twice runs the first time only. A job at
 * intervals goes on at its intervals through both.
 *
 * @module
 */
import { Cron } from "croner";
import { isTimeZone } from "../config/timezone.ts";
import type { Job } from "./job.ts";

/** A time or expression that cannot be used; the message is for the user. */
export class ScheduleError extends Error {
  override name = "ScheduleError";
}

/** Asked for the times at which a job runs. Times are milliseconds since the epoch. */
export interface Schedule {
  /** Equal exactly when two schedules mean the same times. */
  key: string;
  zone: string;
  once: boolean;
  /** The first time after `time`; `undefined`: never again. */
  after(time: number): number | undefined;
  /** The last time at or before `time` and after `since`, and how many there were (1000 at most). */
  passed(since: number, time: number): { first: number; last: number; count: number } | undefined;
}

/**
 * The schedule of a job.
 *
 * @param userZone the zone of jobs that have none
 * @param isZone asked whether a zone exists
 * @throws {ScheduleError}
 */
export function scheduleOf(
  job: Pick<Job, "schedule" | "timezone" | "at">,
  userZone: string,
  isZone: (name: string) => boolean = isTimeZone,
): Schedule {
  const zone = job.timezone || userZone;
  if (!isZone(zone)) throw noZone(zone);
  if (job.at) {
    const at = Date.parse(job.at);
    if (Number.isNaN(at)) {
      throw new ScheduleError(
        `"at" is ${JSON.stringify(job.at)}; expected a time such as 2026-12-24T18:00:00Z`,
      );
    }
    return {
      key: `at ${at}`,
      zone,
      once: true,
      after: (time) => at > time ? at : undefined,
      passed: (since, time) =>
        at > since && at <= time ? { first: at, last: at, count: 1 } : undefined,
    };
  }
  const cron = cronOf(job.schedule, zone);
  const after = (time: number) => cron.nextRun(new Date(time))?.getTime();
  return {
    key: `${job.schedule} ${zone}`,
    zone,
    once: false,
    after,
    passed(since, time) {
      const first = after(since);
      if (first === undefined || first > time) return undefined;
      let last = first;
      let count = 1;
      for (let next = after(last); next !== undefined && next <= time; next = after(last)) {
        last = next;
        if (++count < 1000) continue;
        // Too many to count one by one: the last one is looked for from the end.
        last = lastBefore(after, last, time);
        break;
      }
      return { first, last, count };
    },
  };
}

/** The last occurrence at or before `time`; `known` is one that is. */
function lastBefore(
  after: (time: number) => number | undefined,
  known: number,
  time: number,
): number {
  let low = known;
  for (let step = 60_000; step < time - known; step *= 2) {
    const found = after(time - step);
    if (found !== undefined && found <= time) {
      low = found;
      break;
    }
  }
  for (let next = after(low); next !== undefined && next <= time; next = after(low)) low = next;
  return low;
}

/** What each field of six takes, and the longest step croner takes in it. */
const FIELDS = [
  { name: "second", step: 60, takes: "0-59, such as 0, */20 or 10,40" },
  { name: "minute", step: 60, takes: "0-59, such as 30, */15 or 5,35" },
  { name: "hour", step: 24, takes: "0-23, such as 7, */2 or 8-18" },
  { name: "day of the month", step: 31, takes: "1-31, such as 1, 10-20 or L for the last one" },
  { name: "month", step: 12, takes: "1-12 or JAN-DEC, such as 3 or JUN-AUG" },
  { name: "weekday", step: 7, takes: "0-7 or SUN-SAT, such as MON-FRI, 5L or MON#1" },
];
const WEEKDAY = FIELDS.length - 1;

/**
 * What an expression means is what cronsim makes of it, which the Python program reads with: a start
 * with a step goes on to the end of the field (`5/15`), and where one of the day fields begins with
 * `*`, both have to fit; else one of them is enough. As in Debian's cron.
 *
 * @throws {ScheduleError} it is no cron expression
 */
export function cronOf(expression: string, zone: string): Cron {
  const text = expression.trim();
  const named = text.startsWith("@");
  const fields = text.split(/\s+/);
  // croner would also take a date here; that is what "at" is for.
  if (!named && fields.length !== 5 && fields.length !== 6) {
    throw noCron(
      expression,
      "expected five fields (minute hour day month weekday), or six with seconds in front",
    );
  }
  const first = FIELDS.length - fields.length;
  const both = fields.slice(-3).some((field, index) => index !== 1 && field.startsWith("*"));
  const cron = (pattern: string) =>
    new Cron(pattern, {
      timezone: zone,
      paused: true,
      mode: named ? "auto" : "5-or-6-parts",
      sloppyRanges: true,
      domAndDow: both,
    });
  const readable = fields.map((field, index) => field.split(",").map(term(index + first)).join());
  try {
    return cron(named ? text : readable.join(" "));
  } catch (error) {
    const bad = readable.findIndex((field, index) => {
      try {
        cron(readable.map((_, other) => other === index ? field : "*").join(" "));
        return false;
      } catch {
        return true;
      }
    });
    const field = FIELDS[bad + first];
    throw noCron(
      expression,
      named || bad < 0 || !field
        ? String(error instanceof Error ? error.message : error).replace(/^CronPattern: /, "")
        : `${JSON.stringify(fields[bad])} is no ${field.name} (${field.takes})`,
    );
  }
}

/** One term of a field as croner reads it. */
function term(field: number): (term: string) => string {
  return (term) => {
    const [, base, step] = /^([^/]+)\/0*([1-9]\d*)$/.exec(term) ?? [];
    if (!base || !step) return term;
    const start = field === WEEKDAY && /^\w+$/.test(base) ? `${base}-7` : base;
    return `${start}/${Math.min(Number(step), FIELDS[field]!.step)}`;
  };
}

function noCron(expression: string, reason: string): ScheduleError {
  return new ScheduleError(
    `${JSON.stringify(expression)} is no cron expression: ${reason}. ` +
      'Fields are minute hour day month weekday, such as "30 7 * * 1-5"',
  );
}

/** The next `count` times, for showing. */
export function nextTimes(schedule: Schedule, from: number, count: number): number[] {
  const times: number[] = [];
  for (let at = schedule.after(from); at !== undefined; at = schedule.after(at)) {
    times.push(at);
    if (times.length === count) break;
  }
  return times;
}

/** What is thrown for a zone that does not exist. */
export function noZone(zone: string): ScheduleError {
  return new ScheduleError(
    `${JSON.stringify(zone)} is no IANA time zone; expected one such as "Europe/Berlin"`,
  );
}

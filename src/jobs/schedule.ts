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

/** @throws {ScheduleError} it is no cron expression */
export function cronOf(expression: string, zone: string): Cron {
  const text = expression.trim();
  // croner would also take a date here; that is what "at" is for.
  if (!text.startsWith("@") && text.split(/\s+/).length < 5) {
    throw new ScheduleError(
      `${
        JSON.stringify(expression)
      } is no cron expression: expected five fields (minute hour day ` +
        'month weekday), such as "30 7 * * 1-5", or six with seconds in front',
    );
  }
  try {
    const mode = text.startsWith("@") ? "auto" : "5-or-6-parts";
    return new Cron(text, { timezone: zone, paused: true, mode });
  } catch (error) {
    const reason = error instanceof Error ? error.message.replace(/^CronPattern: /, "") : error;
    throw new ScheduleError(
      `${JSON.stringify(expression)} is no cron expression: ${reason}. ` +
        'Fields are minute hour day month weekday, such as "30 7 * * 1-5"',
    );
  }
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

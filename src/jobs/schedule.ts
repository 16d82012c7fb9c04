/**
 * When a job runs: cron expressions by croner, one-time jobs, and the words people use for times.
 *
 * Daylight saving time: a job at a fixed time that does not exist on the day of the change runs at
 * the first moment after the gap, one at a time that comes twice runs the first time only. A job at
 * intervals goes on at its intervals through both.
 *
 * @module
 */
import { Cron } from "croner";
import { isTimeZone } from "../config/timezone.ts";
import { wallTime } from "../base/wall_time.ts";
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
  const cron = parse(job.schedule, zone);
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

function parse(expression: string, zone: string): Cron {
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

const UNITS: Record<string, number> = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };
/** A number and a unit, such as `5m`, `5min`, `5minutes`. */
const SPAN =
  /(\d+(?:\.\d+)?)(?:(s)(?:ecs?|econds?)?|(m)(?:ins?|inutes?)?|(h)(?:rs?|ours?)?|(d)(?:ays?)?|(w)(?:eeks?)?)(?=\d|$)/g;
UNITS.w = 7 * UNITS.d!;

/**
 * A span such as `30m`, `90s`, `2h`, `1h30m`, `3d`, in milliseconds.
 *
 * @throws {ScheduleError}
 */
export function parseSpan(text: string): number {
  const wanted = text.trim().toLowerCase().replaceAll(/\s+/g, "");
  const parts = [...wanted.matchAll(SPAN)];
  const whole = parts.map(([part]) => part).join("");
  if (parts.length === 0 || whole !== wanted) {
    throw new ScheduleError(
      `${JSON.stringify(text)} is no span of time; expected one such as 30m, 2h, 1h30m or 3d`,
    );
  }
  const ms = parts.reduce((sum, [, count, ...units]) => {
    return sum + Number(count) * UNITS[units.find((unit) => unit !== undefined)!]!;
  }, 0);
  if (ms < 1000 || ms > 10 * 366 * UNITS.d!) {
    throw new ScheduleError(`${JSON.stringify(text)} is out of range: from 1s to ten years`);
  }
  return ms;
}

/**
 * A point in time: `18:00` (the next time it is), `2026-12-24 18:00` on the clocks of `zone`, or an
 * ISO time with its own offset.
 *
 * @throws {ScheduleError} it is not one, or it has passed
 */
export function parseAt(text: string, zone: string, now: number): number {
  if (!isTimeZone(zone)) throw noZone(zone);
  const wanted = text.trim();
  const at = timeOf(wanted, zone, now);
  if (at === undefined) {
    throw new ScheduleError(
      `${JSON.stringify(text)} is no time; expected 18:00, "2026-12-24 18:00" or ` +
        "2026-12-24T18:00:00Z",
    );
  }
  if (at <= now) throw new ScheduleError(`${wanted} (${zone}) has passed already`);
  return at;
}

function timeOf(text: string, zone: string, now: number): number | undefined {
  if (/T.*(Z|[+-]\d\d:?\d\d)$/i.test(text)) {
    const at = Date.parse(text);
    return Number.isNaN(at) ? undefined : at;
  }
  const clock = /^(\d{1,2}):(\d\d)$/.exec(text);
  if (clock) {
    const [hour, minute] = [Number(clock[1]), Number(clock[2])];
    if (hour > 23 || minute > 59) return undefined;
    return parse(`${minute} ${hour} * * *`, zone).nextRun(new Date(now))?.getTime();
  }
  const found = /^(\d{4})-(\d\d)-(\d\d)(?:[T ](\d{1,2}):(\d\d)(?::(\d\d))?)?$/.exec(text);
  if (!found) return undefined;
  const [year, month, day, hour = 0, minute = 0, second = 0] = found.slice(1).map((part) =>
    part === undefined ? undefined : Number(part)
  ) as [number, number, number, number?, number?, number?];
  const naive = Date.UTC(year, month - 1, day, hour, minute, second);
  const back = new Date(naive);
  const real = back.getUTCMonth() === month - 1 && back.getUTCDate() === day &&
    hour < 24 && minute < 60 && second < 60;
  return real ? fromLocal(naive, zone) : undefined;
}

/** The moment at which the clocks of `zone` show `naive` (read as if it were UTC); in a gap, after it. */
function fromLocal(naive: number, zone: string): number {
  const before = naive - offsetAt(naive - UNITS.d!, zone);
  const after = naive - offsetAt(naive + UNITS.d!, zone);
  // Of two moments that fit (clocks go back) the first; of none (a gap) the shifted one.
  if (before + offsetAt(before, zone) === naive) return before;
  if (after + offsetAt(after, zone) === naive) return after;
  return before;
}

/** How far the clocks of `zone` are ahead of UTC, milliseconds. */
export function offsetAt(time: number, zone: string): number {
  const whole = Math.floor(time / 1000) * 1000;
  const { year, month, day, hour, minute, second } = wallTime(whole, zone);
  return Date.UTC(year, month, day, hour, minute, second) - whole;
}

/** `Mon 23 Nov 2026 07:30`, on the clocks of `zone`. */
export function showTime(time: number, zone: string): string {
  const parts = new Intl.DateTimeFormat("en-GB", {
    timeZone: zone,
    weekday: "short",
    day: "numeric",
    month: "short",
    year: "numeric",
    hour: "2-digit",
    minute: "2-digit",
    hourCycle: "h23",
  }).formatToParts(time);
  const part = (type: string) => parts.find((p) => p.type === type)?.value ?? "";
  return `${part("weekday")} ${part("day")} ${part("month")} ${part("year")} ` +
    `${part("hour")}:${part("minute")}`;
}

/** The five fields at which a one-time job would run every year; keeps the entry readable for the Python program. */
export function expressionFor(at: number, zone: string): string {
  const local = new Date(at + offsetAt(at, zone));
  return `${local.getUTCMinutes()} ${local.getUTCHours()} ${local.getUTCDate()} ` +
    `${local.getUTCMonth() + 1} *`;
}

function noZone(zone: string): ScheduleError {
  return new ScheduleError(
    `${JSON.stringify(zone)} is no IANA time zone; expected one such as "Europe/Berlin"`,
  );
}

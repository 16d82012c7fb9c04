/** The words people use for times: spans such as `1h30m`, points in time such as `18:00`. */
import { isTimeZone } from "../config/timezone.ts";
import { offsetAt } from "../base/wall_time.ts";
import { cronOf, noZone, ScheduleError } from "./schedule.ts";

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
    return cronOf(`${minute} ${hour} * * *`, zone).nextRun(new Date(now))?.getTime();
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

/** The five fields at which a one-time job would run every year; keeps the entry readable for the Python program. */
export function expressionFor(at: number, zone: string): string {
  const local = new Date(at + offsetAt(at, zone));
  return `${local.getUTCMinutes()} ${local.getUTCHours()} ${local.getUTCDate()} ` +
    `${local.getUTCMonth() + 1} *`;
}

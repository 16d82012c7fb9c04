/**
 * Hours in which nothing runs by itself: those of the job or hook, else `quiet_hours` of the config.
 * The heartbeat's window is its own; see `config/quiet_migration.ts` for homes of the Python program,
 * where it silenced everything.
 *
 * @module
 */
import type { Config } from "../config/schema.ts";
import type { Schedule } from "./schedule.ts";

const QUARTER_MS = 900_000;
const YEAR_MS = 366 * 86_400_000;

/** Full hours of the day. The start belongs to it, the end does not; equal ones mean never. */
export interface QuietWindow {
  start: number;
  end: number;
}

/** What a job or hook says about it; each hour may be missing. */
export interface OwnQuietHours {
  quiet_start?: number | null | undefined;
  quiet_end?: number | null | undefined;
}

/**
 * The window that holds for a job. Each missing hour comes from the config; where that has none
 * either, from the heartbeat's window, as it was with the Python program.
 */
export function quietWindow(
  own: OwnQuietHours,
  config: Pick<Config, "quiet_hours" | "heartbeat">,
): QuietWindow | undefined {
  const ownStart = own.quiet_start ?? undefined;
  const ownEnd = own.quiet_end ?? undefined;
  const half = ownStart !== undefined || ownEnd !== undefined;
  const { quiet_hours: common, heartbeat } = config;
  const start = ownStart ?? common.start ?? (half ? heartbeat.quiet_start : undefined);
  const end = ownEnd ?? common.end ?? (half ? heartbeat.quiet_end : undefined);
  return start === undefined || end === undefined ? undefined : { start, end };
}

/** Whether `time` (milliseconds since the epoch) is in the window, on the clocks of `zone`. */
export function isQuiet(
  window: QuietWindow | undefined,
  time: number,
  zone: string,
): window is QuietWindow {
  if (!window || window.start === window.end) return false;
  const hour = Number(
    new Intl.DateTimeFormat("en-GB", { timeZone: zone, hour: "2-digit", hourCycle: "h23" })
      .format(time),
  );
  const { start, end } = window;
  return start < end ? hour >= start && hour < end : hour >= start || hour < end;
}

/** The first moment from `time` on that is not quiet; looks at the quarters of the clock. */
export function quietEnd(window: QuietWindow | undefined, time: number, zone: string): number {
  let end = time;
  while (isQuiet(window, end, zone)) end = (Math.floor(end / QUARTER_MS) + 1) * QUARTER_MS;
  return end;
}

/**
 * When a one-time job runs that is due at `time`: when its own quiet hours are over. The common ones
 * do not hold for it; "remind me in ten minutes" is meant, at night too.
 */
export function ownQuietEnd(
  own: OwnQuietHours,
  time: number,
  zone: string,
  config: Parameters<typeof quietWindow>[1],
): number {
  const has = typeof own.quiet_start === "number" || typeof own.quiet_end === "number";
  return has ? quietEnd(quietWindow(own, config), time, zone) : time;
}

/** A time at which it would run, when each of the next year is quiet: it never runs. */
export function alwaysQuiet(
  schedule: Schedule,
  window: QuietWindow | undefined,
  now: number,
): number | undefined {
  const first = schedule.after(now);
  for (let at = first; at !== undefined && at < now + YEAR_MS;) {
    const end = quietEnd(window, at, schedule.zone);
    if (end === at) return undefined;
    at = schedule.after(end - 1);
  }
  return first;
}

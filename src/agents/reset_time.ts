/**
 * When a usage limit ends, read from what the CLIs say about it. The forms seen so far:
 *
 * - `Claude AI usage limit reached|1762952400` (Unix seconds)
 * - `You've hit your session limit · resets 3:20am (Asia/Calcutta)`
 * - `Weekly limit reached ∙ resets Monday 9am`, `resets tomorrow at 9am`, `resets Dec 1`
 * - `Your limit will reset at 9am (America/Chicago)`, `resets Oct 9 at 3pm (UTC)`
 * - `try again at Jul 5th, 2026 8:19 PM`, `Try again in 3 days 4 hours 9 minutes`
 * - `"resets_at":1772180859`, `"resets_in_seconds":529498`
 */

import { type WallTime, wallTime } from "../base/wall_time.ts";

const MONTHS = "jan feb mar apr may jun jul aug sep oct nov dec".split(" ");
const WEEKDAYS = "sun mon tue wed thu fri sat".split(" ");
const DAY_MS = 86_400_000;

const MONTH = `(?:${MONTHS.join("|")})[a-z]*\\.?`;
/** `Dec 1st, 2026`, `1 December`, `Monday`, `tomorrow`. */
const DAY = `(?:(?<month>${MONTH})\\s+(?<day>\\d{1,2})(?:st|nd|rd|th)?(?:,?\\s+(?<year>\\d{4}))?` +
  `|(?<before>\\d{1,2})(?:st|nd|rd|th)?\\s+(?<after>${MONTH})` +
  `|(?<weekday>(?:sun|mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|sat(?:ur)?)(?:day)?\\b)|(?<relative>today|tomorrow))`;
/** `9am`, `9:30 AM`, `15:00`. */
const CLOCK = "(?<hour>\\d{1,2})(?::(?<minute>\\d{2}))?\\s*(?<half>[ap]\\.?m\\b)?";

/**
 * The end of the limit that `text` speaks of, or undefined when it names none. Clock times without
 * a zone are taken as those of `zone` (default: this machine's).
 */
export function parseResetTime(text: string, now: Date, zone?: string): Date | undefined {
  const epoch = /(?:\||"?resets?_?at"?\s*[:=]\s*"?)(\d{10})(\d{3})?\b/i.exec(text);
  if (epoch) return new Date(Number(epoch[1]) * 1000);
  const seconds = /"?resets?_in_seconds"?\s*[:=]\s*(\d+)/i.exec(text);
  if (seconds) return new Date(now.getTime() + Number(seconds[1]) * 1000);
  return parseDuration(text, now) ?? parseWallTime(text, now, zone);
}

function parseDuration(text: string, now: Date): Date | undefined {
  const found = /(?:again|resets?)\s+in\s+((?:\d+\s*[a-z]+[\s,]*(?:and\s+)?)+)/i.exec(text);
  if (!found) return undefined;
  let ms = 0;
  for (const [, count, unit] of found[1]!.matchAll(/(\d+)\s*([a-z]+)/gi)) {
    const name = unit!.toLowerCase();
    if (name.startsWith("d")) ms += Number(count) * DAY_MS;
    else if (name.startsWith("h")) ms += Number(count) * 3_600_000;
    else if (name.startsWith("m")) ms += Number(count) * 60_000;
    else if (name.startsWith("s")) ms += Number(count) * 1000;
  }
  return ms > 0 ? new Date(now.getTime() + ms) : undefined;
}

function parseWallTime(text: string, now: Date, fallback?: string): Date | undefined {
  const found = new RegExp(
    "(?:resets?(?: again)?|again)(?:\\s+(?:at|on|in))?:?\\s+" + `(?:${DAY}(?:,|\\b)\\s*)?` +
      `(?:(?:at\\s+)?${CLOCK})?` + "(?:\\s*\\((?<zone>[^)]+)\\))?",
    "i",
  ).exec(text)?.groups;
  if (!found) return undefined;
  const hasClock = found.minute !== undefined || found.half !== undefined;
  const monthName = found.month ?? found.after;
  const hasDay = monthName !== undefined || found.weekday !== undefined ||
    found.relative !== undefined;
  if (!hasClock && (!hasDay || found.hour !== undefined)) return undefined;
  let hour = Number(found.hour ?? 0);
  if (found.half) hour = hour % 12 + (found.half.toLowerCase().startsWith("p") ? 12 : 0);
  const minute = Number(found.minute ?? 0);
  if (hour > 23 || minute > 59) return undefined;
  const zone = knownZone(found.zone) ?? knownZone(fallback) ??
    Intl.DateTimeFormat().resolvedOptions().timeZone;
  const today = wallTime(now.getTime(), zone);
  const later = (days: number) =>
    fromWallTime({ ...today, day: today.day + days, hour, minute }, zone);
  if (found.relative !== undefined) {
    return later(found.relative.toLowerCase() === "tomorrow" ? 1 : hasClock ? 0 : 1);
  }
  if (found.weekday !== undefined) {
    const weekday = WEEKDAYS.indexOf(found.weekday.slice(0, 3).toLowerCase());
    const weekdayNow = new Date(Date.UTC(today.year, today.month, today.day)).getUTCDay();
    const date = later((weekday - weekdayNow + 7) % 7);
    return date.getTime() > now.getTime() ? date : later(7);
  }
  if (monthName === undefined) {
    const next = fromWallTime({ ...today, hour, minute }, zone);
    return next.getTime() > now.getTime() ? next : later(1);
  }
  const month = MONTHS.indexOf(monthName.slice(0, 3).toLowerCase());
  const at = {
    year: Number(found.year ?? today.year),
    month,
    day: Number(found.day ?? found.before),
    hour,
    minute,
  };
  const date = fromWallTime(at, zone);
  // In December a limit that resets in January is next year's.
  if (found.year === undefined && date.getTime() < now.getTime() - 30 * DAY_MS) {
    return fromWallTime({ ...at, year: at.year + 1 }, zone);
  }
  // Today, and nobody says when: it is over with the day.
  if (!hasClock && at.month === today.month && at.day === today.day) return later(1);
  return date;
}

function knownZone(zone: string | undefined): string | undefined {
  if (zone === undefined) return undefined;
  try {
    return new Intl.DateTimeFormat("en", { timeZone: zone.trim() }).resolvedOptions().timeZone;
  } catch {
    return undefined;
  }
}

/** The instant at which a clock in `zone` shows `wall`; near a clock change, the later reading. */
function fromWallTime(wall: Omit<WallTime, "second">, zone: string): Date {
  const asUtc = (each: Omit<WallTime, "second">) =>
    Date.UTC(each.year, each.month, each.day, each.hour, each.minute);
  const wanted = asUtc(wall);
  let instant = wanted;
  // The offset of the guess may differ from that of the result: two rounds settle it.
  for (let round = 0; round < 2; round++) {
    instant += wanted - asUtc(wallTime(instant, zone));
  }
  return new Date(instant);
}

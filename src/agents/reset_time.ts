/**
 * When a usage limit ends, read from what the CLIs say about it. The forms seen so far:
 *
 * - `Claude AI usage limit reached|1762952400` (Unix seconds)
 * - `You've hit your session limit · resets 3:20am (Asia/Calcutta)`
 * - `Weekly limit reached ∙ resets Monday 9am`, `resets tomorrow at 9am`, `resets Dec 1`
 * - `Your limit will reset at 9am (America/Chicago)`, `resets Oct 9 at 3pm (UTC)`
 * - `try again at Jul 5th, 2026 8:19 PM`, `Try again in 3 days 4 hours 9 minutes`
 * - `resets Monday, Nov 30 at 9am PST`, `resets at 2026-11-26 15:00 UTC`, `resets at midnight (GMT+2)`
 * - `"resets_at":1772180859`, `"resets_in_seconds":529498`, `Retry after 3600 seconds`
 */

import { type WallTime, wallTime } from "../base/wall_time.ts";

const MONTHS = "jan feb mar apr may jun jul aug sep oct nov dec".split(" ");
const WEEKDAYS = "sun mon tue wed thu fri sat".split(" ");
const DAY_MS = 86_400_000;

const MONTH = `(?:${MONTHS.join("|")})[a-z]*\\.?`;
const WEEKDAY = "(?:sun|mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|sat(?:ur)?)(?:day)?\\b";
const YEAR = "(?:,?\\s+(?<year>\\d{4})\\b)?";
/** `Dec 1st`, `1 December`. */
const DATE = `(?:(?<month>${MONTH})\\s+(?<day>\\d{1,2})(?:st|nd|rd|th)?` +
  `|(?<before>\\d{1,2})(?:st|nd|rd|th)?\\s+(?<after>${MONTH}))${YEAR}`;
/** `Dec 1st, 2026`, `Mon, 1 December`, `Monday`, `tomorrow`. */
const DAY = `(?:(?:${WEEKDAY},?\\s+)?${DATE}` +
  `|(?<weekday>${WEEKDAY})|(?<relative>today|tonight|tomorrow))`;
/** `9am`, `9:30 AM`, `15:00`, `noon`. */
const CLOCK = "(?:(?<hour>\\d{1,2})(?::(?<minute>\\d{2}))?(?:\\s*(?<half>[ap]\\.?m\\b\\.?))?" +
  "|(?<word>midnight|noon)\\b)";
/** `(Asia/Tokyo)`, `PST`, `GMT+2`, `Pacific Time`. */
const ZONE = "(?:\\s*\\((?<zone>[^)]+)\\)|\\s+(?<bare>[a-z]+(?:[+-][\\d:]+)?))?";
const BEFORE = "(?:(?:resets?|available)(?: again)?|again|until)" +
  "(?:\\s+(?:at|on|in|after|by|next))*:?\\s+";
const WHEN = new RegExp(`${BEFORE}(?:${DAY}(?:,|\\b)\\s*)?(?:(?:at\\s+)?${CLOCK})?${ZONE}`, "gi");
const ISO = new RegExp(
  `(?:${BEFORE}|resets?_?at"?\\s*[:=]\\s*"?)(?<date>\\d{4}-\\d{2}-\\d{2})` +
    `(?:[T ]+(?<time>\\d{2}:\\d{2})(?::[\\d.]+)?\\s*(?<zone>Z|UTC|[+-]\\d{2}:?\\d{2})?)?`,
  "i",
);
/** What people call their zone, where its name is not that of a place. */
const ZONES: Readonly<Record<string, string>> = {
  "America/Los_Angeles": "pt pst pdt pacific",
  "America/Denver": "mt mst mdt mountain",
  "America/Chicago": "ct cst cdt central",
  "America/New_York": "et est edt eastern",
  "Europe/London": "bst",
  "Europe/Paris": "cet cest",
  "Asia/Kolkata": "ist",
  "Asia/Tokyo": "jst",
  "Australia/Sydney": "aest aedt",
  UTC: "utc gmt z",
};

/**
 * The end of the limit that `text` speaks of, or undefined when it names none. Clock times without
 * a zone are taken as those of `zone` (default: this machine's).
 */
export function parseResetTime(text: string, now: Date, zone?: string): Date | undefined {
  const epoch = /(?:\||"?resets?_?at"?\s*[:=]\s*"?)(\d{10})(\d{3})?\b/i.exec(text);
  if (epoch) return new Date(Number(epoch[1]) * 1000);
  const seconds = /"?resets?_in_seconds"?\s*[:=]\s*(\d+)/i.exec(text);
  if (seconds) return new Date(now.getTime() + Number(seconds[1]) * 1000);
  return parseDuration(text, now) ?? parseIso(text, zone) ?? parseWallTime(text, now, zone);
}

function parseIso(text: string, fallback?: string): Date | undefined {
  const found = ISO.exec(text)?.groups;
  if (!found) return undefined;
  const [year, month, day] = found.date!.split("-").map(Number);
  const [hour, minute] = (found.time ?? "00:00").split(":").map(Number);
  const zone = knownZone(found.zone) ?? knownZone(fallback) ?? ownZone();
  return fromWallTime(
    { year: year!, month: month! - 1, day: day!, hour: hour!, minute: minute! },
    zone,
  );
}

function ownZone(): string {
  return Intl.DateTimeFormat().resolvedOptions().timeZone;
}

function parseDuration(text: string, now: Date): Date | undefined {
  const found =
    /(?:again|resets?|available)\s+in\s+(?:about\s+)?((?:(?:\d+|an?)\s*[a-z]+[\s,]*(?:and\s+)?)+)/i
      .exec(text) ?? /retry[- ]after:?\s+(\d+(?:\s*[a-z]+)?)/i.exec(text);
  if (!found) return undefined;
  let ms = 0;
  for (const [, number, unit] of found[1]!.matchAll(/(\d+|\ban?\b)\s*([a-z]*)/gi)) {
    const name = unit!.toLowerCase() || "s";
    const count = Number(number) || 1;
    if (name.startsWith("w")) ms += count * 7 * DAY_MS;
    else if (name.startsWith("d")) ms += count * DAY_MS;
    else if (name.startsWith("h")) ms += count * 3_600_000;
    else if (name.startsWith("m")) ms += count * 60_000;
    else if (name.startsWith("s")) ms += count * 1000;
  }
  return ms > 0 ? new Date(now.getTime() + ms) : undefined;
}

function parseWallTime(text: string, now: Date, fallback?: string): Date | undefined {
  for (const { groups } of text.matchAll(WHEN)) {
    const date = dateOf(groups!, now, fallback);
    if (date) return date;
  }
  return undefined;
}

function dateOf(
  found: Partial<Record<string, string>>,
  now: Date,
  fallback: string | undefined,
): Date | undefined {
  const hasClock = found.minute !== undefined || found.half !== undefined ||
    found.word !== undefined;
  const monthName = found.month ?? found.after;
  const hasDay = monthName !== undefined || found.weekday !== undefined ||
    found.relative !== undefined;
  if (!hasClock && (!hasDay || found.hour !== undefined)) return undefined;
  let hour = Number(found.hour ?? (found.word?.toLowerCase() === "noon" ? 12 : 0));
  if (found.half) hour = hour % 12 + (found.half.toLowerCase().startsWith("p") ? 12 : 0);
  const minute = Number(found.minute ?? 0);
  if (hour > 23 || minute > 59) return undefined;
  const zone = knownZone(found.zone) ?? namedZone(found.bare) ?? knownZone(fallback) ?? ownZone();
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

/** `PST`, `UTC+5:30`. */
function namedZone(name: string | undefined): string | undefined {
  const found = /^([a-z]+)(?:([+-])(\d{1,2}):?(\d{2})?)?$/.exec(name?.trim().toLowerCase() ?? "");
  if (!found) return undefined;
  const [, word, sign, hours, minutes = "00"] = found;
  if (hours !== undefined) return `${sign}${hours.padStart(2, "0")}:${minutes}`;
  return Object.keys(ZONES).find((zone) => ZONES[zone]!.split(" ").includes(word!));
}

function knownZone(zone: string | undefined): string | undefined {
  if (zone === undefined) return undefined;
  try {
    const timeZone = namedZone(zone) ?? zone.trim();
    return new Intl.DateTimeFormat("en", { timeZone }).resolvedOptions().timeZone;
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

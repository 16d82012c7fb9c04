/** What a clock on the wall shows. */
export interface WallTime {
  year: number;
  /** 0 to 11. */
  month: number;
  day: number;
  hour: number;
  minute: number;
  second: number;
}

/**
 * What a clock shows in the IANA zone `zone` at `time`, milliseconds since the epoch.
 *
 * @throws {RangeError} there is no such zone
 */
export function wallTime(time: number, zone: string): WallTime {
  const parts = new Intl.DateTimeFormat("en-US", {
    timeZone: zone,
    hourCycle: "h23",
    year: "numeric",
    month: "numeric",
    day: "numeric",
    hour: "numeric",
    minute: "numeric",
    second: "numeric",
  }).formatToParts(time);
  const part = (type: string) => Number(parts.find((each) => each.type === type)?.value);
  return {
    year: part("year"),
    month: part("month") - 1,
    day: part("day"),
    hour: part("hour"),
    minute: part("minute"),
    second: part("second"),
  };
}

/** `2026-11-23`, on the calendar of `zone`. */
export function localDay(time: number, zone: string): string {
  const { year, month, day } = wallTime(time, zone);
  return new Date(Date.UTC(year, month, day)).toISOString().slice(0, 10);
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

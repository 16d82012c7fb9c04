/** `ductor cron time`: what time it is for the user, and elsewhere. */
import { isTimeZone } from "../../config/timezone.ts";
import { offsetAt } from "../../base/wall_time.ts";
import { ScheduleError } from "../../jobs/schedule.ts";
import { answer } from "../reply.ts";
import { toolContext } from "../tool_context.ts";

/** Shown when no zone is asked for. */
const COMMON_ZONES = [
  "America/Los_Angeles",
  "America/Chicago",
  "America/New_York",
  "America/Sao_Paulo",
  "Europe/London",
  "Europe/Berlin",
  "Europe/Moscow",
  "Asia/Dubai",
  "Asia/Kolkata",
  "Asia/Shanghai",
  "Asia/Tokyo",
  "Australia/Sydney",
];

export function time(
  args: string[],
  options: { json?: boolean; zone?: string; zones?: string },
): Promise<number> {
  return answer(options, async () => {
    const { zone, zoneSet, now } = await toolContext();
    const listed = (options.zones ?? "").split(",").map((part) => part.trim()).filter((part) =>
      part !== "" && isTimeZone(part)
    );
    const asked = [...args, ...options.zone === undefined ? [] : [options.zone]];
    for (const name of asked) {
      if (!isTimeZone(name)) {
        throw new ScheduleError(`${JSON.stringify(name)} is no IANA time zone, such as Asia/Tokyo`);
      }
    }
    const requested = [...asked, ...listed];
    const shown = (requested.length > 0 ? requested : COMMON_ZONES).map((name) =>
      timeIn(name, now)
    );
    const user = timeIn(zone, now);
    return {
      json: {
        utc: new Date(now).toISOString(),
        user_timezone_configured: zoneSet,
        user_time: user,
        ...!zoneSet && { hint: "ductor config set user_timezone Europe/Berlin" },
        [requested.length > 0 ? "requested_zones" : "common_zones"]: shown,
      },
      text: [user, ...shown].map((one, index) =>
        `${one.date} ${one.time}  ${one.zone} (UTC${one.utc_offset})${index === 0 ? "  ← you" : ""}`
      ).join("\n"),
    };
  });
}

function timeIn(zone: string, now: number) {
  const offset = offsetAt(now, zone);
  const local = new Date(now + offset).toISOString();
  const minutes = Math.abs(offset) / 60_000;
  const two = (n: number) => String(Math.floor(n)).padStart(2, "0");
  const utc_offset = `${offset < 0 ? "-" : "+"}${two(minutes / 60)}:${two(minutes % 60)}`;
  return { zone, time: local.slice(11, 16), date: local.slice(0, 10), utc_offset };
}

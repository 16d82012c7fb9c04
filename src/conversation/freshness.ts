/** Whether a session is recent and short enough to go on with. */

/** When a session is too old to go on with; the config keys of the same names. */
export interface Freshness {
  idle_timeout_minutes: number;
  daily_reset_enabled: boolean;
  daily_reset_hour: number;
  max_session_messages: number | null;
}

/**
 * @param entryActive When there was something in the conversation, for a bucket that does not say.
 */
export function isFresh(
  bucket: { last_active?: string | undefined; message_count: number },
  entryActive: string,
  rules: Freshness,
  timeZone: string,
  now: Date,
): boolean {
  // A clock that was ahead for a while ends no conversation.
  const last = Math.min(Date.parse(bucket.last_active ?? entryActive), now.getTime());
  if (Number.isNaN(last)) return false;
  if (rules.max_session_messages !== null && bucket.message_count >= rules.max_session_messages) {
    return false;
  }
  const idleMinutes = (now.getTime() - last) / 60_000;
  if (rules.idle_timeout_minutes > 0 && idleMinutes >= rules.idle_timeout_minutes) return false;
  if (!rules.daily_reset_enabled) return true;
  return resetDay(last, rules.daily_reset_hour, timeZone) ===
    resetDay(now.getTime(), rules.daily_reset_hour, timeZone);
}

/** The local date of a moment, where a day begins at `hour` instead of midnight. */
function resetDay(time: number, hour: number, timeZone: string): string {
  const parts = new Intl.DateTimeFormat("en-CA", {
    timeZone,
    year: "numeric",
    month: "2-digit",
    day: "2-digit",
    hour: "2-digit",
    hourCycle: "h23",
  }).formatToParts(time);
  const get = (type: string) => Number(parts.find((p) => p.type === type)!.value);
  const day = Date.UTC(get("year"), get("month") - 1, get("day"));
  return new Date(get("hour") >= hour ? day : day - 86_400_000).toISOString().slice(0, 10);
}

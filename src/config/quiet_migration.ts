/** Quiet hours for a config that was written by the Python program. */
type Raw = Record<string, unknown>;

/** The Python program's default, and ours. */
const DEFAULT_START = 21;
const DEFAULT_END = 8;

/**
 * The Python program had no quiet hours for jobs and hooks; the heartbeat's window silenced them,
 * heartbeat or not. Its default (21 to 8) did so to people who did not know, so it is not kept. Who
 * has written other hours into the file knew about them and relies on them: they become
 * `quiet_hours`. Does nothing to a file that has `quiet_hours`.
 */
export function adoptQuietHours(raw: Raw): void {
  if (Object.hasOwn(raw, "quiet_hours")) return;
  const heartbeat = raw.heartbeat;
  if (typeof heartbeat !== "object" || heartbeat === null) return;
  const { quiet_start: start = DEFAULT_START, quiet_end: end = DEFAULT_END } = heartbeat as Raw;
  if (Number(start) === DEFAULT_START && Number(end) === DEFAULT_END) return;
  raw.quiet_hours = { start, end };
}

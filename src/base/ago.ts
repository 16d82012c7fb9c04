/**
 * How long ago a noted time was, ms. The clock is right and the note is not: a time that lies ahead
 * of it by more than a minute was noted while the clock was wrong, and counts as never; so does none.
 *
 * @param noted Milliseconds since the epoch, or ISO 8601.
 */
export function ago(noted: number | string | undefined, now: number): number {
  const passed = now - (typeof noted === "string" ? Date.parse(noted) : noted ?? NaN);
  return passed >= -60_000 ? Math.max(0, passed) : Infinity;
}

/** Waiting for those who are not handed a clock. */
import { type Clock, systemClock } from "../clock.ts";

/**
 * Resolves after `ms`, of any length, or at once when `signal` aborts.
 *
 * @throws {RangeError} when `ms` is not a number
 */
export function sleep(
  ms: number,
  { signal, clock = systemClock }: { signal?: AbortSignal | undefined; clock?: Clock } = {},
): Promise<void> {
  return clock.sleep(ms, signal);
}

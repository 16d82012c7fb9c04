/** Waiting for those who are not handed a clock, and waiting for a time of day. */
import { type Clock, systemClock } from "../clock.ts";

/** A timer stands still while a computer sleeps, and does not hear of a clock that is set. */
const LOOK_MS = 30_000;

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

/** Resolves when the clock shows `time`, ms since the epoch, or later; or when `signal` aborts. */
export async function sleepUntil(time: number, clock: Clock, signal?: AbortSignal): Promise<void> {
  for (let left = time - clock.now(); left > 0 && !signal?.aborted; left = time - clock.now()) {
    await clock.sleep(Math.min(left, LOOK_MS), signal);
  }
}

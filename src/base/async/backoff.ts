/** How long to wait before trying again: longer each time, and not all at the same moment. */
import { type Clock, systemClock } from "../clock.ts";

export interface BackoffOptions {
  /** The wait after the first failure, ms. */
  first: number;
  /** The longest wait, ms. */
  most: number;
  /**
   * Spreads the waits over the upper half of what they would be, so that many who failed together
   * don't come back together. Left out: the waits are exact, for when a user is told of them.
   */
  random?: (() => number) | undefined;
}

/** @returns how long to wait, ms, after so many failures in a row (1 is the first) */
export function backoff({ first, most, random }: BackoffOptions): (failures: number) => number {
  return (failures) => {
    const full = Math.min(first * 2 ** Math.max(0, failures - 1), most);
    return random ? full / 2 + random() * full / 2 : full;
  };
}

/**
 * Repeats what fails until it succeeds.
 *
 * @param pause How long to wait after so many failures, ms.
 * @throws what `fn` threw last, once `signal` has aborted
 */
export async function retrying<T>(
  fn: () => Promise<T>,
  { pause, signal, clock = systemClock }: {
    pause: (failures: number) => number;
    signal: AbortSignal;
    clock?: Clock;
  },
): Promise<T> {
  for (let failures = 1;; failures++) {
    try {
      return await fn();
    } catch (error) {
      if (signal.aborted) throw error;
      await clock.sleep(pause(failures), signal);
    }
  }
}

import type { Clock } from "../base/clock.ts";

/** Repeats what fails until it succeeds; rejects only when `signal` aborts. */
export async function retrying<T>(
  fn: () => Promise<T>,
  clock: Clock,
  signal: AbortSignal,
): Promise<T> {
  for (let wait = 1000;; wait = Math.min(wait * 2, 30_000)) {
    try {
      return await fn();
    } catch (error) {
      if (signal.aborted) throw error;
      await clock.sleep(wait, signal);
    }
  }
}

import type { Clock } from "../clock.ts";
import { failureOf } from "../telegram/api.ts";

/** Repeats what fails for the network's sake until it succeeds or `signal` aborts. */
export async function retrying<T>(
  fn: () => Promise<T>,
  clock: Clock,
  signal: AbortSignal,
): Promise<T> {
  for (let wait = 1000;; wait = Math.min(wait * 2, 30_000)) {
    try {
      return await fn();
    } catch (error) {
      if (signal.aborted || failureOf(error).kind === "unauthorized") throw error;
      await clock.sleep(wait, signal);
    }
  }
}

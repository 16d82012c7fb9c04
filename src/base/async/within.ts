/**
 * Waiting no longer than one wants to. What is given up goes on by itself: it is up to the caller to
 * end it. Its failure afterwards is nobody's business and never an unhandled rejection.
 */
import { type Clock, systemClock } from "../clock.ts";

/** What `within` answers when the time is up. */
export const LATE = Symbol("late");

/** A reason given saves making an exception, which is what costs most in an abort. */
const OVER = "over";

/**
 * What `promise` gives if it does so within `ms`, else `LATE`.
 *
 * @throws what `promise` rejects with, in time
 */
export async function within<T>(
  promise: Promise<T>,
  ms: number,
  { clock = systemClock }: { clock?: Clock } = {},
): Promise<T | typeof LATE> {
  const limit = new AbortController();
  try {
    return await Promise.race([
      promise,
      clock.sleep(ms, limit.signal).then((): typeof LATE => LATE),
    ]);
  } finally {
    limit.abort(OVER);
  }
}

/**
 * What `promise` gives, unless `signal` aborts before.
 *
 * @throws what `promise` rejects with; the reason of `signal`
 */
export async function unlessAborted<T>(
  promise: Promise<T>,
  signal: AbortSignal | undefined,
): Promise<T> {
  if (!signal) return await promise;
  const { promise: given, resolve, reject } = Promise.withResolvers<T>();
  const giveUp = () => reject(signal.reason);
  promise.then(resolve, reject);
  if (signal.aborted) giveUp();
  signal.addEventListener("abort", giveUp, { once: true });
  try {
    return await given;
  } finally {
    signal.removeEventListener("abort", giveUp);
  }
}

/** Resolves when `signal` aborts. */
export function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => {
    signal.addEventListener("abort", () => resolve(), { once: true });
  });
}

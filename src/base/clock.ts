/**
 * Time as the program sees it; tests pass a clock of their own. Whoever waits does it here or with
 * `async/sleep.ts`: a timer of the system takes at most 24.8 days and fires at once when asked for
 * more, so that a loop which should run monthly runs a thousand times a second.
 */
export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number;
  /** Milliseconds since some moment; goes forward only, whatever the time is set to. */
  elapsed(): number;
  /**
   * Resolves after `ms`, of any length, or at once when `signal` aborts; `Infinity` waits for the
   * signal alone, and what is negative is over already.
   *
   * @throws {RangeError} when `ms` is not a number: a loop that waits so would never pause
   */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

/** The longest wait that a timer of the system can do, ms. */
export const LONGEST_TIMER = 2 ** 31 - 1;

/** The timers a clock stands on. */
export interface Timers {
  now(): number;
  elapsed(): number;
  /** Calls `fn` once after `ms`. @returns what ends that before */
  after(ms: number, fn: () => void): () => void;
}

/** A clock on timers that take no more than `LONGEST_TIMER`: longer waits are chained. */
export function clockOn({ now, elapsed, after }: Timers): Clock {
  return {
    now,
    elapsed,
    async sleep(ms, signal) {
      if (Number.isNaN(ms)) throw new RangeError("Cannot wait: NaN ms, expected a number");
      if (signal?.aborted) return;
      const { promise, resolve } = Promise.withResolvers<void>();
      let left = Math.max(0, ms);
      let clear: () => void;
      const wait = () => {
        const part = Math.min(left, LONGEST_TIMER);
        left -= part;
        clear = after(part, left > 0 ? wait : resolve);
      };
      wait();
      const stop = () => {
        clear();
        resolve();
      };
      signal?.addEventListener("abort", stop, { once: true });
      await promise;
      signal?.removeEventListener("abort", stop);
    },
  };
}

export const systemClock: Clock = clockOn({
  now: () => Date.now(),
  elapsed: () => performance.now(),
  after(ms, fn) {
    const timer = setTimeout(fn, ms);
    return () => clearTimeout(timer);
  },
});

/** Things that happen by themselves when time has passed. Each ends by being disposed of. */
import { type Clock, systemClock } from "../clock.ts";
import { spawn } from "./spawn.ts";

/** A reason given saves making an exception, which is what costs most in an abort. */
const OVER = "over";

interface TimerOptions {
  clock?: Clock;
}

/** Calls `fn` once after `ms`, unless `signal` aborts before. What it rejects with is logged. */
export function after(
  ms: number,
  fn: () => unknown,
  { clock = systemClock, signal }: TimerOptions & { signal?: AbortSignal } = {},
): Disposable {
  const over = new AbortController();
  const until = signal ? AbortSignal.any([signal, over.signal]) : over.signal;
  const run = async () => {
    await clock.sleep(ms, until);
    if (!until.aborted) await fn();
  };
  spawn("What was to happen later", run());
  return { [Symbol.dispose]: () => over.abort(OVER) };
}

/** Calls `fn` every `ms`, first after `ms`, and not before it has ended. What it rejects with is logged. */
export function every(
  ms: number,
  fn: () => unknown,
  { clock = systemClock }: TimerOptions = {},
): Disposable {
  const over = new AbortController();
  const run = async () => {
    while (true) {
      await clock.sleep(ms, over.signal);
      if (over.signal.aborted) return;
      await Promise.resolve().then(fn).catch((error) =>
        spawn("What happens now and then", Promise.reject(error))
      );
    }
  };
  spawn("A timer", run());
  return { [Symbol.dispose]: () => over.abort(OVER) };
}

/** Gives up what makes no progress: its signal aborts when nobody has called `alive` for `ms`. */
export class Watchdog implements Disposable {
  readonly #ms: number;
  readonly #options: TimerOptions;
  readonly #barked = new AbortController();
  /** Aborts when the time is up, or with the signal that was given. */
  readonly signal: AbortSignal;
  #timer: Disposable | undefined;

  constructor(ms: number, options: TimerOptions & { signal?: AbortSignal | undefined } = {}) {
    this.#ms = ms;
    this.#options = options;
    this.signal = options.signal
      ? AbortSignal.any([options.signal, this.#barked.signal])
      : this.#barked.signal;
    this.alive();
  }

  /** Whether the time was up. */
  get barked(): boolean {
    return this.#barked.signal.aborted;
  }

  /** There is progress: the time begins again. */
  alive(): void {
    this.#timer?.[Symbol.dispose]();
    this.#timer = after(this.#ms, () => this.#barked.abort(), {
      clock: this.#options.clock ?? systemClock,
    });
  }

  [Symbol.dispose](): void {
    this.#timer?.[Symbol.dispose]();
  }
}

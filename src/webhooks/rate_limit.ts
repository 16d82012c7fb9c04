/** How often something may happen within a minute. */
import { Remembered } from "../base/remembered.ts";

const WINDOW_MS = 60_000;

/** A sliding window; keeps one number for each event in it. */
export class RateLimit {
  #times: number[] = [];
  #from = 0;

  /**
   * Counts one event if there is room; else the seconds after which there is.
   *
   * @param limit events a minute; 0: no limit
   */
  take(limit: number, now: number): { ok: true } | { ok: false; retryAfter: number } {
    const wait = this.wait(limit, now);
    if (wait > 0) return { ok: false, retryAfter: wait };
    this.#times.push(now);
    return { ok: true };
  }

  /** Seconds until there is room for one more; 0: there is. */
  wait(limit: number, now: number): number {
    const times = this.#times;
    while (this.#from < times.length && times[this.#from]! <= now - WINDOW_MS) this.#from++;
    if (this.#from > 1000 && this.#from * 2 > times.length) {
      times.splice(0, this.#from);
      this.#from = 0;
    }
    if (limit === 0 || times.length - this.#from < limit) return 0;
    const blocking = times[times.length - limit]!;
    return Math.max(1, Math.ceil((blocking + WINDOW_MS - now) / 1000));
  }

  get idle(): boolean {
    return this.#times.length === this.#from;
  }
}

/** A limit for each of many keys. At most `maxKeys` are remembered, the least recent are forgotten. */
export class KeyedRateLimit {
  readonly #limits: Remembered<string, RateLimit>;

  constructor(maxKeys = 1000) {
    this.#limits = new Remembered(maxKeys);
  }

  at(key: string): RateLimit {
    const limit = this.#limits.get(key) ?? new RateLimit();
    this.#limits.add(key, limit);
    return limit;
  }

  /** Without remembering a key that was not there. */
  wait(key: string, limit: number, now: number): number {
    return this.#limits.get(key)?.wait(limit, now) ?? 0;
  }
}

import { type Clock, systemClock } from "../../src/base/clock.ts";

const HOUR_MS = 3_600_000;

/** A clock that shows another time than the system's; its timers run as they always do. */
export class ShiftedClock implements Clock {
  #shift: number;
  #passed = 0;
  /** Ends a wait, by how long it was to be. */
  readonly #waits = new Map<AbortController, number>();

  /** @param now Milliseconds since the epoch. */
  constructor(now: number) {
    this.#shift = now - Date.now();
  }

  now(): number {
    return systemClock.now() + this.#shift;
  }

  elapsed(): number {
    return systemClock.elapsed() + this.#passed;
  }

  async sleep(ms: number, signal?: AbortSignal): Promise<void> {
    const wake = new AbortController();
    this.#waits.set(wake, ms);
    await systemClock.sleep(ms, signal ? AbortSignal.any([signal, wake.signal]) : wake.signal);
    this.#waits.delete(wake);
  }

  /** How long those who wait now asked to wait, ms. */
  get waits(): number[] {
    return [...this.#waits.values()];
  }

  /** Ends the waits of this length. */
  wake(ms: number): void {
    for (const [wake, length] of this.#waits) {
      if (length !== ms) continue;
      this.#waits.delete(wake);
      wake.abort();
    }
  }

  /** Lets time pass; who waits goes on waiting. */
  pass(ms: number): void {
    this.#shift += ms;
    this.#passed += ms;
  }

  /** Lets time pass until it is this hour in UTC. */
  passTo(hour: number): void {
    const day = 24 * HOUR_MS;
    const wanted = hour * HOUR_MS + 1000;
    this.pass(((wanted - this.now() % day) + day) % day);
  }
}

import type { ClientEvent } from "./types.ts";

type Probe<T> = (event?: ClientEvent) => T | undefined | null | false;

interface Waiter {
  look(event?: ClientEvent): void;
}

/** Waits for something to be true of the server, looking again whenever something happened. */
export class Waiters {
  readonly #waiters = new Set<Waiter>();

  /** To be called after everything that happens. */
  look(event?: ClientEvent): void {
    for (const waiter of [...this.#waiters]) waiter.look(event);
  }

  /** Resolves with the first thing the probe finds; rejects when `signal` aborts or the probe throws. */
  wait<T>(probe: Probe<T>, signal: AbortSignal | undefined): Promise<T> {
    const { promise, resolve, reject } = Promise.withResolvers<T>();
    const waiter: Waiter = {
      look: (event) => {
        try {
          const found = probe(event);
          if (found !== undefined && found !== null && found !== false) resolve(found);
        } catch (error) {
          reject(error);
        }
      },
    };
    const onAbort = () => reject(signal?.reason);
    if (signal?.aborted) onAbort();
    signal?.addEventListener("abort", onAbort, { once: true });
    this.#waiters.add(waiter);
    waiter.look();
    return promise.finally(() => {
      this.#waiters.delete(waiter);
      signal?.removeEventListener("abort", onAbort);
    });
  }
}

/**
 * Jobs and hooks with the same `dependency` run one after the other, in the order in which they
 * asked; different ones, and those without, side by side.
 */
export class DependencyLocks {
  readonly #last = new Map<string, Promise<void>>();

  /**
   * Runs `fn` when everybody who asked before for the same key is done, however that ended. Who
   * still waits when `signal` aborts gives up; the place then passes to the next.
   *
   * @throws what `fn` throws; the reason of `signal`
   */
  async run<R>(
    key: string | null | undefined,
    fn: () => Promise<R>,
    signal?: AbortSignal,
  ): Promise<R> {
    signal?.throwIfAborted();
    if (!key) return await fn();
    const before = this.#last.get(key);
    const done = Promise.withResolvers<void>();
    const place = (before ?? Promise.resolve()).then(() => done.promise);
    this.#last.set(key, place);
    place.then(() => {
      if (this.#last.get(key) === place) this.#last.delete(key);
    });
    try {
      if (before) await unlessAborted(before, signal);
      return await fn();
    } finally {
      done.resolve();
    }
  }

  /** How many keys have somebody who runs or waits. */
  get busy(): number {
    return this.#last.size;
  }
}

function unlessAborted(wait: Promise<void>, signal: AbortSignal | undefined): Promise<void> {
  if (!signal) return wait;
  return new Promise((resolve, reject) => {
    const give = () => reject(signal.reason);
    signal.addEventListener("abort", give, { once: true });
    wait.then(() => {
      signal.removeEventListener("abort", give);
      resolve();
    });
  });
}

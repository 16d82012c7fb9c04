/**
 * Who may run now. All of them are fair: places are given out in the order of asking, whatever
 * became of those before, and who gives up while waiting leaves no gap. For one process; between
 * processes there is `file_lock.ts`.
 */

/** So many at a time. */
export class Semaphore {
  readonly #most: () => number;
  readonly #waiting = new Set<() => void>();
  #held = 0;

  /** @param most Permits there are; a function is asked again whenever one may be given out. */
  constructor(most: number | (() => number)) {
    this.#most = typeof most === "number" ? () => most : most;
  }

  /** Permits that are given out. */
  get held(): number {
    return this.#held;
  }

  /** How many wait for one. */
  get waiting(): number {
    return this.#waiting.size;
  }

  /**
   * Resolves with a permit, which goes back when it is disposed of.
   *
   * @throws the reason of `signal` when it aborts before there is one
   */
  async acquire(signal?: AbortSignal): Promise<Disposable> {
    signal?.throwIfAborted();
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const giveUp = () => {
      this.#waiting.delete(resolve);
      reject(signal!.reason);
    };
    this.#waiting.add(resolve);
    signal?.addEventListener("abort", giveUp, { once: true });
    this.#giveOut();
    try {
      await promise;
    } finally {
      signal?.removeEventListener("abort", giveUp);
    }
    return this.#permit();
  }

  /** Runs `fn` with a permit. */
  async run<R>(fn: () => R | Promise<R>, signal?: AbortSignal): Promise<R> {
    using _permit = await this.acquire(signal);
    return await fn();
  }

  #permit(): Disposable {
    let mine = true;
    return {
      [Symbol.dispose]: () => {
        if (!mine) return;
        mine = false;
        this.#held--;
        this.#giveOut();
      },
    };
  }

  #giveOut(): void {
    for (const next of this.#waiting) {
      if (this.#held >= this.#most()) return;
      this.#held++;
      this.#waiting.delete(next);
      next();
    }
  }
}

/** One at a time. */
export class Mutex {
  readonly #one = new Semaphore(1);

  /** Whether somebody runs or waits. */
  get busy(): boolean {
    return this.#one.held > 0;
  }

  /** Resolves when everybody who asked before is done. */
  idle(): Promise<void> {
    return this.run(() => {});
  }

  /**
   * Runs `fn` when everybody who asked before is done.
   *
   * @throws what `fn` throws; the reason of `signal` when it aborts before the turn came
   */
  run<R>(fn: () => R | Promise<R>, signal?: AbortSignal): Promise<R> {
    return this.#one.run(fn, signal);
  }
}

/** One at a time for each key; different keys don't wait for each other. */
export class KeyedQueue<K = string> {
  readonly #of = new Map<K, Mutex>();

  /** How many keys have somebody who runs or waits. */
  get size(): number {
    return this.#of.size;
  }

  /**
   * Runs `fn` when everybody who asked before for the same key is done; without a key at once.
   *
   * @throws what `fn` throws; the reason of `signal` when it aborts before the turn came
   */
  async run<R>(
    key: K | null | undefined,
    fn: () => R | Promise<R>,
    signal?: AbortSignal,
  ): Promise<R> {
    if (key === null || key === undefined) {
      signal?.throwIfAborted();
      return await fn();
    }
    const mutex = this.#of.get(key) ?? new Mutex();
    this.#of.set(key, mutex);
    try {
      return await mutex.run(fn, signal);
    } finally {
      if (!mutex.busy) this.#of.delete(key);
    }
  }
}

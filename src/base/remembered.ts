/**
 * Keys with something about each, oldest first: for what somebody may come back to, and that must not
 * grow without end. Only so many are kept, and only while they count.
 */
export class Remembered<K, V = true> {
  readonly #values = new Map<K, V>();
  readonly #most: number;
  readonly #counts: (value: V) => boolean;

  /** @param counts Whether a value still counts. It is asked about the oldest ones only. */
  constructor(most: number, counts: (value: V) => boolean = () => true) {
    this.#most = most;
    this.#counts = counts;
  }

  get(key: K): V | undefined {
    this.#trim();
    return this.#values.get(key);
  }

  has(key: K): boolean {
    return this.get(key) !== undefined;
  }

  /** Remembers it as the newest. */
  add(key: K, value: V): void {
    this.#values.delete(key);
    this.#values.set(key, value);
    this.#trim();
  }

  forget(key: K): void {
    this.#values.delete(key);
  }

  entries(): [K, V][] {
    this.#trim();
    return [...this.#values];
  }

  #trim(): void {
    for (const [key, value] of this.#values) {
      if (this.#values.size <= this.#most && this.#counts(value)) break;
      this.#values.delete(key);
    }
  }
}

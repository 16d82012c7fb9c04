/** Deliveries that were accepted, so that a repeated one is known as such. */

/** Senders repeat for hours; Stripe for days, but with a new signature and the same id. */
const REMEMBERED_MS = 24 * 3_600_000;
const MAX_REMEMBERED = 100_000;

interface Known {
  id: string;
  at: number;
  /** While the event is being written. */
  written?: Promise<void>;
}

export class Seen {
  /** Oldest first. */
  readonly #known = new Map<string, Known>();
  readonly #now: () => number;

  constructor(now: () => number) {
    this.#now = now;
  }

  /** The event with this key; waits when it is still being written. */
  get(key: string): Promise<string | undefined> | undefined {
    this.#expire();
    const known = this.#known.get(key);
    if (!known) return undefined;
    const { id, written } = known;
    return written ? written.then(() => id, () => undefined) : Promise.resolve(id);
  }

  add(key: string, id: string, at: number): void {
    this.#known.delete(key);
    this.#known.set(key, { id, at });
    this.#expire();
  }

  /** Like {@link add}, for an event that counts once `written` resolves. */
  reserve(key: string, id: string, at: number, written: Promise<void>): void {
    this.#known.set(key, { id, at, written });
    written.catch(() => this.#known.delete(key));
  }

  forget(key: string): void {
    this.#known.delete(key);
  }

  entries(): [string, Known][] {
    this.#expire();
    return [...this.#known].filter(([, { written }]) => written === undefined);
  }

  #expire(): void {
    const before = this.#now() - REMEMBERED_MS;
    for (const [key, { at }] of this.#known) {
      if (at > before && this.#known.size <= MAX_REMEMBERED) break;
      this.#known.delete(key);
    }
  }
}

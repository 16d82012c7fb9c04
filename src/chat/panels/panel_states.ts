/**
 * What open panels remember on our side, because `callback_data` has no room for it. Bounded: the
 * panels that were used least recently are forgotten.
 */
export class PanelStates<T> {
  readonly #states = new Map<string, T>();
  readonly #limit: number;

  constructor(limit = 200) {
    this.#limit = limit;
  }

  /** @returns an id of 8 characters of `[0-9a-f]` */
  open(state: T): string {
    const id = crypto.randomUUID().slice(0, 8);
    this.set(id, state);
    return id;
  }

  get(id: string): T | undefined {
    return this.#states.get(id);
  }

  set(id: string, state: T): void {
    this.#states.delete(id);
    this.#states.set(id, state);
    for (const oldest of this.#states.keys()) {
      if (this.#states.size <= this.#limit) break;
      this.#states.delete(oldest);
    }
  }
}

import { Remembered } from "../../base/remembered.ts";

/**
 * What open panels remember on our side, because `callback_data` has no room for it. Bounded: the
 * panels that were used least recently are forgotten.
 */
export class PanelStates<T> {
  readonly #states: Remembered<string, T>;

  constructor(limit = 200) {
    this.#states = new Remembered(limit);
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
    this.#states.add(id, state);
  }
}

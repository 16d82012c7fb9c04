import type { Press } from "../presses.ts";

/**
 * Runs what presses do one after the other for each panel: who taps twice quickly gets the result
 * of the second tap, whichever took longer. Different panels do not wait for each other.
 */
export class InOrder {
  readonly #last = new Map<string, Promise<unknown>>();

  run<T>({ message }: Pick<Press, "message">, fn: () => Promise<T>): Promise<T> {
    const key = `${message.chat.id}/${message.message_id}`;
    const result = (this.#last.get(key) ?? Promise.resolve()).then(fn);
    const settled = result.catch(() => {}).then(() => {
      if (this.#last.get(key) === settled) this.#last.delete(key);
    });
    this.#last.set(key, settled);
    return result;
  }
}

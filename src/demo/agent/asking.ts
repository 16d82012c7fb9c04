/** Asks the client whether a tool may be used (`can_use_tool`), and keeps what is still open. */

import type { Json } from "./wire.ts";

export class Asking {
  readonly #send: (message: Json) => Promise<void>;
  readonly #waiting = new Map<string, (response: Json) => void>();

  /** @param send Sends a line as it is. */
  constructor(send: (message: Json) => Promise<void>) {
    this.#send = send;
  }

  /** Takes an answer of the client. */
  answered(message: Json): void {
    const response = (message.response ?? {}) as Json;
    this.#waiting.get(String(response.request_id))?.((response.response ?? {}) as Json);
  }

  /** Sends `can_use_tool` and waits for the answer; nothing when the turn is interrupted first. */
  async ask(request: Json, signal: AbortSignal): Promise<Json | undefined> {
    const id = crypto.randomUUID();
    const answered = Promise.withResolvers<Json | undefined>();
    this.#waiting.set(id, answered.resolve);
    const cancel = () => {
      this.#send({ type: "control_cancel_request", request_id: id })
        .then(() => answered.resolve(undefined), answered.reject);
    };
    signal.addEventListener("abort", cancel, { once: true });
    await this.#send({
      type: "control_request",
      request_id: id,
      request: { subtype: "can_use_tool", ...request },
    });
    try {
      return await answered.promise;
    } finally {
      this.#waiting.delete(id);
      signal.removeEventListener("abort", cancel);
    }
  }
}

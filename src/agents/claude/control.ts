/** Requests to a running `claude` beside the conversation, and their answers. */
import { spawn } from "../../base/async/spawn.ts";
import { after } from "../../base/async/timer.ts";
import { type Clock, systemClock } from "../../base/clock.ts";
import type { Message } from "./wire.ts";

/** The CLI refused a control request, did not answer it, or ended before it could. */
export class ControlError extends Error {
  override name = "ControlError";
}

export class ControlChannel {
  readonly #write: (line: string) => Promise<void>;
  readonly #clock: Clock;
  readonly #open = new Map<string, PromiseWithResolvers<Record<string, unknown>>>();
  #count = 0;
  #closed = false;

  constructor(write: (line: string) => Promise<void>, clock: Clock = systemClock) {
    this.#write = write;
    this.#clock = clock;
  }

  /**
   * Sends a request.
   *
   * @param timeoutMs how long to wait for the answer; absent: as long as the process lives.
   * @throws ControlError
   */
  async request(
    request: { subtype: string; [field: string]: unknown },
    timeoutMs?: number,
  ): Promise<Record<string, unknown>> {
    if (this.#closed) throw new ControlError("The process has ended.");
    const id = `ductor-${++this.#count}`;
    const answer = Promise.withResolvers<Record<string, unknown>>();
    this.#open.set(id, answer);
    using _limit = timeoutMs === undefined ? undefined : after(timeoutMs, () => {
      answer.reject(new ControlError(`No answer to ${request.subtype} in ${timeoutMs} ms.`));
    }, { clock: this.#clock });
    // Not awaited: a full pipe must not keep us from the answer or its time limit.
    const line = JSON.stringify({ type: "control_request", request_id: id, request });
    spawn("Writing to Claude", this.#write(line));
    try {
      return await answer.promise;
    } finally {
      this.#open.delete(id);
    }
  }

  /** Takes a `control_response` of the CLI. */
  settle(message: Message): void {
    const { response } = message;
    const waiting = this.#open.get(response?.request_id ?? "");
    if (response?.subtype === "success") waiting?.resolve(response.response ?? {});
    else waiting?.reject(new ControlError(response?.error ?? "The request was refused."));
  }

  /** Answers a `control_request` of the CLI. */
  respond(requestId: string, response: Record<string, unknown>): Promise<void> {
    return this.#write(JSON.stringify({
      type: "control_response",
      response: { subtype: "success", request_id: requestId, response },
    }));
  }

  refuse(requestId: string, error: string): Promise<void> {
    return this.#write(JSON.stringify({
      type: "control_response",
      response: { subtype: "error", request_id: requestId, error },
    }));
  }

  /** The process has ended: nothing will be answered any more. */
  close(): void {
    this.#closed = true;
    for (const waiting of this.#open.values()) {
      waiting.reject(new ControlError("The process has ended."));
    }
  }
}

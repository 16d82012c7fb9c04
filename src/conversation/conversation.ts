/** One conversation: its queue and its running turn. First in, first out; one turn at a time. */
import type { Request } from "./request.ts";

export interface Stopped {
  /** Whether a turn was running. */
  running: boolean;
  /** Requests that waited and will never run. */
  dropped: Request[];
}

export class Conversation {
  readonly #run: (request: Request, signal: AbortSignal) => Promise<void>;
  readonly #idle: () => void;
  #queue: Request[] = [];
  #current: { abort: AbortController; ended: Promise<void> } | undefined;

  /**
   * @param run Runs a request to its end; must not throw.
   * @param idle Called when nothing runs or waits any more.
   */
  constructor(
    run: (request: Request, signal: AbortSignal) => Promise<void>,
    idle: () => void = () => {},
  ) {
    this.#run = run;
    this.#idle = idle;
  }

  get running(): boolean {
    return this.#current !== undefined;
  }

  get waiting(): number {
    return this.#queue.length;
  }

  enqueue(request: Request): void {
    this.#queue.push(request);
    if (this.#current === undefined) this.#next();
  }

  /**
   * Ends the running turn and empties the queue. The queue is empty when this returns, so nothing
   * that waited can start while the agent is still being stopped.
   */
  stop(): Stopped {
    const dropped = this.#queue;
    this.#queue = [];
    this.#current?.abort.abort();
    return { running: this.#current !== undefined, dropped };
  }

  /** Resolves when the running turn, if any, has ended. */
  async ended(): Promise<void> {
    await this.#current?.ended;
  }

  #next(): void {
    const request = this.#queue.shift();
    if (request === undefined) {
      this.#current = undefined;
      this.#idle();
      return;
    }
    const abort = new AbortController();
    const ended = this.#run(request, abort.signal).finally(() => this.#next());
    this.#current = { abort, ended };
  }
}

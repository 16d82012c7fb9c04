/** One conversation: its queue and its running job. First in, first out; one at a time. */

/** Something that has to happen in the order of the conversation: a turn, or a reset. */
export interface Job {
  /** Updates that are done when the job is, or when it is dropped. */
  updateIds: readonly number[];
  /** Runs to the end; must not throw. Aborting `signal` ends it early. */
  run(signal: AbortSignal): Promise<void>;
}

export interface Stopped {
  /** Whether something was running. */
  running: boolean;
  /** Jobs that waited and will never run. */
  dropped: Job[];
}

export class Conversation {
  readonly #onIdle: () => void;
  #queue: Job[] = [];
  #current: { abort: AbortController; ended: Promise<void> } | undefined;

  /** @param onIdle Called when nothing runs or waits any more. */
  constructor(onIdle: () => void = () => {}) {
    this.#onIdle = onIdle;
  }

  get running(): boolean {
    return this.#current !== undefined;
  }

  get waiting(): number {
    return this.#queue.length;
  }

  enqueue(job: Job): void {
    this.#queue.push(job);
    if (this.#current === undefined) this.#next();
  }

  /**
   * Ends the running job and empties the queue. The queue is empty when this returns, so nothing
   * that waited can start while the agent is still being stopped.
   */
  stop(): Stopped {
    const dropped = this.#queue;
    this.#queue = [];
    this.#current?.abort.abort();
    return { running: this.#current !== undefined, dropped };
  }

  /** Resolves when the running job, if any, has ended. */
  async ended(): Promise<void> {
    await this.#current?.ended;
  }

  #next(): void {
    const job = this.#queue.shift();
    if (job === undefined) {
      this.#current = undefined;
      this.#onIdle();
      return;
    }
    const abort = new AbortController();
    const ended = job.run(abort.signal).finally(() => this.#next());
    this.#current = { abort, ended };
  }
}

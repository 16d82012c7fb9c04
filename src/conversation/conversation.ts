/**
 * One conversation: its queue and its running job. First in, first out; one at a time. Only what the
 * agent begins by itself runs beside it: it has begun already.
 */

/**
 * What becomes of a job. `cancelled` by its own button, `discarded` with the whole queue, `kept` for
 * the next start of the program.
 */
export type JobEvent = "waiting" | "starting" | "cancelled" | "discarded" | "kept";

/** Why a job's signal aborted, when it was not the user who wanted that. */
export class ProgramEnds extends Error {
  override name = "ProgramEnds";

  /** @param asking Whether it was waiting for a person, which the end of the program does not. */
  constructor(readonly asking = false) {
    super("ductor ends");
  }
}

/** Why a job's signal aborted when the user said stop, and is told so by that command. */
export class StopTold extends Error {
  override name = "StopTold";
}

/** What aborted a job's signal; `undefined`: nothing did. */
export type Stopped = "by_user" | "told" | "program_ends" | "asking" | undefined;

export function stoppedBy({ aborted, reason }: AbortSignal): Stopped {
  if (!aborted) return undefined;
  if (reason instanceof StopTold) return "told";
  if (!(reason instanceof ProgramEnds)) return "by_user";
  return reason.asking ? "asking" : "program_ends";
}

/** Something that has to happen in the order of the conversation: a turn, or a reset. */
export interface Job {
  readonly id: string;
  /** Updates that are done when the job is, or when it is dropped. */
  readonly updateIds: readonly number[];
  /** Its place among what waits, see {@link Conversation.putBack}. */
  readonly since?: number;
  /** Runs to the end; must not throw. Aborting `signal` ends it early. */
  run(signal: AbortSignal): Promise<void>;
  /** Told when it has to wait, when its turn comes, and when it never will. */
  tell?(event: JobEvent): void;
}

export class Conversation {
  readonly #onIdle: () => void;
  #queue: Job[] = [];
  readonly #running = new Set<{ abort: AbortController; ended: Promise<void> }>();

  /** @param onIdle Called when nothing runs or waits any more. */
  constructor(onIdle: () => void = () => {}) {
    this.#onIdle = onIdle;
  }

  get running(): boolean {
    return this.#running.size > 0;
  }

  get waiting(): readonly Job[] {
    return this.#queue;
  }

  /** @param first Whether it goes before what waits already. */
  enqueue(job: Job, first = false): void {
    if (first) this.#queue.unshift(job);
    else this.#queue.push(job);
    if (this.running) job.tell?.("waiting");
    else this.#next();
  }

  /** Takes a job back that was taken out: before those that came `since`. */
  putBack(job: Job): void {
    const later = this.#queue.findIndex(({ since = 0 }) => since > (job.since ?? 0));
    this.#queue.splice(later < 0 ? this.#queue.length : later, 0, job);
    if (this.running) job.tell?.("waiting");
    else this.#next();
  }

  /** Runs a job at once, beside what runs already; what waits comes after both. */
  join(job: Job): void {
    const abort = new AbortController();
    const ended = job.run(abort.signal).finally(() => {
      this.#running.delete(entry);
      if (!this.running) this.#next();
    });
    const entry = { abort, ended };
    this.#running.add(entry);
  }

  /**
   * Ends the running job and empties the queue. The queue is empty when this returns, so nothing
   * that waited can start while the agent is still being stopped. Returns what was dropped.
   */
  stop(): Job[] {
    const dropped = this.#queue;
    this.#queue = [];
    this.interrupt(new StopTold());
    for (const job of dropped) job.tell?.("discarded");
    return dropped;
  }

  /** Ends the running job; what waits goes on. */
  interrupt(reason?: ProgramEnds | StopTold): void {
    for (const { abort } of this.#running) abort.abort(reason);
  }

  /** The program ends: nothing that waits starts any more. */
  close(): void {
    const kept = this.#queue;
    this.#queue = [];
    for (const job of kept) job.tell?.("kept");
  }

  /** Takes one waiting job out; `undefined` when it does not wait (any more). */
  cancel(id: string): Job | undefined {
    const job = this.take(id);
    job?.tell?.("cancelled");
    return job;
  }

  /** As {@link cancel}, but for another use: nobody is told. */
  take(id: string): Job | undefined {
    const job = this.#queue.find((job) => job.id === id);
    if (job) this.#queue = this.#queue.filter((other) => other !== job);
    return job;
  }

  /** Resolves when what runs now has ended. */
  async ended(): Promise<void> {
    await Promise.all([...this.#running].map(({ ended }) => ended));
  }

  #next(): void {
    const job = this.#queue.shift();
    if (job === undefined) return this.#onIdle();
    job.tell?.("starting");
    this.join(job);
  }
}

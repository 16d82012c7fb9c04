/** All conversations that have something to do; different ones run side by side. */
import { type Address, keyOf } from "./address.ts";
import { Conversation, type Job, ProgramEnds } from "./conversation.ts";

export class Conversations {
  readonly #active = new Map<string, Conversation>();
  /** Conversations in which a person is asked something, and how often. */
  readonly #asking = new Map<string, number>();
  #closed = false;

  /** See {@link Conversation.enqueue}. */
  enqueue(address: Address, job: Job, first = false): void {
    // What comes in while the program ends stays in the inbox for the next start.
    if (!this.#closed) this.#open(address).enqueue(job, first);
  }

  /** See {@link Conversation.putBack}. */
  putBack(address: Address, job: Job): void {
    if (!this.#closed) this.#open(address).putBack(job);
  }

  /** See {@link Conversation.join}. `false` while the program ends: the job does not run. */
  join(address: Address, job: Job): boolean {
    if (this.#closed) return false;
    this.#open(address).join(job);
    return true;
  }

  #open(address: Address): Conversation {
    const key = keyOf(address);
    let conversation = this.#active.get(key);
    if (conversation === undefined) {
      conversation = new Conversation(() => this.#active.delete(key));
      this.#active.set(key, conversation);
    }
    return conversation;
  }

  /** The conversation, while something runs or waits in it. */
  at(address: Address): Conversation | undefined {
    return this.#active.get(keyOf(address));
  }

  /** In this conversation a person is asked, until disposed of; no end of the program waits for that. */
  asks(address: Address): Disposable {
    const key = keyOf(address);
    const count = (by: number) => this.#asking.set(key, (this.#asking.get(key) ?? 0) + by);
    count(1);
    if (this.#closed) this.#active.get(key)?.interrupt(new ProgramEnds(true));
    return {
      [Symbol.dispose]: () => {
        if (count(-1).get(key) === 0) this.#asking.delete(key);
      },
    };
  }

  /** How many conversations have a running turn. */
  get running(): number {
    return this.#active.size;
  }

  /** How many requests wait. */
  get waiting(): number {
    return this.#active.values().reduce((sum, { waiting }) => sum + waiting.length, 0);
  }

  /** Resolves when nothing runs or waits. */
  async idle(): Promise<void> {
    while (this.#active.size > 0) {
      await Promise.all([...this.#active.values()].map((conversation) => conversation.ended()));
    }
  }

  /** Takes nothing new; lets running turns finish until `grace` aborts, then stops them. */
  async close(grace: AbortSignal): Promise<void> {
    this.#closed = true;
    const open = [...this.#active.values()];
    open.forEach((conversation) => conversation.close());
    for (const key of this.#asking.keys()) {
      this.#active.get(key)?.interrupt(new ProgramEnds(true));
    }
    const stopAll = () => open.forEach((conversation) => conversation.interrupt(new ProgramEnds()));
    if (grace.aborted) stopAll();
    grace.addEventListener("abort", stopAll, { once: true });
    await Promise.all(open.map((conversation) => conversation.ended()));
  }
}

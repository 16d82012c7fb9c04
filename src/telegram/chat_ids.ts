/**
 * What is known of the message ids of one chat. A bot cannot read messages, and an edit that tries
 * whether a message is the one looked for changes it when it is another. So a message may be tried
 * only where nothing else of ours can stand: ids of a chat rise, and what we send is noted on disk
 * before it leaves, by every run of the program.
 */

/** What the next run has to know. */
export interface KnownIds {
  /** 0: none is known. */
  newest: number;
  /** Nothing of ours that is not known stands above the newest. */
  sure: boolean;
  /** Messages of ours, as far as they are above a send that is to be looked for. */
  own: Iterable<number>;
}

export class ChatIds {
  /** Ids of our own messages, as far as this run knows. */
  readonly #ours = new Set<number>();
  #newest: number;
  #sure: boolean;
  /** Calls of others that are under way. */
  #beside = 0;
  #blind = false;

  constructor({ newest, sure, own }: KnownIds) {
    this.#newest = newest;
    this.#sure = sure;
    for (const id of own) this.own(id);
  }

  /** Whether every message of ours above the newest id that was known is known. */
  get sure(): boolean {
    return this.#sure && this.#beside === 0;
  }

  /** 0: none is known. */
  get newest(): number {
    return this.#newest;
  }

  /** The id above which everything of ours is known; 0: there is none. */
  get floor(): number {
    return this.sure ? this.#newest : 0;
  }

  get kept(): Omit<KnownIds, "own"> {
    return { newest: this.#blind ? 0 : this.#newest, sure: this.sure };
  }

  isOurs(messageId: number): boolean {
    return this.#ours.has(messageId);
  }

  /** A message of anybody is in the chat. */
  saw(messageId: number): void {
    this.#newest = Math.max(this.#newest, messageId);
  }

  /** This one is ours. */
  own(messageId: number): void {
    this.#ours.add(messageId);
    this.saw(messageId);
  }

  /**
   * The lane's last send got this id. What it sent before and lost has a lower one: a request whose
   * connection has ended is carried out before a later one, or never.
   */
  sent(messageId: number): void {
    this.own(messageId);
    this.#sure = !this.#blind;
  }

  /** A lost send is given up: it may stand at any id above the newest. */
  lose(): void {
    this.#sure = false;
  }

  /** Ids say nothing any more in this run. */
  blind(): void {
    this.#blind = true;
    this.#sure = false;
  }

  /** Somebody else's call is about to put a message into the chat. */
  begin(): void {
    this.#beside++;
  }

  /** That call is over, with a message of this id; if that is unknown, it may have got any. */
  end(outcome: number | "unsent" | "unknown"): void {
    this.#beside--;
    if (outcome === "unknown") this.blind();
    else if (outcome !== "unsent") this.own(outcome);
  }
}

/**
 * What is still to be done, on disk: entries that are open, and ids of things that are over, so that
 * a second one is known as such. Each change is one record at the end of a {@link Journal}; now and
 * then the file is written anew with only what still counts.
 *
 * Writing it anew is housekeeping: when that fails (a full disk), what was stored stays stored, and
 * whoever stored it hears nothing of it. Nobody may be told "not kept" about something that is.
 *
 * @module
 */
import { getLogger } from "@logtape/logtape";
import { Journal } from "./journal.ts";
import type { Remembered } from "./remembered.ts";

const log = getLogger(["ductor", "store"]);

/** What the records say together. */
export interface KeyedState<K, E, V> {
  /** What is not over, oldest first. */
  readonly open: Map<K, E>;
  readonly remembered: Remembered<K, V>;
}

/** What the records of a journal mean. */
export interface KeyedRules<R, K, E, V> {
  /** Turns a line of the file into a record, or throws. */
  schema: { parse(value: unknown): R };
  remembered: Remembered<K, V>;
  /**
   * Takes one record in; for each in the order in which they are in the file.
   *
   * @returns Whether it changed something.
   */
  note(state: KeyedState<K, E, V>, record: R): boolean;
  /** The fewest records that make this state again, in their order. */
  records(state: KeyedState<K, E, V>): R[];
  /**
   * Called when all records that were in the file are taken in, before it is written anew.
   *
   * @param file Whether there was none, and whether lines of it were no records.
   */
  opened?(state: KeyedState<K, E, V>, file: { isNew: boolean; damaged: boolean }): void;
  /** The file is written anew when it is longer than this and twice what it has to be. */
  compactBytes: number;
  /**
   * A record counts once it is on disk, unless this is set: then it tells what has happened
   * already, and counts at once, even if it cannot be written.
   */
  early?: boolean;
}

/** @typeParam R A record, @typeParam K an id, @typeParam E what is open, @typeParam V remembered. */
export class KeyedJournal<R, K, E, V = true> implements AsyncDisposable {
  readonly state: KeyedState<K, E, V>;
  readonly #journal: Journal<R>;
  readonly #rules: KeyedRules<R, K, E, V>;
  #compactAt = Infinity;

  private constructor(journal: Journal<R>, rules: KeyedRules<R, K, E, V>) {
    this.#journal = journal;
    this.#rules = rules;
    this.state = { open: new Map(), remembered: rules.remembered };
    for (const record of journal.records()) this.note(record);
  }

  /** Opens or creates the file, reads it, and writes it anew as short as it can be. */
  static async open<R, K, E, V>(
    path: string,
    rules: KeyedRules<R, K, E, V>,
  ): Promise<KeyedJournal<R, K, E, V>> {
    const isNew = await Deno.lstat(path).then(() => false, () => true);
    let damaged = false;
    const onDamaged = () => void (damaged = true);
    const journal = new KeyedJournal(await Journal.open(path, rules.schema, { onDamaged }), rules);
    rules.opened?.(journal.state, { isNew, damaged });
    await journal.compact();
    return journal;
  }

  /**
   * Adds records, all of them or none, and takes them in. Resolves when they are on disk; rejects
   * only when they are not.
   *
   * @returns Whether any of them changed something.
   */
  async append(...records: R[]): Promise<boolean> {
    if (records.length === 0) return false;
    const noteAll = () => records.map((record) => this.note(record)).includes(true);
    const early = this.#rules.early ? noteAll() : undefined;
    await this.#journal.append(...records);
    const changed = early ?? noteAll();
    if (this.#journal.size > this.#compactAt) await this.compact();
    return changed;
  }

  /** Takes in what is not on disk. */
  note(record: R): boolean {
    return this.#rules.note(this.state, record);
  }

  /** Writes the file anew with only what counts. Never fails: the longer file is as good. */
  async compact(): Promise<void> {
    const { early, records, compactBytes } = this.#rules;
    // Set first: others come here while this waits, and one of them is enough.
    this.#compactAt = Infinity;
    try {
      // What counts at once is in the state when it is queued for the disk, the rest when it is there:
      // so each is looked at when the state has exactly what stands before this in the queue.
      await this.#journal.rewrite(early ? records(this.state) : () => records(this.state));
    } catch (error) {
      log.warn("Cannot make {path} shorter: {error}. It is used as it is", {
        path: this.#journal.path,
        error,
      });
    } finally {
      // What counts may be long; then it is not written anew all the time.
      this.#compactAt = Math.max(compactBytes, this.#journal.size * 2);
    }
  }

  /** Writes what is pending and closes the file. */
  close(): Promise<void> {
    return this.#journal.close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}

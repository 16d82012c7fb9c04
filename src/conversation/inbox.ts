/**
 * Incoming updates on disk, from the moment Telegram may forget them until they are answered.
 * An update is `waiting` (not touched yet), `started` (an agent may have acted on it), `parked` (it
 * failed or was cut off, and the user was asked what to do) or done, and then no longer here.
 */
import { getLogger } from "@logtape/logtape";
import { z } from "zod";
import { Journal } from "../store/journal.ts";

const log = getLogger(["ductor", "conversation", "inbox"]);

const record = z.discriminatedUnion("k", [
  z.object({ k: z.literal("update"), id: z.number(), update: z.unknown() }),
  z.object({ k: z.literal("started"), id: z.number(), turn: z.string().optional() }),
  z.object({
    k: z.literal("parked"),
    id: z.number(),
    ids: z.array(z.number()),
    until: z.number().optional(),
  }),
  z.object({ k: z.literal("done"), id: z.number() }),
]);
type InboxRecord = z.infer<typeof record>;

export interface InboxEntry<U> {
  update: U;
  state: "waiting" | "started" | "parked";
  /** The turn that was started for it: the id of its answer in the outbox. */
  turn?: string;
  parked?: Parked;
}

export interface Parked {
  /** All updates of the same request. */
  ids: readonly number[];
  /** When it runs by itself, milliseconds since the epoch; absent: when the user says so. */
  until?: number;
}

/** Ids remembered after they are done, so that a second delivery is known as one. */
const REMEMBERED = 2000;
const COMPACT_AFTER = 5000;

/** @typeParam U An update as Telegram sends it; only its `update_id` matters here. */
export class Inbox<U extends { update_id: number }> {
  readonly #journal: Journal<InboxRecord>;
  readonly #open = new Map<number, InboxEntry<U>>();
  /** Oldest first. */
  readonly #done = new Set<number>();
  #lines = 0;

  private constructor(journal: Journal<InboxRecord>) {
    this.#journal = journal;
    for (const r of journal.records()) this.#note(r);
  }

  static async open<U extends { update_id: number }>(path: string): Promise<Inbox<U>> {
    const inbox = new Inbox<U>(await Journal.open(path, record));
    await inbox.#compact();
    return inbox;
  }

  /** What is not done, oldest first. */
  entries(): InboxEntry<U>[] {
    return [...this.#open.values()];
  }

  /** Stores the updates that are new and returns them. Resolves when they are on disk. */
  async accept(updates: readonly U[]): Promise<U[]> {
    const fresh = updates.filter(({ update_id: id }, i) =>
      !this.#open.has(id) && !this.#done.has(id) &&
      updates.findIndex((other) => other.update_id === id) === i
    );
    await this.#append(fresh.map((update) => ({ k: "update", id: update.update_id, update })));
    return fresh;
  }

  /** From here on the update is not run again without being asked. `turn`: a new id. */
  async started(ids: readonly number[], turn: string): Promise<void> {
    await this.#append(ids.map((id) => ({ k: "started", id, turn })));
  }

  /** Keeps what could not be answered, until the user has said what to do, or until a time. */
  async park(ids: readonly number[], until?: Date): Promise<void> {
    const at = until === undefined ? {} : { until: until.getTime() };
    await this.#append(ids.map((id) => ({ k: "parked", id, ids: [...ids], ...at })));
  }

  /** An update that is not done. */
  get(id: number): InboxEntry<U> | undefined {
    return this.#open.get(id);
  }

  async done(ids: readonly number[]): Promise<void> {
    await this.#append(ids.map((id) => ({ k: "done", id })));
  }

  async close(): Promise<void> {
    await this.#journal.close();
  }

  async #append(records: InboxRecord[]): Promise<void> {
    if (records.length === 0) return;
    // Only what is on disk may be known here: an update whose write failed comes again.
    await this.#journal.append(...records);
    for (const r of records) this.#note(r);
    this.#lines += records.length;
    if (this.#lines <= COMPACT_AFTER) return;
    // A disk without room for it is no reason to fail what was written.
    await this.#compact().catch((error) =>
      log.warn("The inbox could not be made shorter: {error}", { error })
    );
  }

  #note(r: InboxRecord): void {
    if (r.k === "update") {
      if (!this.#done.has(r.id)) this.#open.set(r.id, { update: r.update as U, state: "waiting" });
      return;
    }
    if (r.k !== "done") {
      const entry = this.#open.get(r.id);
      if (!entry) return;
      entry.state = r.k;
      if (r.k === "started" && r.turn !== undefined) entry.turn = r.turn;
      if (r.k === "parked") {
        delete entry.turn;
        entry.parked = { ids: r.ids, ...r.until !== undefined && { until: r.until } };
      }
      return;
    }
    this.#open.delete(r.id);
    this.#done.add(r.id);
    for (const id of this.#done) {
      if (this.#done.size <= REMEMBERED) break;
      this.#done.delete(id);
    }
  }

  async #compact(): Promise<void> {
    this.#lines = 0;
    await this.#journal.rewrite(() => [
      ...[...this.#done].map((id): InboxRecord => ({ k: "done", id })),
      ...[...this.#open].flatMap(([id, entry]) => entryRecords(id, entry)),
    ]);
  }
}

function entryRecords(id: number, entry: InboxEntry<unknown>): InboxRecord[] {
  const { update, state, turn, parked } = entry;
  const record: InboxRecord = { k: "update", id, update };
  if (state === "waiting") return [record];
  if (state === "started" || !parked) {
    return [record, { k: "started", id, ...turn !== undefined && { turn } }];
  }
  const { ids, until } = parked;
  return [record, { k: "parked", id, ids: [...ids], ...until !== undefined && { until } }];
}

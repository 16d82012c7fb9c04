/**
 * Incoming updates on disk, from the moment Telegram may forget them until they are answered.
 * An update is `waiting` (not touched yet, or put back), `started` (an agent may have acted on it),
 * `parked` (it failed or was cut off, and the user was asked what to do) or done, and then no longer
 * here.
 *
 * What the user decides about a parked request is one record together with the end of the press that
 * said it: after a crash either the buttons still work, or the decision holds and the press is over.
 */
import { z } from "zod";
import { KeyedJournal, type KeyedState } from "../base/keyed_journal.ts";
import { Remembered } from "../base/remembered.ts";

const record = z.discriminatedUnion("k", [
  z.object({ k: z.literal("update"), id: z.number(), update: z.unknown() }),
  z.object({ k: z.literal("started"), id: z.number(), turn: z.string().optional() }),
  z.object({ k: z.literal("waiting"), id: z.number() }),
  z.object({
    k: z.literal("parked"),
    id: z.number(),
    ids: z.array(z.number()),
    until: z.number().optional(),
    pressed: z.array(z.number()).optional(),
    provider: z.string().optional(),
  }),
  z.object({
    k: z.literal("decided"),
    ids: z.array(z.number()),
    to: z.enum(["waiting", "parked", "done"]),
    until: z.number().optional(),
    provider: z.string().optional(),
    press: z.object({ id: z.number(), message: z.number() }).optional(),
  }),
  z.object({ k: z.literal("asking"), id: z.number(), ids: z.array(z.number()) }),
  z.object({ k: z.literal("done"), id: z.number() }),
]);
type InboxRecord = z.infer<typeof record>;

export interface InboxEntry<U> {
  update: U;
  state: "waiting" | "started" | "parked";
  /** The turn that was started for it: the id of its answer in the outbox. */
  turn?: string;
  /** Set once it was parked; what is `waiting` with it was put back. */
  parked?: Parked;
}

export interface Parked {
  /** All updates of the same request. */
  ids: readonly number[];
  /** It had begun, and waited for a person when the program ended: it goes on, in its old place. */
  asking?: true;
  /** When it runs by itself, milliseconds since the epoch; absent: when the user says so. */
  until?: number;
  /** Who is to be asked instead of whom the conversation runs with. */
  provider?: string;
  /** Messages whose buttons have decided about it: each does so once. */
  pressed?: readonly number[];
}

/** What becomes of a parked request. */
export interface Decision {
  /** All updates of the request. */
  ids: readonly number[];
  /** `parked`: until a time. */
  to: "waiting" | "parked" | "done";
  until?: number;
  provider?: string | undefined;
  /** The press that says so: its update, and the message with the button. Absent: nobody pressed. */
  press?: { id: number; message: number };
}

/** Ids remembered after they are done, so that a second delivery is known as one. */
const REMEMBERED = 2000;
const COMPACT_BYTES = 256 * 1024;

type State<U> = KeyedState<number, InboxEntry<U>, true>;

/** @typeParam U An update as Telegram sends it; only its `update_id` matters here. */
export class Inbox<U extends { update_id: number }> {
  readonly #journal: KeyedJournal<InboxRecord, number, InboxEntry<U>>;

  private constructor(journal: KeyedJournal<InboxRecord, number, InboxEntry<U>>) {
    this.#journal = journal;
  }

  /** @param read Makes an update of what was stored; what it cannot read counts as done. */
  static async open<U extends { update_id: number }>(
    path: string,
    read: (update: unknown) => U | undefined = (update) => update as U,
  ): Promise<Inbox<U>> {
    return new Inbox<U>(
      await KeyedJournal.open(path, {
        schema: { parse: (line) => readRecord(line, read) },
        remembered: new Remembered<number>(REMEMBERED),
        compactBytes: COMPACT_BYTES,
        note,
        records: ({ open, remembered }) => [
          ...remembered.entries().map(([id]): InboxRecord => ({ k: "done", id })),
          ...[...open].flatMap(([id, entry]) => entryRecords(id, entry)),
        ],
      }),
    );
  }

  /** What is not done, oldest first. */
  entries(): InboxEntry<U>[] {
    return [...this.#journal.state.open.values()];
  }

  /** Stores the updates that are new and returns them. Resolves when they are on disk. */
  async accept(updates: readonly U[]): Promise<U[]> {
    const fresh = updates.filter(({ update_id: id }, i) =>
      !this.get(id) && !this.isDone(id) &&
      updates.findIndex((other) => other.update_id === id) === i
    );
    // Only what is on disk is known: an update whose write failed comes again.
    await this.#journal.append(
      ...fresh.map((update): InboxRecord => ({ k: "update", id: update.update_id, update })),
    );
    return fresh;
  }

  /** Puts a changed update in the place of one that is not done. */
  async change(update: U): Promise<void> {
    if (!this.get(update.update_id)) return;
    await this.#journal.append({ k: "update", id: update.update_id, update });
  }

  /** From here on the update is not run again without being asked. `turn`: a new id. */
  async started(ids: readonly number[], turn: string): Promise<void> {
    await this.#journal.append(...ids.map((id): InboxRecord => ({ k: "started", id, turn })));
  }

  /** It was not begun after all. */
  async waiting(ids: readonly number[]): Promise<void> {
    await this.#journal.append(...ids.map((id): InboxRecord => ({ k: "waiting", id })));
  }

  /** Keeps what could not be answered, until something is decided about it. */
  async park(ids: readonly number[]): Promise<void> {
    const records = ids.map((id): InboxRecord => ({ k: "parked", id, ids: [...ids] }));
    try {
      await this.#journal.append(...records);
    } catch (error) {
      // On disk it is `started` and will be asked about; until then the buttons it has must work.
      for (const r of records) this.#journal.note(r);
      throw error;
    }
  }

  /** The program ends while the request waits for a person: it goes on at the next start. */
  async asking(ids: readonly number[]): Promise<void> {
    await this.#journal.append(
      ...ids.map((id): InboxRecord => ({ k: "asking", id, ids: [...ids] })),
    );
  }

  /**
   * Decides about a parked request, and ends the press, in one record. Resolves when it is on disk.
   *
   * @returns `false` when it was decided before, by this press or another one.
   */
  async decide({ ids, ...decision }: Decision): Promise<boolean> {
    const first = this.get(ids[0] ?? NaN);
    if (first?.state !== "parked" || wasPressed(first, decision.press)) return false;
    // Of two that come together, the one that is first on disk holds.
    return await this.#journal.append({ k: "decided", ids: [...ids], ...decision });
  }

  /** An update that is not done. */
  get(id: number): InboxEntry<U> | undefined {
    return this.#journal.state.open.get(id);
  }

  /** Whether it was here and is done; the oldest ones are forgotten. */
  isDone(id: number): boolean {
    return this.#journal.state.remembered.has(id);
  }

  async done(ids: readonly number[]): Promise<void> {
    await this.#journal.append(
      ...ids.filter((id) => this.get(id)).map((id): InboxRecord => ({ k: "done", id })),
    );
  }

  async close(): Promise<void> {
    await this.#journal.close();
  }
}

/** An update that cannot be read comes to nothing; its line is a record all the same. */
function readRecord<U>(line: unknown, read: (update: unknown) => U | undefined): InboxRecord {
  const r = record.parse(line);
  return r.k === "update" ? { ...r, update: read(r.update) } : r;
}

function note<U extends { update_id: number }>(state: State<U>, r: InboxRecord): boolean {
  if (r.k === "update") {
    if (r.update === undefined || state.remembered.has(r.id)) return false;
    const known = state.open.get(r.id);
    if (known) known.update = r.update as U;
    else state.open.set(r.id, { update: r.update as U, state: "waiting" });
    return true;
  }
  if (r.k === "done") return end(state, r.id);
  if (r.k === "decided") return noteDecision(state, r);
  const entry = state.open.get(r.id);
  if (!entry) return false;
  if (r.k === "asking") {
    entry.state = "waiting";
    entry.parked = { ids: r.ids, asking: true };
    return true;
  }
  entry.state = r.k;
  if (r.k === "waiting") delete entry.turn;
  if (r.k === "started" && r.turn !== undefined) entry.turn = r.turn;
  if (r.k === "parked") {
    const { ids, until, pressed = entry.parked?.pressed, provider = entry.parked?.provider } = r;
    delete entry.turn;
    entry.parked = {
      ids,
      ...until !== undefined && { until },
      ...provider !== undefined && { provider },
      ...pressed && { pressed },
    };
  }
  return true;
}

function noteDecision<U extends { update_id: number }>(
  state: State<U>,
  { ids, to, until, press, provider: wanted }: InboxRecord & { k: "decided" },
): boolean {
  const held = ids.flatMap((id) => state.open.get(id) ?? []).filter((entry) =>
    entry.state !== "waiting" && !wasPressed(entry, press)
  );
  for (const { update, parked } of held) {
    const id = update.update_id;
    const pressed = [...parked?.pressed ?? [], ...press ? [press.message] : []];
    const provider = wanted ?? parked?.provider;
    const more = {
      ...provider !== undefined && { provider },
      ...until !== undefined && { until },
      ...pressed.length > 0 && { pressed },
    };
    state.open.delete(id);
    if (to === "done") end(state, id);
    // At the end again: its place among what waits is that of the press.
    else state.open.set(id, { update, state: to, parked: { ids: parked?.ids ?? ids, ...more } });
  }
  if (press) end(state, press.id);
  return held.length > 0;
}

function end({ open, remembered }: State<unknown>, id: number): true {
  open.delete(id);
  remembered.add(id, true);
  return true;
}

function wasPressed({ parked }: InboxEntry<unknown>, press: Decision["press"]): boolean {
  return press !== undefined && (parked?.pressed?.includes(press.message) ?? false);
}

function entryRecords(id: number, entry: InboxEntry<unknown>): InboxRecord[] {
  const { update, state, turn, parked } = entry;
  const records: InboxRecord[] = [{ k: "update", id, update }];
  if (parked?.asking) records.push({ k: "asking", id, ids: [...parked.ids] });
  else if (parked) {
    const { ids, until, provider, pressed } = parked;
    records.push({
      k: "parked",
      id,
      ids: [...ids],
      ...until !== undefined && { until },
      ...provider !== undefined && { provider },
      ...pressed && { pressed: [...pressed] },
    });
  }
  if (state === "started") records.push({ k: "started", id, ...turn !== undefined && { turn } });
  if (state === "waiting" && parked && !parked.asking) {
    records.push({ k: "decided", ids: [id], to: "waiting" });
  }
  return records;
}

/**
 * Events on disk from before the sender hears "accepted" until they are done. An event is for one
 * or more places (conversations, or a task); each place is `began` before an agent may act on it,
 * so that a crash loses none and repeats none.
 *
 * @module
 */
import { z } from "zod";
import { KeyedJournal, type KeyedState } from "../base/keyed_journal.ts";
import { Remembered } from "../base/remembered.ts";

const eventRecord = z.object({
  k: z.literal("event"),
  id: z.string(),
  hook: z.string(),
  at: z.number(),
  /** What the sender calls it. */
  key: z.string().optional(),
  form: z.boolean().optional(),
  event: z.string().optional(),
  headers: z.record(z.string(), z.string()).optional(),
  body: z.string(),
});

const record = z.discriminatedUnion("k", [
  eventRecord,
  z.object({ k: z.literal("began"), id: z.string(), place: z.string() }),
  z.object({ k: z.literal("ended"), id: z.string(), place: z.string() }),
  /** Cut off; the user decides. */
  z.object({ k: z.literal("parked"), id: z.string(), place: z.string() }),
  z.object({ k: z.literal("again"), id: z.string(), place: z.string() }),
  z.object({ k: z.literal("done"), id: z.string(), again: z.boolean().optional() }),
  z.object({ k: z.literal("seen"), key: z.string(), id: z.string(), at: z.number() }),
]);
type EventRecord = z.infer<typeof record>;

/** An event that is not done. */
export interface OpenEvent {
  readonly id: string;
  readonly hook: string;
  /** When it was received, milliseconds since the epoch. */
  readonly at: number;
  readonly key?: string;
  /** Whether the body is a form; else it is JSON. */
  readonly form: boolean;
  /** What the sender calls what has happened: `issues`, `orders/create`. */
  readonly event?: string | undefined;
  /** Headers that the hook asks for, by their names in small letters. */
  readonly headers?: Record<string, string> | undefined;
  readonly body: string;
  readonly places: Map<string, "began" | "ended" | "parked">;
}

/** More than this waiting means that something is wrong; the sender is told to come back. */
const MAX_OPEN = 10_000;
const MAX_OPEN_CHARS = 64 * 1024 * 1024;

/** Senders repeat for hours; Stripe for days, but with a new signature and the same id. */
const REMEMBERED_MS = 24 * 3_600_000;
const MAX_REMEMBERED = 100_000;

/** The file is written anew when it is this long and most of it is done. */
const COMPACT_BYTES = 4 * 1024 * 1024;

/** The event that a sender's key stands for. */
interface Known {
  id: string;
  at: number;
}

type State = KeyedState<string, OpenEvent, Known>;

export class Events {
  readonly #journal: KeyedJournal<EventRecord, string, OpenEvent, Known>;
  /** Keys of the events that are just being written, and what becomes of each. */
  readonly #writing = new Map<string, Promise<string | undefined>>();

  private constructor(journal: KeyedJournal<EventRecord, string, OpenEvent, Known>) {
    this.#journal = journal;
  }

  static async open(path: string, now: () => number): Promise<Events> {
    const remembered = new Remembered<string, Known>(
      MAX_REMEMBERED,
      // What was noted while the clock was wrong, far ahead, says nothing about now.
      ({ at }) => Math.abs(at - now()) < REMEMBERED_MS,
    );
    const rules = { schema: record, remembered, note, records, compactBytes: COMPACT_BYTES };
    return new Events(await KeyedJournal.open(path, rules));
  }

  /** What is not done, oldest first. */
  open(): OpenEvent[] {
    return [...this.#journal.state.open.values()];
  }

  /** Whether there is no room for one more. */
  get full(): boolean {
    const open = this.open();
    return open.length >= MAX_OPEN ||
      open.reduce((chars, { body }) => chars + body.length, 0) >= MAX_OPEN_CHARS;
  }

  /**
   * The id of the event with this key, when it was accepted in the last 24 hours. Waits when it is
   * just being written, and is `undefined` when that fails.
   */
  known(key: string): Promise<string | undefined> | undefined {
    const known = this.#journal.state.remembered.get(key);
    return this.#writing.get(key) ?? (known && Promise.resolve(known.id));
  }

  /** Keeps an event. Resolves when it is on disk; rejects when it could not be kept. */
  async accept(
    event: Omit<OpenEvent, "id" | "places">,
  ): Promise<OpenEvent> {
    const id = crypto.randomUUID();
    const { key } = event;
    const written = this.#journal.append(eventRecordOf({ id, ...event }));
    // Known from now on: a repeat that comes while this is being written must not get in.
    if (key !== undefined) this.#writing.set(key, written.then(() => id, () => undefined));
    try {
      await written;
    } finally {
      if (key !== undefined) this.#writing.delete(key);
    }
    return this.#journal.state.open.get(id)!;
  }

  /** From here on an agent may have acted on it. */
  async began(event: OpenEvent, place: string): Promise<void> {
    await this.#journal.append({ k: "began", id: event.id, place });
  }

  /** It was cut off there; it stays open until the user has decided. */
  async parked(event: OpenEvent, place: string): Promise<void> {
    await this.#journal.append({ k: "parked", id: event.id, place });
  }

  /** It may begin there once more. */
  async again(event: OpenEvent, place: string): Promise<void> {
    await this.#journal.append({ k: "again", id: event.id, place });
  }

  async ended(event: OpenEvent, place: string): Promise<void> {
    await this.#journal.append({ k: "ended", id: event.id, place });
  }

  /** @param again Whether the sender may deliver it once more, since it came to nothing. */
  async done(event: OpenEvent, again: boolean): Promise<void> {
    await this.#journal.append({ k: "done", id: event.id, ...again && { again } });
  }

  close(): Promise<void> {
    return this.#journal.close();
  }
}

function note({ open, remembered }: State, r: EventRecord): boolean {
  switch (r.k) {
    case "seen":
      remembered.add(r.key, { id: r.id, at: r.at });
      return true;
    case "event": {
      const { k: _, form = false, key, ...rest } = r;
      open.set(r.id, { ...rest, form, ...key !== undefined && { key }, places: new Map() });
      if (key !== undefined) remembered.add(key, { id: r.id, at: r.at });
      return true;
    }
    case "done": {
      const key = open.get(r.id)?.key;
      if (r.again && key !== undefined) remembered.forget(key);
      return open.delete(r.id);
    }
    case "parked": {
      // The sender may deliver it once more, too.
      const event = open.get(r.id);
      if (event?.key !== undefined) remembered.forget(event.key);
      return event?.places.set(r.place, r.k) !== undefined;
    }
    case "again":
      return open.get(r.id)?.places.delete(r.place) ?? false;
    default:
      return open.get(r.id)?.places.set(r.place, r.k) !== undefined;
  }
}

function records({ open, remembered }: State): EventRecord[] {
  return [
    ...remembered.entries().map(([key, known]): EventRecord => ({ k: "seen", key, ...known })),
    ...[...open.values()].flatMap(({ places, ...event }) => [
      eventRecordOf(event),
      ...[...places].map(([place, k]): EventRecord => ({ k, id: event.id, place })),
    ]),
  ];
}

function eventRecordOf({ form, key, ...event }: Omit<OpenEvent, "places">): EventRecord {
  return { k: "event", ...event, ...form && { form }, ...key !== undefined && { key } };
}

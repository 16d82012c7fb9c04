/**
 * Events on disk from before the sender hears "accepted" until they are done. An event is for one
 * or more places (conversations, or a task); each place is `began` before an agent may act on it,
 * so that a crash loses none and repeats none.
 *
 * @module
 */
import { z } from "zod";
import { Journal } from "../base/journal.ts";
import { Seen } from "./dedupe.ts";

const eventRecord = z.object({
  k: z.literal("event"),
  id: z.string(),
  hook: z.string(),
  at: z.number(),
  /** What the sender calls it. */
  key: z.string().optional(),
  form: z.boolean().optional(),
  body: z.string(),
});

const record = z.discriminatedUnion("k", [
  eventRecord,
  z.object({ k: z.literal("began"), id: z.string(), place: z.string() }),
  z.object({ k: z.literal("ended"), id: z.string(), place: z.string() }),
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
  readonly body: string;
  readonly places: Map<string, "began" | "ended">;
}

/** More than this waiting means that something is wrong; the sender is told to come back. */
export const MAX_OPEN = 10_000;
export const MAX_OPEN_CHARS = 64 * 1024 * 1024;

/** The file is written anew when it is this long and most of it is done. */
const COMPACT_BYTES = 4 * 1024 * 1024;

export class Events {
  readonly #journal: Journal<EventRecord>;
  readonly #open = new Map<string, OpenEvent>();
  readonly #seen: Seen;
  #chars = 0;
  #compactAt = COMPACT_BYTES;

  private constructor(journal: Journal<EventRecord>, now: () => number) {
    this.#journal = journal;
    this.#seen = new Seen(now);
    for (const r of journal.records()) this.#note(r);
  }

  static async open(path: string, now: () => number): Promise<Events> {
    const events = new Events(await Journal.open(path, record), now);
    await events.#compact();
    return events;
  }

  /** What is not done, oldest first. */
  open(): OpenEvent[] {
    return [...this.#open.values()];
  }

  /** Whether there is room for one more. */
  get full(): boolean {
    return this.#open.size >= MAX_OPEN || this.#chars >= MAX_OPEN_CHARS;
  }

  /**
   * The id of the event with this key, when it was accepted in the last 24 hours. Waits when it is
   * just being written, and is `undefined` when that fails.
   */
  known(key: string): Promise<string | undefined> | undefined {
    return this.#seen.get(key);
  }

  /** Keeps an event. Resolves when it is on disk; rejects when it could not be kept. */
  async accept(
    event: { hook: string; at: number; key?: string; form: boolean; body: string },
  ): Promise<OpenEvent> {
    const { form, key, ...rest } = event;
    const id = crypto.randomUUID();
    const r: EventRecord = {
      k: "event",
      id,
      ...rest,
      ...form && { form },
      ...key !== undefined && { key },
    };
    const written = this.#journal.append(r);
    // Known from now on: a repeat that comes while this is being written must not get in.
    if (key !== undefined) this.#seen.reserve(key, id, event.at, written);
    await written;
    this.#note(r);
    if (this.#journal.size > this.#compactAt) await this.#compact();
    return this.#open.get(id)!;
  }

  /** From here on an agent may have acted on it. */
  async began(event: OpenEvent, place: string): Promise<void> {
    await this.#append({ k: "began", id: event.id, place });
  }

  async ended(event: OpenEvent, place: string): Promise<void> {
    await this.#append({ k: "ended", id: event.id, place });
  }

  /** @param again Whether the sender may deliver it once more, since it came to nothing. */
  async done(event: OpenEvent, again: boolean): Promise<void> {
    await this.#append({ k: "done", id: event.id, ...again && { again } });
    if (this.#journal.size > this.#compactAt) await this.#compact();
  }

  close(): Promise<void> {
    return this.#journal.close();
  }

  async #append(r: EventRecord): Promise<void> {
    await this.#journal.append(r);
    this.#note(r);
  }

  #note(r: EventRecord): void {
    switch (r.k) {
      case "seen":
        return this.#seen.add(r.key, r.id, r.at);
      case "event": {
        const { k: _, form = false, key, ...rest } = r;
        const event = { ...rest, form, ...key !== undefined && { key }, places: new Map() };
        this.#open.set(r.id, event);
        this.#chars += r.body.length;
        if (key !== undefined) this.#seen.add(key, r.id, r.at);
        return;
      }
      case "done": {
        const event = this.#open.get(r.id);
        if (!event) return;
        this.#open.delete(r.id);
        this.#chars -= event.body.length;
        if (r.again && event.key !== undefined) this.#seen.forget(event.key);
        return;
      }
      default:
        this.#open.get(r.id)?.places.set(r.place, r.k);
    }
  }

  async #compact(): Promise<void> {
    // Set first: others come here while this waits, and one of them is enough.
    this.#compactAt = Infinity;
    try {
      await this.#journal.rewrite(() => [
        ...this.#seen.entries().map(([key, { id, at }]): EventRecord => ({
          k: "seen",
          key,
          id,
          at,
        })),
        ...this.open().flatMap(recordsOf),
      ]);
    } finally {
      // What is needed may be long; then it is not written anew all the time.
      this.#compactAt = Math.max(COMPACT_BYTES, this.#journal.size * 2);
    }
  }
}

function recordsOf({ places, form, key, ...event }: OpenEvent): EventRecord[] {
  return [
    { k: "event", ...event, ...form && { form }, ...key !== undefined && { key } },
    ...[...places].map(([place, k]): EventRecord => ({ k, id: event.id, place })),
  ];
}

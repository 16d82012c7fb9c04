/** `webhooks.json`: the hooks, changed by the bot, the command line and by hand. */
import { z } from "zod";
import { type Clock, systemClock } from "../base/clock.ts";
import { JsonFile, type JsonFileOptions } from "../base/json_file.ts";
import { Mutex } from "../base/async/locks.ts";
import { rawEntries } from "../jobs/entry_fields.ts";
import { type BrokenHook, type Hook, isBroken, parseHook } from "./hook.ts";

const fileSchema = z.looseObject({ hooks: rawEntries.default([]) });
type HooksFile = z.infer<typeof fileSchema>;

/** Counters reach the file this much later, many at once; a fast sender must not wear the disk. */
const COUNTERS_LATER_MS = 1000;

interface Counters {
  triggered: number;
  at: string;
  status?: string;
}

interface Parsed {
  of: HooksFile;
  all: (Hook | BrokenHook)[];
  byId: Map<string, Hook>;
}

export interface RegistryOptions {
  onCorrupt?: JsonFileOptions<unknown>["onCorrupt"];
  /** Told what stands in the file whenever that is new. */
  onRead?(hooks: readonly Hook[]): void;
  clock?: Clock;
}

export class Registry {
  readonly #file: JsonFile<HooksFile>;
  /** The same file by another way: who asks for a hook does not wait until counters are on disk. */
  readonly #countersFile: JsonFile<HooksFile>;
  readonly #clock: Clock;
  /** Parsed once for each content of the file. */
  #parsed: Parsed | undefined;
  readonly #onRead: ((hooks: readonly Hook[]) => void) | undefined;
  #reading: Promise<unknown> = Promise.resolve();
  #next: Promise<Parsed> | undefined;
  readonly #counters = new Map<string, Counters>();
  #writing: Promise<void> | undefined;
  readonly #mutex = new Mutex();

  constructor(
    path: string,
    options: RegistryOptions = {},
  ) {
    this.#clock = options.clock ?? systemClock;
    this.#onRead = options.onRead;
    const file = {
      schema: fileSchema,
      defaultValue: (): HooksFile => ({ hooks: [] }),
      ...options.onCorrupt && { onCorrupt: options.onCorrupt },
    };
    this.#file = new JsonFile(path, file);
    this.#countersFile = new JsonFile(path, file);
  }

  async find(id: string): Promise<Hook | undefined> {
    return (await this.#read()).byId.get(id);
  }

  /** All hooks in the order of the file, and what is broken in it. */
  async all(): Promise<(Hook | BrokenHook)[]> {
    return (await this.#read()).all;
  }

  /** @throws {Error} there is one with this id */
  async add(hook: Hook): Promise<void> {
    await this.#file.update((file) => {
      if (file.hooks.some((entry) => entry?.id === hook.id)) {
        throw new Error(`There is a webhook called ${hook.id} already; choose another name`);
      }
      file.hooks.push(hook);
    });
  }

  /** Changes one hook; returns it as it is then, or `undefined` when there is none. */
  async change(
    id: string,
    fn: (hook: Hook) => void,
  ): Promise<Hook | undefined> {
    let changed: Hook | undefined;
    await this.#file.update((file) => {
      const at = file.hooks.findIndex((entry) => entry?.id === id);
      const hook = at < 0 ? undefined : parseHook(file.hooks[at]);
      if (!hook || isBroken(hook)) return;
      fn(hook);
      file.hooks[at] = hook;
      changed = hook;
    });
    return changed;
  }

  /** @returns Whether there was one. */
  async remove(id: string): Promise<boolean> {
    let found = false;
    await this.#file.update((file) => {
      const rest = file.hooks.filter((entry) => entry?.id !== id);
      found = rest.length < file.hooks.length;
      file.hooks = rest;
    });
    return found;
  }

  /** Counts an event that was accepted. */
  triggered(id: string): void {
    const counters = this.#count(id);
    counters.triggered++;
  }

  /** Notes how an event ended: `success`, `skipped:…`, `error:…`. */
  ended(id: string, status: string): void {
    this.#count(id).status = status;
  }

  /** Writes what was counted. */
  flush(): Promise<void> {
    return this.#mutex.run(async () => {
      if (this.#counters.size === 0) return;
      const counted = new Map(this.#counters);
      this.#counters.clear();
      await this.#countersFile.update((file) => {
        for (const entry of file.hooks) {
          const counters = counted.get(String(entry?.id));
          if (entry && counters) apply(entry, counters);
        }
      });
    });
  }

  #count(id: string): Counters {
    const at = new Date(this.#clock.now()).toISOString();
    const counters = this.#counters.get(id) ?? { triggered: 0, at };
    this.#counters.set(id, counters);
    counters.at = at;
    this.#writing ??= this.#clock.sleep(COUNTERS_LATER_MS).then(async () => {
      this.#writing = undefined;
      // Counters are a convenience; a full disk must not end anything.
      await this.flush().catch(() => {});
    });
    return counters;
  }

  /** Many ask at once: those that come while the file is being read share the reading after it. */
  #read(): Promise<Parsed> {
    return this.#next ??= this.#reading.then(() => {
      const reading = this.#readNow();
      this.#next = undefined;
      this.#reading = reading.catch(() => {});
      return reading;
    });
  }

  async #readNow(): Promise<Parsed> {
    const file = await this.#file.read();
    if (this.#parsed?.of === file) return this.#parsed;
    const all = file.hooks.map(parseHook);
    const byId = new Map<string, Hook>();
    // The first of two with the same id counts, as in the Python program.
    for (const hook of all) if (!isBroken(hook) && !byId.has(hook.id)) byId.set(hook.id, hook);
    this.#onRead?.([...byId.values()]);
    return this.#parsed = { of: file, all, byId };
  }
}

function apply(entry: Record<string, unknown>, { triggered, at, status }: Counters): void {
  const count = typeof entry.trigger_count === "number" ? entry.trigger_count : 0;
  entry.trigger_count = count + triggered;
  if (triggered > 0) entry.last_triggered_at = at;
  if (status === undefined) return;
  entry.last_status = status;
  // A skip is what the user asked for, not an error.
  entry.last_error = status.startsWith("error") ? status : null;
}

/**
 * One JSON document in one file, written by several processes and sometimes by hand: comments and
 * commas behind the last entry are read, and stay when something else in the file changes.
 *
 * @module
 */
import { sleep } from "./async/sleep.ts";
import { getLogger } from "@logtape/logtape";
import type { z } from "zod";
import { readFileIfExists, writeFileAtomic } from "./atomic_file.ts";
import { withFileLock } from "./file_lock.ts";
import { NotJson, parseJson, rewriteJson } from "./jsonc.ts";
import { Mutex } from "./async/locks.ts";
import { sameBytes, setAside } from "./set_aside.ts";

const log = getLogger(["ductor", "store"]);

/**
 * A file may change again within the same tick of its clock. Until its time stamp is this old, its
 * content is compared instead.
 */
const STAMP_SETTLES_MS = 2000;

/** An editor that does not replace files atomically has this long, many times, to finish. */
const SETTLE_PAUSE_MS = 100;
const SETTLE_TRIES = 20;

/** What is told to the owner when a file could not be read. */
export interface CorruptFile {
  path: string;
  /** Where the unreadable content is kept. */
  setAside: string;
  /** True: the last good content is in use. False: there was none, so it starts anew. */
  usedBackup: boolean;
  /** What is wrong with it, in one line; names places and types, never values. */
  reason: string;
}

export interface JsonFileOptions<T> {
  /**
   * Checks what is read and what is written. Objects should be loose (`z.looseObject`), so that
   * fields we don't know survive a rewrite.
   */
  schema: z.ZodType<T>;
  /** The value while there is no file. */
  defaultValue: () => T;
  onCorrupt?: (event: CorruptFile) => void | Promise<void>;
  now?: () => Date;
  /** Waits a moment before an unreadable file is looked at again; default 100 ms. */
  pause?: () => Promise<void>;
}

/**
 * Reads and changes a JSON file. Changes of several processes don't overwrite each other, a crash
 * does not tear the file, and one that cannot be read is set aside and its backup (`NAME.bak`, the
 * last content known to be good) is used.
 */
export class JsonFile<T> {
  readonly path: string;
  readonly #options: JsonFileOptions<T>;
  readonly #mutex = new Mutex();
  #cache: { text: string; value: T; stamp: string | undefined } | undefined;

  constructor(path: string, options: JsonFileOptions<T>) {
    this.path = path;
    this.#options = options;
  }

  /**
   * The current content, frozen: change it through {@link update}. Cheap when the file has not
   * changed, so call it whenever the value is needed.
   */
  read(): Promise<T> {
    return this.#mutex.run(async () => {
      if (this.#cache?.stamp !== undefined && this.#cache.stamp === await this.#stamp()) {
        return this.#cache.value;
      }
      const loaded = await this.#load();
      if (!(loaded instanceof Unreadable)) return loaded.value;
      return (await this.#lock(() => this.#mend(loaded))).value;
    });
  }

  /**
   * Changes the content: `fn` gets a copy of what is in the file now and changes it, or returns the
   * new content. Nobody else can write in between. Returns what is in the file afterwards. When
   * `fn` throws, or makes something the schema refuses, the file stays as it is.
   */
  update(fn: (current: T) => T | void): Promise<T> {
    return this.#mutex.run(() =>
      this.#lock(async () => {
        const loaded = await this.#load();
        const current = loaded instanceof Unreadable ? await this.#mend(loaded) : loaded;
        const draft = structuredClone(current.value);
        const next = this.#options.schema.safeParse(fn(draft) ?? draft);
        if (!next.success) {
          throw new TypeError(`Cannot write ${this.path}: ${issuesInShort(next.error)}`);
        }
        const text = await rewriteJson(current.text, next.data);
        if (text !== current.text) await this.#write(text);
        return await this.#remember(text, next.data);
      })
    );
  }

  #lock<R>(fn: () => Promise<R>): Promise<R> {
    return withFileLock(`${this.path}.lock`, fn);
  }

  async #write(text: string): Promise<void> {
    await writeFileAtomic(this.path, text);
    // The backup is for when somebody else breaks the file; for a power cut there is the sync above.
    await writeFileAtomic(`${this.path}.bak`, text, { sync: false });
  }

  async #load(): Promise<Loaded<T> | Unreadable> {
    // Taken first: if the file changes after this, the next read sees another stamp.
    const stamp = await this.#stamp();
    const bytes = await readFileIfExists(this.path);
    if (bytes === undefined) return this.#none();
    const parsed = await this.#parse(bytes);
    if (!(parsed instanceof Unreadable)) this.#cache = { ...parsed, stamp };
    return parsed;
  }

  async #parse(bytes: Uint8Array): Promise<{ text: string; value: T } | Unreadable> {
    let json: unknown;
    let text: string;
    try {
      text = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
      if (text === this.#cache?.text) return { text, value: this.#cache.value };
      json = await parseJson(text);
    } catch (error) {
      const reason = bytes.length === 0
        ? "it is empty"
        : error instanceof NotJson
        ? `it is ${error.message}`
        : "it is not UTF-8 text";
      return new Unreadable(bytes, reason);
    }
    const result = this.#options.schema.safeParse(json);
    if (!result.success) return new Unreadable(bytes, issuesInShort(result.error));
    return { text, value: deepFreeze(result.data) };
  }

  /** Only under the lock. Sets the unreadable content aside and goes back to the backup. */
  async #mend(first: Unreadable): Promise<Loaded<T>> {
    const found = await this.#settle(first);
    if (!(found instanceof Unreadable)) return found;
    const { path } = this;
    // A copy, not a rename: at no moment is there no file, which would look like a fresh start.
    const aside = await setAside(path, "corrupt", found.bytes, this.#now());
    const backup = await readFileIfExists(`${path}.bak`);
    const good = backup === undefined ? undefined : await this.#parse(backup);
    const usedBackup = good !== undefined && !(good instanceof Unreadable);
    if (usedBackup) await writeFileAtomic(path, good.text);
    else await Deno.remove(path);
    await this.#tell({ path, setAside: aside, usedBackup, reason: found.reason });
    if (!usedBackup) return this.#none();
    return { text: good.text, value: await this.#remember(good.text, good.value) };
  }

  /**
   * An agent or an editor may write the file right now, and not atomically. What is there counts as
   * broken only when it is the same after a moment; else that writer's change would be lost.
   */
  async #settle(found: Unreadable): Promise<Loaded<T> | Unreadable> {
    const pause = this.#options.pause ??
      (() => sleep(SETTLE_PAUSE_MS));
    for (let n = 0; n < SETTLE_TRIES; n++) {
      await pause();
      const again = await this.#load();
      if (!(again instanceof Unreadable)) return again;
      if (sameBytes(again.bytes, found.bytes)) return again;
      found = again;
    }
    return found;
  }

  async #tell(event: CorruptFile): Promise<void> {
    log.error(
      "Cannot read {path}: {reason}. It is kept as {setAside}; " +
        (event.usedBackup ? "the backup is in use" : "there is no backup, so it starts anew"),
      { ...event },
    );
    try {
      await this.#options.onCorrupt?.(event);
    } catch (error) {
      log.error("Cannot tell the owner that {path} was unreadable: {error}", {
        path: event.path,
        error,
      });
    }
  }

  #none(): Loaded<T> {
    this.#cache = undefined;
    return { text: undefined, value: deepFreeze(this.#options.defaultValue()) };
  }

  async #remember(text: string, value: T): Promise<T> {
    this.#cache = { text, value: deepFreeze(value), stamp: await this.#stamp() };
    return this.#cache.value;
  }

  /** What changes when the file changes; `undefined` when that cannot be told (yet). */
  async #stamp(): Promise<string | undefined> {
    const info = await Deno.stat(this.path).catch(() => undefined);
    const changed = info?.mtime?.getTime();
    if (info === undefined || changed === undefined) return undefined;
    if (Date.now() - changed < STAMP_SETTLES_MS) return undefined;
    return `${info.dev}:${info.ino}:${info.size}:${changed}`;
  }

  #now(): Date {
    return this.#options.now?.() ?? new Date();
  }
}

interface Loaded<T> {
  /** `undefined`: there is no file. */
  text: string | undefined;
  value: T;
}

class Unreadable {
  constructor(readonly bytes: Uint8Array, readonly reason: string) {}
}

function issuesInShort(error: z.ZodError): string {
  const issues = error.issues.map(({ path, message }) => `${path.join(".") || "it"}: ${message}`);
  const more = issues.length > 3 ? ` (and ${issues.length - 3} more)` : "";
  return issues.slice(0, 3).join("; ") + more;
}

function deepFreeze<V>(value: V): V {
  if (typeof value === "object" && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value);
    Object.values(value).forEach(deepFreeze);
  }
  return value;
}

/**
 * An append-only file of JSON records, one a line: what was appended is on the disk.
 *
 * @module
 */
import { getLogger } from "@logtape/logtape";
import { dirname } from "node:path";
import { readFileIfExists, syncFolder, writeAll, writeFileAtomic } from "./atomic_file.ts";
import { diskTroubleOf } from "./disk_trouble.ts";
import { Mutex } from "./async/locks.ts";
import { setAside } from "./set_aside.ts";

const log = getLogger(["ductor", "store"]);
const NEWLINE = 10;

/** Lines in the middle of a journal that are no records. A torn end is normal and not reported. */
export interface DamagedJournal {
  path: string;
  /** Where the lines are kept. */
  setAside: string;
  lines: number;
}

export interface JournalOptions {
  onDamaged?: (event: DamagedJournal) => void | Promise<void>;
  now?: () => Date;
}

interface Append {
  text: string;
  done: PromiseWithResolvers<void>;
}

/**
 * A journal that one process at a time has open. Appends that come while the disk is busy share
 * the next write and sync, so a burst costs little more than one of them.
 */
export class Journal<R> implements AsyncDisposable {
  readonly path: string;
  readonly #records: readonly R[];
  readonly #mutex = new Mutex();
  #file: Deno.FsFile | undefined;
  /** Bytes that are known to be whole records; anything beyond is cut off before it is written. */
  #size: number;
  #torn = false;
  #closed = false;
  /** Appends that the next flush takes along; `undefined` when none is waiting to start. */
  #batch: Append[] | undefined;

  private constructor(
    path: string,
    file: Deno.FsFile | undefined,
    size: number,
    records: readonly R[],
  ) {
    this.path = path;
    this.#file = file;
    this.#size = size;
    this.#records = records;
  }

  /**
   * Opens or creates the journal and reads it. `schema` turns a parsed line into a record, or
   * throws; a zod schema is one. The last line of an append that was cut short by a crash is
   * removed: nobody was told that it is safe.
   */
  static async open<R>(
    path: string,
    schema: { parse(value: unknown): R },
    { onDamaged, now = () => new Date() }: JournalOptions = {},
  ): Promise<Journal<R>> {
    const found = readLines(await readFileIfExists(path) ?? new Uint8Array(), schema);
    let { size } = found;
    let file: Deno.FsFile | undefined;
    try {
      if (found.damaged.length > 0) {
        size = await mend(path, found, { onDamaged, now });
      }
      file = await openForAppend(path);
      await file.truncate(size);
      await file.sync();
    } catch (error) {
      file?.close();
      if (!diskTroubleOf(error)) throw error;
      // What is in it counts. Until the disk takes something again, each append fails.
      log.error("{path} cannot be written: {error}", { path, error });
      const journal = new Journal(path, undefined, size, found.records);
      journal.#torn = true;
      return journal;
    }
    await syncFolder(dirname(path));
    return new Journal(path, file, size, found.records);
  }

  /** What was in the journal when it was opened; later appends are not in it. */
  records(): readonly R[] {
    return this.#records;
  }

  /** Length in bytes, for deciding when to {@link rewrite}. */
  get size(): number {
    return this.#size;
  }

  /**
   * Adds records; resolves when they are on the disk. All of one call are added or none. After an
   * error (a full disk) the journal is as it was before, and the next append may succeed.
   */
  append(...records: R[]): Promise<void> {
    if (this.#closed) return Promise.reject(new Error(`Cannot append to ${this.path}: closed`));
    if (records.length === 0) return Promise.resolve();
    const text = toLines(records);
    const append = { text, done: Promise.withResolvers<void>() };
    if (this.#batch === undefined) {
      const batch: Append[] = [];
      this.#batch = batch;
      this.#mutex.run(() => this.#flush(batch));
    }
    this.#batch.push(append);
    return append.done.promise;
  }

  /**
   * Replaces the whole content atomically, to drop what is no longer needed. Appends made before
   * this call are written first, later ones after it. Give a function to have the records asked
   * for when all earlier appends are done.
   */
  rewrite(records: readonly R[] | (() => readonly R[])): Promise<void> {
    if (this.#closed) return Promise.reject(new Error(`Cannot rewrite ${this.path}: closed`));
    this.#batch = undefined; // Later appends go into a batch after this.
    return this.#mutex.run(async () => {
      const bytes = new TextEncoder().encode(
        toLines(typeof records === "function" ? records() : records),
      );
      // Windows replaces no file that is open.
      this.#file?.close();
      this.#file = undefined;
      await writeFileAtomic(this.path, bytes);
      this.#size = bytes.length;
      this.#torn = false;
    });
  }

  /** Writes what is pending and closes the file. */
  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    await this.#mutex.run(() => this.#file?.close());
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #flush(batch: Append[]): Promise<void> {
    if (this.#batch === batch) this.#batch = undefined;
    const bytes = new TextEncoder().encode(batch.map(({ text }) => text).join(""));
    try {
      const file = this.#file ??= await openForAppend(this.path);
      if (this.#torn) await file.truncate(this.#size);
      this.#torn = true;
      file.seekSync(this.#size, Deno.SeekMode.Start);
      await writeAll(file, bytes);
      await file.syncData();
      this.#torn = false;
      this.#size += bytes.length;
      batch.forEach(({ done }) => done.resolve());
    } catch (error) {
      // Takes back what was written of it. If that fails too, it is done before the next write.
      await this.#file?.truncate(this.#size).then(() => this.#torn = false, () => {});
      batch.forEach(({ done }) => done.reject(error));
    }
  }
}

/**
 * Not with `append: true`: on Windows such a handle cannot cut the file, and the place to write to
 * is known here anyway.
 */
function openForAppend(path: string): Promise<Deno.FsFile> {
  return Deno.open(path, { create: true, read: true, write: true, mode: 0o600 });
}

function readLines<R>(bytes: Uint8Array, schema: { parse(value: unknown): R }) {
  const decoder = new TextDecoder("utf-8", { fatal: true });
  const good: Uint8Array[] = [];
  const damaged: Uint8Array[] = [];
  const records: R[] = [];
  let start = 0;
  for (let end; (end = bytes.indexOf(NEWLINE, start)) >= 0; start = end + 1) {
    const line = bytes.subarray(start, end);
    try {
      records.push(schema.parse(JSON.parse(decoder.decode(line))));
      good.push(line);
    } catch {
      damaged.push(line);
    }
  }
  // A torn end does not count.
  return { good, damaged, records, size: start };
}

/** Keeps the lines that are no records elsewhere. Returns the size without them. */
async function mend(
  path: string,
  { good, damaged }: { good: Uint8Array[]; damaged: Uint8Array[] },
  { onDamaged, now }: { onDamaged: JournalOptions["onDamaged"]; now(): Date },
): Promise<number> {
  const aside = await setAside(path, "damaged", join(damaged), now());
  const bytes = join(good);
  await writeFileAtomic(path, bytes);
  const event = { path, setAside: aside, lines: damaged.length };
  log.error("{lines} lines of {path} are no records; they are kept as {setAside}", event);
  try {
    await onDamaged?.(event);
  } catch (error) {
    log.error("Cannot tell the owner that {path} was damaged: {error}", { path, error });
  }
  return bytes.length;
}

function toLines(records: readonly unknown[]): string {
  return records.map((record) => JSON.stringify(record) + "\n").join("");
}

function join(lines: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(lines.reduce((sum, line) => sum + line.length + 1, 0));
  let at = 0;
  for (const line of lines) {
    bytes.set(line, at);
    at += line.length;
    bytes[at++] = NEWLINE;
  }
  return bytes;
}

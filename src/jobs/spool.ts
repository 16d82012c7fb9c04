/**
 * What other processes hand to the running bot, through folders with a file for each thing. What is
 * in them survives; the bot takes it when it runs.
 *
 * @module
 */
import { getLogger } from "@logtape/logtape";
import { join } from "node:path";
import { z } from "zod";
import type { Home } from "../config/home.ts";
import { readTextIfExists, writeFileAtomic } from "../base/atomic_file.ts";
import { acquireFileLock, FileLockError } from "../base/file_lock.ts";

const log = getLogger(["ductor", "spool"]);

class Spool<T> {
  readonly #dir: string;
  readonly #schema: z.ZodType<T>;

  constructor(dir: string, schema: z.ZodType<T>) {
    this.#dir = dir;
    this.#schema = schema;
  }

  /** Puts something in; resolves when it is on disk. Returns its name. */
  async put(item: T, now: Date = new Date()): Promise<string> {
    await Deno.mkdir(this.#dir, { recursive: true, mode: 0o700 });
    // Names sort by time, so that things are taken in the order in which they came.
    const name = `${now.getTime().toString().padStart(14, "0")}-${crypto.randomUUID()}.json`;
    await writeFileAtomic(join(this.#dir, name), JSON.stringify(item) + "\n");
    return name;
  }

  /** Whether something that was put in waits still. */
  async has(name: string): Promise<boolean> {
    return await Deno.lstat(join(this.#dir, name)).then(() => true, () => false);
  }

  /** Takes something back that was not taken yet. Returns whether it was there. */
  async takeBack(name: string): Promise<boolean> {
    return await Deno.remove(join(this.#dir, name)).then(() => true, () => false);
  }

  /**
   * Gives everything there to `fn`, oldest first, and removes each when `fn` is done with it. What
   * `fn` throws on stays for the next time; what cannot be read is kept aside as `NAME.bad`.
   */
  async take(fn: (item: T, name: string) => Promise<void>): Promise<void> {
    for (const name of await this.#names()) {
      const path = join(this.#dir, name);
      const text = await readTextIfExists(path);
      if (text === undefined) continue;
      const item = this.#parse(text);
      if (item === undefined) {
        log.warn("{name} cannot be read; it is kept as {name}.bad", { name });
        await Deno.rename(path, `${path}.bad`);
        continue;
      }
      try {
        await fn(item, name);
      } catch (error) {
        log.error("{name} could not be done now: {error}", { name, error });
        continue;
      }
      await Deno.remove(path);
    }
  }

  #parse(text: string): T | undefined {
    try {
      return this.#schema.safeParse(JSON.parse(text)).data;
    } catch {
      return undefined;
    }
  }

  async #names(): Promise<string[]> {
    const names: string[] = [];
    try {
      for await (const { name, isFile } of Deno.readDir(this.#dir)) {
        if (isFile && /^\d{14}-[\w-]+\.json$/.test(name)) names.push(name);
      }
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    }
    return names.sort();
  }
}

/** A message for the user, from `ductor send`. */
const outgoing = z.object({
  /** Markdown. */
  text: z.string(),
  /** Absolute paths. */
  files: z.array(z.string()).default([]),
  /** Absent: every allowed user. */
  chat_id: z.int().optional(),
  thread_id: z.int().optional(),
  title: z.string().default("ductor send"),
});

const request = z.discriminatedUnion("do", [
  /** A job to run now, from `ductor cron run`. */
  z.object({ do: z.literal("run_job"), job: z.string() }),
  /** A session to offer in a chat, from `ductor handoff`; without a chat, the owner's. */
  z.object({
    do: z.literal("handoff"),
    provider: z.string(),
    session: z.string(),
    chat_id: z.int().optional(),
    thread_id: z.int().optional(),
  }),
  /** What the bot knows of itself, and with `agents` what the CLIs say; see app/report.ts. */
  z.object({ do: z.literal("report"), agents: z.boolean() }),
]);

export type Outgoing = z.infer<typeof outgoing>;
export type BotRequest = z.infer<typeof request>;
export type Handoff = Extract<BotRequest, { do: "handoff" }>;

export function outgoingSpool(home: Home): Spool<Outgoing> {
  return new Spool(home.outgoingDir, outgoing);
}

export function requestSpool(home: Home): Spool<BotRequest> {
  return new Spool(home.requestsDir, request);
}

/**
 * Says that this process takes from the spools of a home, for as long as the lock is held.
 *
 * @throws {FileLockError} another process does
 */
export function holdSpools(lockFile: string): Promise<Disposable> {
  return acquireFileLock(lockFile, { timeoutMs: 2000 });
}

/** Whether a running bot takes from the spools; asked by other processes. */
export async function isHeld(lockFile: string): Promise<boolean> {
  try {
    using _lock = await acquireFileLock(lockFile, { timeoutMs: 100 });
    return false;
  } catch (error) {
    if (error instanceof FileLockError) return true;
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

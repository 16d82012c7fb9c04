/**
 * Records of runs: `cron_tasks/<task>/runs/<time>_<id>.json`, the last 50 of each task.
 *
 * @module
 */
import { cut } from "../base/text.ts";
import { join } from "node:path";
import { z } from "zod";
import type { Home } from "../config/home.ts";
import type { Claim } from "./cron_state.ts";
import type { Job } from "./job.ts";
import type { TaskResult } from "./tasks/task.ts";
import { readTextIfExists, writeFileAtomic } from "../base/atomic_file.ts";

/** How many are kept of each task. */
const KEPT = 50;
/** Longest text that is kept, UTF-16 units. */
const TEXT_LIMIT = 100_000;

const schema = z.looseObject({
  id: z.string(),
  job: z.string(),
  title: z.string(),
  /** Why it ran: its time came, its time had passed, somebody asked, it was cut off before. */
  cause: z.enum(["schedule", "late", "manual", "again", "webhook"]),
  /** ISO 8601, as all times here. */
  scheduled: z.string(),
  started: z.string().optional(),
  ended: z.string().optional(),
  /**
   * `running`, `success`, `error:<kind>`, `interrupted` (ductor ended), `stopped`, `missed`,
   * `skipped:quiet`, `skipped:overlap`, `skipped:nothing_new`.
   */
  status: z.string(),
  /**
   * What became of the message: `pending` (not handed over), `queued`, `delivered`, `dropped` (the
   * chat cannot be written to), `none`.
   */
  delivery: z.enum(["pending", "queued", "delivered", "dropped", "none"]),
  text: z.string().optional(),
  provider: z.string().optional(),
  model: z.string().optional(),
  cost_usd: z.number().optional(),
  tokens: z.number().optional(),
  /** For `missed`: how many times in a row, and the last of them. */
  count: z.number().optional(),
  last: z.string().optional(),
});

export type RunRecord = z.infer<typeof schema>;

/** A short id, unique among the runs of a task. */
export function newRunId(): string {
  return crypto.randomUUID().slice(0, 8);
}

/** The record of a run that was claimed. */
export function newRecord(job: Pick<Job, "id" | "title">, claim: Claim): RunRecord {
  return {
    id: claim.run,
    job: job.id,
    title: job.title,
    cause: claim.cause,
    scheduled: claim.scheduled,
    status: "running",
    delivery: "none",
  };
}

/** The record with what came of the run; nothing is handed over yet. */
export function endedRecord(record: RunRecord, result: TaskResult, now: number): RunRecord {
  const { status, text, provider, model, costUsd, tokens } = result;
  return {
    ...record,
    ended: new Date(now).toISOString(),
    status,
    text,
    ...provider !== undefined && { provider },
    ...model !== undefined && { model },
    ...costUsd !== undefined && { cost_usd: costUsd },
    ...tokens !== undefined && { tokens },
  };
}

/** What changes in the entry of a job that has run: one-time jobs are over, however they ended. */
export function over({ at }: Pick<Job, "at">): { enabled?: false } {
  return at ? { enabled: false } : {};
}

export class RunStore {
  readonly #home: Home;

  constructor(home: Home) {
    this.#home = home;
  }

  #dir(folder: string): string {
    return join(this.#home.cronTasksDir, folder, "runs");
  }

  /**
   * Writes or replaces a record. A task whose folder is gone keeps none; returns whether it was
   * written.
   */
  async write(folder: string, record: RunRecord): Promise<boolean> {
    const dir = this.#dir(folder);
    try {
      await Deno.mkdir(dir, { mode: 0o700 });
    } catch (error) {
      if (error instanceof Deno.errors.NotFound) return false;
      if (!(error instanceof Deno.errors.AlreadyExists)) throw error;
    }
    const text = record.text === undefined ? {} : { text: cut(record.text, TEXT_LIMIT) };
    const json = JSON.stringify({ ...record, ...text }, null, 2) + "\n";
    await writeFileAtomic(join(dir, nameOf(record)), json);
    await this.#prune(dir);
    return true;
  }

  /** The newest records first. */
  async list(folder: string, count = KEPT): Promise<RunRecord[]> {
    const dir = this.#dir(folder);
    const names = (await this.#names(dir)).reverse().slice(0, count);
    const records = await Promise.all(names.map((name) => read(join(dir, name))));
    return records.filter((record) => record !== undefined);
  }

  async get(folder: string, id: string): Promise<RunRecord | undefined> {
    const dir = this.#dir(folder);
    const name = (await this.#names(dir)).findLast((name) => name.endsWith(`_${id}.json`));
    return name === undefined ? undefined : await read(join(dir, name));
  }

  /** Oldest first. */
  async #names(dir: string): Promise<string[]> {
    const names: string[] = [];
    try {
      for await (const { name, isFile } of Deno.readDir(dir)) {
        if (isFile && /^\d{8}T\d{6}Z_\w+\.json$/.test(name)) names.push(name);
      }
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    }
    return names.sort();
  }

  async #prune(dir: string): Promise<void> {
    const names = await this.#names(dir);
    for (const name of names.slice(0, Math.max(0, names.length - KEPT))) {
      await Deno.remove(join(dir, name)).catch(() => {});
    }
  }
}

/** Sorts by time: `20261123T080000Z_1a2b3c4d.json`. */
function nameOf({ scheduled, id }: RunRecord): string {
  const time = new Date(scheduled).toISOString().replace(/\.\d+/, "").replaceAll(/[-:]/g, "");
  return `${time}_${id}.json`;
}

async function read(path: string): Promise<RunRecord | undefined> {
  try {
    const text = await readTextIfExists(path);
    return text === undefined ? undefined : schema.safeParse(JSON.parse(text)).data;
  } catch {
    // One that cannot be read tells nothing; the others do.
    return undefined;
  }
}

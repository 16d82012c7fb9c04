/**
 * The registry of jobs, `cron_jobs.json`, together with the task folders. Several processes change
 * it: the bot, `ductor cron`, and people with an editor.
 *
 * @module
 */
import { z } from "zod";
import type { Home } from "../config/home.ts";
import { JsonFile, type JsonFileOptions } from "../base/json_file.ts";
import { isObject } from "../base/shape.ts";
import { createTask, removeTask, renameTask, taskNameOf } from "../workspace/task_folder.ts";
import { rawEntries, type RawEntry } from "./entry_fields.ts";
import { type Job, type JobEntry, type JobFields, readEntries } from "./job.ts";

const fileSchema = z.looseObject({ jobs: rawEntries });
type File = z.infer<typeof fileSchema>;

/** What is asked for cannot be done; `more` helps whoever asked. */
export class JobError extends Error {
  override name = "JobError";
  constructor(message: string, readonly more: Record<string, unknown> = {}) {
    super(message);
  }
}

/** What a new job must have; see `checkFields` for whether the values make sense. */
export type NewJob = JobFields & {
  name: string;
  title: string;
  description: string;
  schedule: string;
};

/** What the agent of a run is told first; the folder says the rest. */
export const INSTRUCTION =
  "Read TASK_DESCRIPTION.md in this folder from beginning to end and do what it says.";

export interface JobRegistryOptions {
  onCorrupt?: JsonFileOptions<unknown>["onCorrupt"];
  now?: () => Date;
}

export class JobRegistry {
  readonly #home: Home;
  readonly #file: JsonFile<File>;
  readonly #now: () => Date;
  /** The entries of the content that was read last. */
  #read: { from: File; entries: JobEntry[] } | undefined;

  constructor(home: Home, options: JobRegistryOptions = {}) {
    this.#home = home;
    this.#now = options.now ?? (() => new Date());
    this.#file = new JsonFile(home.cronJobsFile, {
      schema: fileSchema,
      defaultValue: () => ({ jobs: [] }),
      ...options.onCorrupt && { onCorrupt: options.onCorrupt },
    });
  }

  /** Every entry, also those that cannot be used. The same array while the file is the same. */
  async list(): Promise<readonly JobEntry[]> {
    const from = await this.#file.read();
    if (this.#read?.from !== from) this.#read = { from, entries: readEntries(from.jobs) };
    return this.#read.entries;
  }

  /**
   * A job by its id, else by its folder.
   *
   * @throws {JobError} there is none
   */
  async get(name: string): Promise<Job> {
    const entries = await this.list();
    const entry = entries.find(({ id }) => id === name) ??
      entries.find(({ job }) => job?.task_folder === name);
    if (!entry) {
      throw new JobError(`There is no job ${JSON.stringify(name)}`, {
        available_jobs: entries.map(({ id }) => id),
        hint: "ductor cron list shows them all",
      });
    }
    if (!entry.job) throw new JobError(`The job ${entry.id} is not valid: ${entry.problem}`);
    return entry.job;
  }

  /**
   * Makes the task folder and the entry.
   *
   * @throws {JobError | TaskFolderError} the name is taken, or cannot be one
   */
  async add({ name, ...fields }: NewJob): Promise<Job> {
    const id = taskNameOf(name);
    await this.#refuseTaken(id);
    let added: Job | undefined;
    const { title, description } = fields;
    await createTask(this.#home, { name, title, description }, async (folder) => {
      await this.#change((jobs) => {
        if (jobs.some((job) => job?.id === folder)) throw taken(folder);
        const entry: Record<string, unknown> = {
          id: folder,
          title,
          description,
          schedule: fields.schedule,
          task_folder: folder,
          agent_instruction: INSTRUCTION,
          enabled: true,
          created_at: this.#now().toISOString(),
          last_run_at: null,
          last_run_status: null,
        };
        // Fields that say nothing are left out.
        apply(entry, fields);
        jobs.push(entry);
      });
      added = await this.get(folder);
    });
    return added!;
  }

  /**
   * Changes fields of a job, and its name (id, folder and memory file) when `newName` is given.
   * Returns the job and the names of the fields that have another value now.
   *
   * @throws {JobError | TaskFolderError}
   */
  async edit(
    name: string,
    fields: JobFields,
    newName?: string,
  ): Promise<{ job: Job; changed: string[]; folderRenamed: boolean }> {
    const { id, task_folder } = await this.get(name);
    const changed = await this.#set(id, fields);
    if (newName === undefined) return { job: await this.get(id), changed, folderRenamed: false };
    const to = taskNameOf(newName);
    if (to === id && to === task_folder) {
      return { job: await this.get(id), changed, folderRenamed: false };
    }
    if (to !== id) await this.#refuseTaken(to);
    const { folder } = await renameTask(this.#home, task_folder, to, async () => {
      await this.#set(id, { id: to, task_folder: to });
    });
    return { job: await this.get(to), changed: ["name", ...changed], folderRenamed: folder };
  }

  /** Removes a job; its folder goes to the trash. Returns where, if there was one. */
  async remove(name: string): Promise<{ job: Job; trashed: string | undefined }> {
    const job = await this.get(name);
    const trashed = await removeTask(
      this.#home,
      job.task_folder,
      () =>
        this.#change((jobs) => {
          const index = jobs.findIndex((entry) => entry?.id === job.id);
          if (index >= 0) jobs.splice(index, 1);
        }),
      this.#now(),
    );
    return { job, trashed };
  }

  /** Switches a job on or off. Returns whether that changed anything. */
  async setEnabled(name: string, enabled: boolean, reason?: string): Promise<boolean> {
    const { id } = await this.get(name);
    const changed = await this.#set(id, {
      enabled,
      ...(enabled || reason !== undefined) && { paused_reason: enabled ? null : reason },
    });
    return changed.includes("enabled");
  }

  /** Returns how many changed. One-time jobs that are over stay off. */
  async setAllEnabled(enabled: boolean): Promise<number> {
    let count = 0;
    await this.#change((jobs) => {
      for (const job of jobs) {
        if (!isObject(job)) continue;
        const over = enabled && typeof job.at === "string" &&
          Date.parse(job.at) <= this.#now().getTime();
        if ((job.enabled ?? true) === enabled || over) continue;
        job.enabled = enabled;
        if (enabled) delete job.paused_reason;
        count++;
      }
    });
    return count;
  }

  /** Notes how a run ended; a job that is gone meanwhile is no matter. */
  async noteRun(id: string, at: Date, status: string, more: JobFields = {}): Promise<void> {
    await this.#change((jobs) => {
      const job = jobs.find((job) => job?.id === id);
      if (job) apply(job, { last_run_at: at.toISOString(), last_run_status: status, ...more });
    });
  }

  async #refuseTaken(id: string): Promise<void> {
    if ((await this.list()).some((entry) => entry.id === id)) throw taken(id);
  }

  async #set(id: string, fields: JobFields): Promise<string[]> {
    let changed: string[] = [];
    await this.#change((jobs) => {
      const job = jobs.find((job) => job?.id === id);
      if (!job) throw new JobError(`The job ${id} was removed meanwhile`);
      changed = apply(job, fields);
    });
    return changed;
  }

  async #change(fn: (jobs: RawEntry[]) => void): Promise<void> {
    await this.#file.update((file) => void fn(file.jobs));
  }
}

function taken(id: string): JobError {
  return new JobError(`There is a job ${JSON.stringify(id)} already`, {
    hint: `Choose another name, or change that one: ductor cron edit ${id} --help`,
  });
}

/** Sets the fields that are given and differ; a cleared one that was never there stays away. */
function apply(job: Record<string, unknown>, fields: JobFields): string[] {
  return Object.entries(fields).flatMap(([key, value]) => {
    if (value === undefined) return [];
    if (JSON.stringify(job[key] ?? null) === JSON.stringify(value)) return [];
    job[key] = value;
    return [key];
  });
}

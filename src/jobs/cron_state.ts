/**
 * `state/cron.json`: where the scheduler stands. Written before a run starts (the claim), so that
 * no crash makes anything run twice, and what was cut off is known.
 *
 * @module
 */
import { z } from "zod";
import { JsonFile } from "../base/json_file.ts";

const claim = z.object({
  run: z.string(),
  /** ISO 8601, as all times here. */
  scheduled: z.string(),
  cause: z.enum(["schedule", "late", "manual", "again"]),
  title: z.string(),
  folder: z.string(),
});

const entry = z.object({
  /** Of the schedule that `next` was worked out from. */
  key: z.string().optional(),
  next: z.string().optional(),
  /** In a row. */
  failures: z.number().optional(),
  /** The failure of the last run, how often it came this day, ISO 8601 on the user's clock. */
  same: z.object({ day: z.string(), what: z.string(), count: z.number() }).optional(),
  /** The problem that was told in the chat. */
  told: z.string().optional(),
  /** The last thing that happened, also when nothing ran. */
  last: z.object({ at: z.string(), status: z.string() }).optional(),
  running: z.array(claim).optional(),
});

const schema = z.looseObject({ jobs: z.record(z.string(), entry) });

export type Claim = z.infer<typeof claim>;
export type CronEntry = z.infer<typeof entry>;

export class CronState {
  readonly #file: JsonFile<z.infer<typeof schema>>;

  constructor(path: string) {
    this.#file = new JsonFile(path, { schema, defaultValue: () => ({ jobs: {} }) });
  }

  async read(): Promise<Readonly<Record<string, CronEntry>>> {
    return bare((await this.#file.read()).jobs);
  }

  /** Resolves when it is on disk. */
  async change(fn: (jobs: Record<string, CronEntry>) => void): Promise<void> {
    await this.#file.update((state) => fn(state.jobs = bare(state.jobs)));
  }

  /** Changes one entry, which is made when there is none. */
  async set(id: string, change: (entry: CronEntry) => void): Promise<void> {
    await this.change((jobs) => void change(jobs[id] ??= {}));
  }
}

/** Of an object that inherits something, a job called `constructor` would have a state it has not. */
function bare<T>(jobs: Readonly<Record<string, T>>): Record<string, T> {
  return Object.assign(Object.create(null), jobs);
}

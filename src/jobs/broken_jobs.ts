/** Which jobs cannot run as things are; each such problem is told once. */
import { getLogger } from "@logtape/logtape";
import type { CronEntry, CronState } from "./cron_state.ts";
import { type Job, type JobEntry, originOf } from "./job.ts";
import { brokenText } from "./texts.ts";
import type { Notifier } from "./notifier.ts";
import type { Broken, PlanChange } from "./next_runs.ts";

const log = getLogger(["ductor", "automation"]);

export interface JobChecksOptions {
  state: CronState;
  notifier: Notifier;
  /** Why a job cannot run as things are. */
  problemOf(job: Job): Promise<{ message: string } | undefined>;
}

export class JobChecks {
  readonly #options: JobChecksOptions;
  readonly #problems = new Map<string, string>();

  constructor(options: JobChecksOptions) {
    this.#options = options;
  }

  /** What was found wrong with a job at the last look. */
  problem(id: string): string | undefined {
    return this.#problems.get(id);
  }

  /** Looks whether new and changed jobs can run; what cannot is told once. */
  async look(
    { fresh, broken }: Pick<PlanChange, "fresh" | "broken">,
    entries: readonly JobEntry[],
    known: Readonly<Record<string, CronEntry>>,
  ): Promise<void> {
    const problems = new Map<string, Broken>(broken.map((one) => [one.entry.id, one]));
    const byId = new Map(entries.map((entry) => [entry.id, entry]));
    for (const id of [...this.#problems.keys()]) {
      if (!byId.get(id)?.job?.enabled && !problems.has(id)) this.#problems.delete(id);
    }
    await Promise.all(fresh.map(async (job) => {
      const problem = await this.#options.problemOf(job).catch((error) => {
        log.warn("{job} could not be checked: {error}", { job: job.id, error });
        return undefined;
      });
      if (problem) problems.set(job.id, { entry: byId.get(job.id)!, problem: problem.message });
      else this.#problems.delete(job.id);
    }));
    // What was mended is told again when it breaks again.
    const mended = fresh.filter(({ id }) => !problems.has(id) && known[id]?.told !== undefined);
    if (mended.length > 0) {
      await this.#options.state.change((jobs) => {
        for (const { id } of mended) delete jobs[id]?.told;
      });
    }
    for (const [id, { entry, problem }] of problems) {
      this.#problems.set(id, problem);
      await this.#tell(entry, problem);
    }
  }

  async #tell({ id, title, job }: JobEntry, problem: string): Promise<void> {
    const { state, notifier } = this.#options;
    if ((await state.read())[id]?.told === problem) return;
    await tellAbout(notifier, job, brokenText(title, problem, id), title);
    await state.set(id, (entry) => entry.told = problem);
  }
}

/** Says something about a job where it was made. Never throws. */
export async function tellAbout(
  notifier: Notifier,
  job: Job | undefined,
  markdown: string,
  title: string,
): Promise<void> {
  await notifier.deliver(job && originOf(job), markdown, { title }).catch((error) =>
    log.error("{title}: the user cannot be told: {error}", { title, error })
  );
}

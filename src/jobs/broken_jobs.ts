/** Which jobs cannot run as things are; each such problem is told once. */
import { getLogger } from "@logtape/logtape";
import type { CronEntry, CronState } from "./cron_state.ts";
import { type Job, type JobEntry, originOf } from "./job.ts";
import { brokenText } from "./texts.ts";
import type { Notifier } from "./notifier.ts";
import type { Broken, PlanChange } from "./next_runs.ts";

const log = getLogger(["ductor", "automation"]);

/** Says Markdown to the owner. */
export type Say = (markdown: string) => Promise<void>;

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

  /**
   * Looks whether new and changed jobs can run; what cannot is told once, all of it that belongs in
   * one chat at once.
   *
   * @param say Takes what belongs in no chat, such as jobs of the Python program at a first start.
   */
  async look(
    { fresh, broken }: Pick<PlanChange, "fresh" | "broken">,
    entries: readonly JobEntry[],
    known: Readonly<Record<string, CronEntry>>,
    say?: Say,
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
    for (const [id, { problem }] of problems) this.#problems.set(id, problem);
    await this.#tell([...problems.values()], say);
  }

  async #tell(problems: readonly Broken[], say?: Say): Promise<void> {
    const { state, notifier } = this.#options;
    const known = await state.read();
    const news = problems.filter(({ entry, problem }) => known[entry.id]?.told !== problem);
    const places = Map.groupBy(news, ({ entry: { job } }) => {
      return JSON.stringify((job && originOf(job)) ?? null);
    });
    for (const all of places.values()) {
      const { entry: { job, title } } = all[0]!;
      const text = brokenText(all.map(({ entry, problem }) => ({ ...entry, problem })));
      if (say && !(job && originOf(job))) await say(text);
      else await tellAbout(notifier, job, text, all.length === 1 ? title : "Jobs that cannot run");
    }
    if (news.length === 0) return;
    await state.change((jobs) => {
      for (const { entry: { id }, problem } of news) (jobs[id] ??= {}).told = problem;
    });
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

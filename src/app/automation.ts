/** Wires together what runs by itself. */
import { KeyedQueue, Mutex } from "../base/async/locks.ts";
import { getLogger } from "@logtape/logtape";
import { basename } from "node:path";
import type { Agent } from "../agents/agent.ts";
import type { ProviderName } from "../agents/provider.ts";
import type { Launcher } from "../process/launcher.ts";
import type { ModelCatalogue } from "../agents/models.ts";
import { CronState } from "../jobs/cron_state.ts";
import { quietProblem } from "../jobs/check_fields.ts";
import { JobRuns } from "../jobs/job_runs.ts";
import { JobRegistry } from "../jobs/registry.ts";
import type { Notifier } from "../jobs/notifier.ts";
import { type RunRecord, RunStore } from "../jobs/run_records.ts";
import { Scheduler } from "../jobs/scheduler.ts";
import { type Handoff, holdSpools, outgoingSpool, requestSpool } from "../jobs/spool.ts";
import { taskOf } from "../jobs/tasks/task.ts";
import { TaskRunner, type TaskRunnerOptions } from "../jobs/tasks/runner.ts";
import { watchFolders } from "../base/folder_watch.ts";
import type { Clock } from "../base/clock.ts";
import type { Home } from "../config/home.ts";
import type { Config } from "../config/schema.ts";
import { inContext } from "./log_context.ts";

const log = getLogger(["ductor", "automation"]);

export interface AutomationOptions {
  home: Home;
  clock: Clock;
  agents: Record<ProviderName, Agent>;
  /** Runs the prechecks of jobs. */
  launcher: Launcher;
  models: ModelCatalogue;
  notifier: Notifier;
  ask: NonNullable<TaskRunnerOptions["ask"]>;
  config(): Config;
  /** IANA zone of the user. */
  timeZone(): string;
  /** Told of each run of a job that has ended. */
  ran?(record: RunRecord): void;
  /** Tells another command what the bot knows of itself. */
  report?(request: string, agents: boolean): void;
  /** Offers a session of a terminal in a chat. */
  handed?(handoff: Handoff): Promise<void>;
}

/** The parts that others use: webhooks run tasks under the same locks. */
export class Automation {
  readonly registry: JobRegistry;
  readonly runs: RunStore;
  readonly locks = new KeyedQueue();
  readonly tasks: TaskRunner;
  readonly scheduler: Scheduler;
  readonly #options: AutomationOptions;
  readonly #stop = new AbortController();
  readonly #watching: Promise<void>[] = [];
  readonly #jobRuns: JobRuns;
  #spools: Disposable | undefined;

  constructor(options: AutomationOptions) {
    this.#options = options;
    const { home, clock, notifier, config, timeZone } = options;
    this.registry = new JobRegistry(home, { now: () => new Date(clock.now()) });
    this.runs = new RunStore(home);
    this.tasks = new TaskRunner(options);
    const state = new CronState(home.cronStateFile);
    this.scheduler = new Scheduler({
      registry: this.registry,
      state,
      runs: this.#jobRuns = new JobRuns({
        registry: this.registry,
        state,
        runs: this.runs,
        locks: this.locks,
        notifier,
        clock,
        config,
        timeZone,
        ran: (record) => options.ran?.(record),
        task: (task, signal) => inContext("cron", task.origin, () => this.tasks.run(task, signal)),
      }),
      notifier,
      clock,
      timeZone,
      problemOf: async (job) => {
        const never = quietProblem(job, config(), timeZone(), clock.now());
        return never === undefined ? await this.tasks.problemOf(taskOf(job)) : { message: never };
      },
    });
  }

  /**
   * Starts the schedule, and takes what other commands have left for the bot.
   *
   * @param say Takes what there is to say of jobs that belong in no chat.
   */
  async start(say?: (markdown: string) => Promise<void>): Promise<void> {
    const { home } = this.#options;
    const signal = this.#stop.signal;
    await this.scheduler.start(say);
    this.#watch([home.root], () => this.scheduler.reload(), home.cronJobsFile);
    try {
      this.#spools = await holdSpools(home.spoolLockFile);
    } catch (error) {
      log.error("What other commands leave for the bot is not taken: {error}", { error });
      return;
    }
    const [outgoing, requests] = [outgoingSpool(home), requestSpool(home)];
    const turns = new Mutex();
    const take = () =>
      turns.run(async () => {
        if (signal.aborted) return;
        await outgoing.take(async ({ text, files, chat_id, thread_id, title }, key) => {
          const target = chat_id === undefined
            ? undefined
            : { chatId: chat_id, ...thread_id !== undefined && { threadId: thread_id } };
          const marked = [text, ...files.map((path) => `<file:${path}>`)].filter((part) => part);
          await this.#options.notifier.deliver(target, marked.join("\n\n"), { title, key });
        });
        await requests.take(async (request, name) => {
          if (request.do === "report") return this.#options.report?.(name, request.agents);
          if (request.do === "handoff") return await this.#options.handed?.(request);
          const { job } = request;
          await this.scheduler.runNow(job).catch((error) =>
            log.warn("{job} was asked for and cannot run: {error}", { job, error })
          );
        });
      }).catch((error) => log.error("A spool could not be read: {error}", { error }));
    await take();
    this.#watch([home.outgoingDir, home.requestsDir], take);
  }

  /** Lets what runs go on until `grace` aborts; nothing is left running when this resolves. */
  async stop(grace: AbortSignal): Promise<void> {
    this.#stop.abort();
    this.#spools?.[Symbol.dispose]();
    await this.scheduler.stop(grace);
    await Promise.all(this.#watching);
  }

  /** To be called when nothing is delivered any more: what arrived is noted when this resolves. */
  async close(): Promise<void> {
    await this.#jobRuns.noted();
  }

  #watch(folders: string[], changed: () => Promise<void>, file?: string): void {
    this.#watching.push(watchFolders({
      folders: () => folders,
      changed,
      concerns: (path) => file === undefined || basename(path) === basename(file),
      clock: this.#options.clock,
      signal: this.#stop.signal,
    }));
  }
}

/**
 * Runs one task: a session of its own in the folder of the task, one turn, nothing kept by the CLI.
 *
 * @module
 */
import { getLogger } from "@logtape/logtape";
import { join } from "node:path";
import {
  type Agent,
  AgentError,
  type AgentErrorKind,
  type AgentSession,
  type Asking,
} from "../../agents/agent.ts";
import type { ProviderName } from "../../agents/provider.ts";
import type { Launcher } from "../../process/launcher.ts";
import type { ModelCatalogue } from "../../agents/models.ts";
import type { Clock } from "../../base/clock.ts";
import type { Home } from "../../config/home.ts";
import type { Config } from "../../config/schema.ts";
import {
  type Ask,
  asking,
  denying,
  type Followed,
  wasInterrupted,
} from "../../conversation/follow.ts";
import { usualIn } from "../../conversation/choice.ts";
import { saysNothing } from "../../conversation/nothing.ts";
import { followToLast } from "../../conversation/last_turn.ts";
import { type Run, runEnv, runSpec, turnInput, wantedEffort } from "../../conversation/run_spec.ts";
import type { Project } from "../../projects/project.ts";
import { Projects } from "../../projects/projects.ts";
import { hasTaskFolder } from "../../workspace/task_folder.ts";
import { runPrecheck } from "./precheck.ts";
import type { Address } from "../../conversation/address.ts";
import { showTime } from "../../base/wall_time.ts";
import type { Task, TaskResult } from "./task.ts";
import { chooseForTask, projectForTask, type TaskChoice, TaskChoiceError } from "./choice.ts";
import { isolationArgs } from "./isolation.ts";
import { taskPrompt } from "./prompt.ts";

const log = getLogger(["ductor", "automation"]);

/** How long it is believed that a CLI is installed, or is not. */
const INSTALLED_MS = 60_000;

export interface TaskRunnerOptions {
  home: Home;
  agents: Record<ProviderName, Agent>;
  launcher: Launcher;
  models: ModelCatalogue;
  clock: Clock;
  config(): Config;
  /** IANA zone of the user. */
  timeZone(): string;
  /** Asks in the conversation that made the task; see `Speaker.ask`. Without it, the answer is no. */
  ask?(target: Address | undefined, question: Asking, signal: AbortSignal): ReturnType<Ask>;
}

export class TaskRunner {
  readonly #options: TaskRunnerOptions;
  readonly #projects: Projects;
  readonly #installed = new Map<ProviderName, { at: number; is: Promise<boolean> }>();

  constructor(options: TaskRunnerOptions) {
    this.#options = options;
    this.#projects = new Projects(options.home, options.config);
  }

  /** Why the task cannot run as things are; `undefined`: it can. Starts no agent. */
  async problemOf(task: Task): Promise<{ kind: string; message: string } | undefined> {
    try {
      await this.#check(task);
      return undefined;
    } catch (error) {
      if (!(error instanceof TaskChoiceError)) throw error;
      return { kind: error.kind, message: error.message };
    }
  }

  /** Never throws for anything the task does. Aborting `signal` ends it as `stopped`. */
  async run(task: Task, signal: AbortSignal): Promise<TaskResult> {
    try {
      const { choice, project } = await this.#check(task);
      const env = runEnv(this.#options.home, { task: task.id, origin: task.origin });
      const cwd = this.#folder(task);
      let checked: string | undefined;
      if (task.precheck) {
        const limitMs = this.#options.config().cli_timeout * 1000;
        const { launcher, clock } = this.#options;
        const check = await runPrecheck(
          task.precheck,
          { launcher, cwd, env, limitMs, clock },
          signal,
        );
        if (signal.aborted) return STOPPED;
        if (!check.ok) return { status: "error:precheck", text: check.text };
        if (check.text === "") return { status: "skipped:nothing_new", text: "", nothing: true };
        checked = check.text;
      }
      return await this.#ask(task, choice, { cwd, env, checked, project }, signal);
    } catch (error) {
      if (signal.aborted) return STOPPED;
      if (error instanceof TaskChoiceError) {
        return { status: `error:${error.kind}`, text: error.message };
      }
      if (error instanceof AgentError) return failed(error.kind, task, error.message);
      log.error("A task failed in ductor itself: {error}", { error });
      return { status: "error:internal", text: "Something went wrong inside ductor; see the log." };
    }
  }

  async #check(task: Task): Promise<{ choice: TaskChoice; project: Project | undefined }> {
    const { home, models, config } = this.#options;
    let folder: boolean;
    try {
      folder = await hasTaskFolder(home, task.folder);
    } catch (error) {
      throw new TaskChoiceError("folder_missing", (error as Error).message);
    }
    if (!folder) {
      const missing = `Its folder cron_tasks/${task.folder} is not there.`;
      throw new TaskChoiceError("folder_missing", missing);
    }
    const project = await projectForTask(task.project, this.#projects);
    const choice = await chooseForTask(task, usualIn(project, config()), models);
    if (!await this.#isInstalled(choice.provider)) {
      throw new TaskChoiceError(
        `cli_not_found_${choice.provider}`,
        `It runs with ${choice.provider}, which is not installed on the computer ductor runs on.`,
      );
    }
    return { choice, project };
  }

  #isInstalled(provider: ProviderName): Promise<boolean> {
    const { agents, clock } = this.#options;
    const known = this.#installed.get(provider);
    if (known && clock.elapsed() - known.at < INSTALLED_MS) return known.is;
    const is = agents[provider].isInstalled();
    is.catch(() => this.#installed.delete(provider));
    this.#installed.set(provider, { at: clock.elapsed(), is });
    return is;
  }

  #folder(task: Task): string {
    return join(this.#options.home.cronTasksDir, task.folder);
  }

  async #ask(
    task: Task,
    choice: TaskChoice,
    where: {
      cwd: string;
      env: Record<string, string>;
      checked: string | undefined;
      project: Project | undefined;
    },
    signal: AbortSignal,
  ): Promise<TaskResult> {
    const { agents, home, clock, models, timeZone } = this.#options;
    const config = this.#options.config();
    const { provider } = choice;
    const run: Run = {
      ...choice,
      effort: task.effort,
      project: where.project,
      cwd: where.cwd,
      env: where.env,
      extraArgs: [...isolationArgs(provider, home, task.cliParameters), ...task.cliParameters],
      persist: false,
    };
    // Whether a model has an effort is only known once its provider's list has been read.
    if (wantedEffort(run, config) !== "") await models.list(provider).catch(() => {});
    const spec = runSpec(run, config, models);
    const now = `${showTime(clock.now(), timeZone())} (${timeZone()})`;
    const facts = {
      now,
      ...where.checked !== undefined && { checked: where.checked },
      ...where.project && { folder: where.cwd },
    };
    const text = taskPrompt(task, facts);
    const over = new AbortController();
    const observe = this.#options.ask
      ? asking(
        (question, taken) =>
          this.#options.ask!(task.origin, { ...question, job: task.title }, taken),
        over.signal,
      )
      : denying("This task runs by itself; nobody can be asked. Find a way without it.");
    const session = await agents[provider].open(spec);
    try {
      const done = await followToLast(session, turnInput(spec, { text }), {
        silenceMs: config.cli_timeout * 1000,
        clock,
        signal,
        observe,
      });
      return resultOf(done, task, choice, signal.aborted);
    } finally {
      over.abort();
      await close(session);
    }
  }
}

const STOPPED: TaskResult = { status: "stopped", text: "It was stopped." };

function resultOf(
  { end, answer, costUsd, tokens }: Followed,
  task: Task,
  { provider, model }: TaskChoice,
  stopped: boolean,
): TaskResult {
  const facts = {
    provider,
    ...model !== undefined && { model },
    ...costUsd !== undefined && { costUsd },
    ...tokens !== undefined && { tokens },
  };
  if (stopped || wasInterrupted({ end })) return { ...STOPPED, ...facts };
  if (end.type === "error") {
    const until = end.resetAt ? ` It resets at ${end.resetAt.toISOString()}.` : "";
    const partial = answer === "" ? "" : `\n\nIt had said so far:\n\n${answer}`;
    return { ...failed(end.kind, task, `${end.message}${until}${partial}`), ...facts };
  }
  return { status: "success", text: answer, ...saysNothing(answer) && { nothing: true }, ...facts };
}

/** `timeout` and the missing CLI are named as the Python program named them. */
function failed(kind: AgentErrorKind, task: Task, text: string): TaskResult {
  const status = kind === "not_found" && task.provider
    ? `error:cli_not_found_${task.provider}`
    : `error:${kind}`;
  return { status, text };
}

async function close(session: AgentSession): Promise<void> {
  await session.close().catch((error) =>
    log.error("The agent of a task could not be ended: {error}", { error })
  );
}

/** What runs by itself in a folder: a cron job, or a webhook in the mode `cron_task`. */
import type { Address } from "../../conversation/address.ts";
import { type Job, originOf } from "../job.ts";

export interface Task {
  /** For the environment of the agent. */
  id: string;
  title: string;
  /** Name of the folder in `cron_tasks/`. */
  folder: string;
  /** Name of the project that it works in. */
  project?: string | null | undefined;
  /** What the agent is told first. */
  instruction: string;
  provider?: string | null | undefined;
  model?: string | null | undefined;
  effort?: string | null | undefined;
  cliParameters: readonly string[];
  /** Shell command run before; when it prints nothing, the model is not asked. */
  precheck?: string | null | undefined;
  /** Whether the agent may say that there is nothing to say. */
  silent: boolean;
  origin?: Address | undefined;
}

export function taskOf(job: Job): Task {
  return {
    id: job.id,
    title: job.title,
    folder: job.task_folder,
    project: job.project,
    instruction: job.agent_instruction,
    provider: job.provider,
    model: job.model,
    effort: job.reasoning_effort,
    cliParameters: job.cli_parameters ?? [],
    precheck: job.precheck,
    silent: job.silent ?? false,
    origin: originOf(job),
  };
}

/** How a run of a task ended. */
export interface TaskResult {
  /** `success`, `skipped:nothing_new`, `stopped`, or `error:<kind>`; see run_records.ts. */
  status: string;
  /** The answer, or what went wrong, for the user. */
  text: string;
  /** The agent (or the precheck) says that there is nothing worth saying. */
  nothing?: boolean;
  provider?: string;
  model?: string;
  costUsd?: number;
  tokens?: number;
}

export function isFailure(status: string): boolean {
  return status.startsWith("error:");
}

/** Runs the task of a hook, keeps a record of it, and says what came of it. */
import { spawn } from "../base/async/spawn.ts";
import type { Clock } from "../base/clock.ts";
import { resultText } from "../jobs/texts.ts";
import { originOf } from "../jobs/job.ts";
import type { Notifier } from "../jobs/notifier.ts";
import { endedRecord, newRunId, type RunRecord, type RunStore } from "../jobs/run_records.ts";
import type { Task, TaskResult } from "../jobs/tasks/task.ts";
import type { HookTasks } from "./dispatch.ts";
import type { OpenEvent } from "./events.ts";
import type { Hook } from "./hook.ts";

export interface HookTaskRunnerOptions {
  /** Runs one task; never throws for anything the task does. */
  task(task: Task, signal: AbortSignal): Promise<TaskResult>;
  runs: RunStore;
  notifier: Notifier;
  clock: Clock;
  /** Told of each run that has ended. */
  ran?: ((record: RunRecord) => void) | undefined;
}

export class HookTaskRunner implements HookTasks {
  readonly #options: HookTaskRunnerOptions;

  constructor(options: HookTaskRunnerOptions) {
    this.#options = options;
  }

  async run(hook: Hook, prompt: string, event: OpenEvent, signal: AbortSignal): Promise<string> {
    const { notifier, clock, task } = this.#options;
    const folder = hook.task_folder!;
    const begun: RunRecord = {
      id: newRunId(),
      job: hook.id,
      title: hook.title,
      cause: "webhook",
      scheduled: new Date(event.at).toISOString(),
      started: new Date(clock.now()).toISOString(),
      status: "running",
      delivery: "none",
    };
    await this.#write(folder, begun);
    const result = await task(taskOf(hook, folder, prompt), signal);
    const ended = endedRecord(begun, result, clock.now());
    if (result.status === "stopped" && signal.aborted) {
      await this.#write(folder, { ...ended, status: "interrupted" });
      throw signal.reason;
    }
    this.#options.ran?.(ended);
    await this.#write(folder, { ...ended, delivery: "pending" });
    const arrival = Promise.withResolvers<"delivered" | "dropped">();
    const delivery = await notifier.deliver(originOf(hook), resultText(hook.title, result), {
      title: hook.title,
      key: event.id,
      settled: arrival.resolve,
    });
    await this.#write(folder, { ...ended, delivery });
    const noted = arrival.promise.then((delivery) => this.#write(folder, { ...ended, delivery }));
    spawn(`Noting the delivery of ${hook.id}`, noted);
    return result.status;
  }

  /** A folder whose name cannot be one has no place for records; the run itself says so. */
  async #write(folder: string, record: RunRecord): Promise<void> {
    if (/[/\\]|^\./.test(folder)) return;
    await this.#options.runs.write(folder, record);
  }
}

function taskOf(hook: Hook, folder: string, prompt: string): Task {
  const origin = originOf(hook);
  return {
    id: hook.id,
    title: hook.title,
    folder,
    project: hook.project,
    instruction: prompt,
    provider: hook.provider,
    model: hook.model,
    effort: hook.reasoning_effort,
    cliParameters: hook.cli_parameters,
    silent: hook.silent ?? false,
    ...origin && { origin },
  };
}

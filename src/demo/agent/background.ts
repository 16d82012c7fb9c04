/**
 * Commands that go on while turns end. When one has ended the agent is woken, with a notification in
 * place of a user's words; what was stopped wakes nobody.
 */

import { runShell } from "./shell.ts";
import type { Json } from "./wire.ts";

interface Task {
  stop: AbortController;
  description: string;
  done: Promise<void>;
}

export interface BackgroundOptions {
  cwd: string;
  emit(message: Json): Promise<void>;
  /** A task has ended, and this tells of it. */
  wake(notification: string, run: string): void;
}

export class Background {
  readonly #options: BackgroundOptions;
  readonly #tasks = new Map<string, Task>();

  constructor(options: BackgroundOptions) {
    this.#options = options;
  }

  /** Starts a command. @returns its id */
  async start(command: string, description: string, toolUse: string): Promise<string> {
    const id = `b${crypto.randomUUID().slice(0, 8)}`;
    const stop = new AbortController();
    const started = Promise.withResolvers<void>();
    const about = { task_id: id, run_id: crypto.randomUUID().slice(0, 18), tool_use_id: toolUse };
    const running = runShell(command, this.#options.cwd, stop.signal);
    const done = running.then(async ({ ok }) => {
      await started.promise;
      this.#tasks.delete(id);
      const status = stop.signal.aborted ? "stopped" : ok ? "completed" : "failed";
      const summary = stop.signal.aborted
        ? description
        : `Background command "${description}" ${ok ? "completed (exit code 0)" : "failed"}`;
      await this.#system("task_updated", {
        ...about,
        patch: { status: stop.signal.aborted ? "killed" : status },
      });
      await this.#system("task_notification", { ...about, status, output_file: "", summary });
      await this.#changed();
      if (stop.signal.aborted) return;
      const words = `<task-notification>\n<task-id>${id}</task-id>\n<status>${status}</status>\n` +
        `<summary>${summary}</summary>\n</task-notification>`;
      this.#options.wake(words, about.run_id);
    });
    this.#tasks.set(id, { stop, description, done });
    await this.#changed();
    await this.#system("task_started", {
      ...about,
      description,
      is_backgrounded: true,
      task_type: "local_bash",
    });
    started.resolve();
    return id;
  }

  /** Ends a task; one that is not there is no matter, as it is none to Claude Code. */
  async stop(id: string): Promise<void> {
    const task = this.#tasks.get(id);
    task?.stop.abort();
    await task?.done;
  }

  /** Ends all. */
  async close(): Promise<void> {
    await Promise.all([...this.#tasks.keys()].map((id) => this.stop(id)));
  }

  #changed(): Promise<void> {
    return this.#system("background_tasks_changed", {
      tasks: [...this.#tasks].map(([task_id, { description }]) => ({
        task_id,
        task_type: "local_bash",
        description,
      })),
    });
  }

  #system(subtype: string, message: Json): Promise<void> {
    return this.#options.emit({ type: "system", subtype, ...message });
  }
}

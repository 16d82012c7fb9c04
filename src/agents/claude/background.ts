/**
 * What a Claude process has running while its turns end: sub-agents and commands in the background.
 * When one of them ends, the CLI begins a turn by itself to tell of it.
 *
 * Newer CLIs say what runs as a list (`background_tasks_changed`); 2.1.197 only says what begins and
 * ends, and that of foreground sub-agents too. Those end before their tool has answered, the others
 * after.
 */
import { after } from "../../base/async/timer.ts";
import type { Clock } from "../../base/clock.ts";
import type { BackgroundTask, BackgroundWork, WokenTurn } from "../agent.ts";
import { EventQueue } from "../../base/event_queue.ts";
import { blocksOf, type Message } from "./wire.ts";

/** How long after the end of a task the CLI may take to begin the turn that tells of it. */
const WAKING_MS = 5000;

export class ClaudeBackground implements BackgroundWork {
  readonly woken = new EventQueue<WokenTurn>();
  readonly #clock: Clock;
  readonly #tasks = new Map<string, BackgroundTask>();
  /** Tools that have not answered yet, by id. */
  readonly #tools = new Set<string>();
  /** Set while a task has ended and no turn has told of it; stops its time. */
  #waking: Disposable | undefined;
  /** Tasks were stopped: the turn that tells of them is no news. */
  #hushed: Disposable | undefined;
  /** A turn that the CLI began by itself runs. */
  #awake = false;
  #ended = false;
  #changed = Promise.withResolvers<void>();

  readonly #end: (id: string) => Promise<unknown>;

  /** @param end Has the CLI end a task. */
  constructor(clock: Clock, end: (id: string) => Promise<unknown>) {
    this.#clock = clock;
    this.#end = end;
  }

  async stop(): Promise<readonly BackgroundTask[]> {
    if (this.#tasks.size > 0) this.#hush();
    const ended = await Promise.all(
      this.tasks().map((task) => this.#end(task.id).then(() => [task], () => [])),
    );
    return ended.flat();
  }

  tasks(): readonly BackgroundTask[] {
    return [...this.#tasks.values()];
  }

  /** Whether the turn that the CLI begins now only tells of what we have stopped. */
  get hushed(): boolean {
    return this.#hushed !== undefined;
  }

  /** A task has ended, and the turn that tells of it is still to come. */
  get waking(): boolean {
    return this.#waking !== undefined;
  }

  async sign(): Promise<void> {
    await this.#changed.promise;
  }

  async settled(): Promise<void> {
    while (!this.#ended && (this.#tasks.size > 0 || this.waking || this.#awake)) {
      await this.#changed.promise;
    }
  }

  /** Takes note of a message of the CLI, whatever it is. */
  note(message: Message): void {
    if (message.type === "assistant") {
      for (const { type, id } of blocksOf(message)) {
        if (type === "tool_use" && id !== undefined) this.#tools.add(id);
      }
    } else if (message.type === "user") {
      for (const { tool_use_id: id } of blocksOf(message)) {
        if (id !== undefined) this.#tools.delete(id);
      }
    } else if (message.type === "system") this.#system(message);
    this.#change();
  }

  #system(message: Message): void {
    const { subtype, task_id: id = "", description: title = "" } = message;
    if (subtype === "background_tasks_changed") {
      this.#tasks.clear();
      for (const task of message.tasks ?? []) {
        const id = task.task_id ?? "";
        this.#tasks.set(id, { id, title: task.description ?? "" });
      }
    } else if (subtype === "task_started" && message.is_backgrounded !== false) {
      this.#tasks.set(id, { id, title });
    } else if (subtype === "task_notification") {
      this.#tasks.delete(id);
      if (!this.#tools.has(message.tool_use_id ?? "")) this.#expect();
    }
  }

  /** A turn begins, asked for or not. */
  turnBegan(woken: boolean): void {
    this.#awake = woken;
    if (woken) this.#expectNothing();
    this.#change();
  }

  /** A turn has ended: if the CLI has something to tell, it does so now. */
  turnEnded(): void {
    if (this.#awake) this.#unhush();
    this.#awake = false;
    if (this.waking) this.#expect();
    this.#change();
  }

  /** The process has ended. */
  close(): void {
    this.#ended = true;
    this.#tasks.clear();
    this.#expectNothing();
    this.#unhush();
    this.woken.end();
    this.#change();
  }

  #expect(): void {
    this.#waking?.[Symbol.dispose]();
    this.#waking = after(WAKING_MS, () => {
      this.#waking = undefined;
      this.#change();
    }, { clock: this.#clock });
  }

  #hush(): void {
    this.#unhush();
    this.#hushed = after(WAKING_MS, () => this.#hushed = undefined, { clock: this.#clock });
  }

  #unhush(): void {
    this.#hushed?.[Symbol.dispose]();
    this.#hushed = undefined;
  }

  #expectNothing(): void {
    this.#waking?.[Symbol.dispose]();
    this.#waking = undefined;
  }

  #change(): void {
    this.#changed.resolve();
    this.#changed = Promise.withResolvers();
  }
}

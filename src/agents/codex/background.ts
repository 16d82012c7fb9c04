/**
 * Commands of a Codex process that run on while its turns end ("background terminals"). Codex says
 * when each begins and ends, also between turns. It begins no turn by itself because of them: the
 * model looks at them when it is asked the next time.
 */
import { getLogger } from "@logtape/logtape";
import type { BackgroundTask, BackgroundWork, WokenTurn } from "../agent.ts";
import { EventQueue } from "../../base/event_queue.ts";
import type { Params } from "../json_rpc.ts";
import { toolOf } from "./tools.ts";
import { object, text } from "../wire.ts";

const log = getLogger(["ductor", "codex"]);

interface Command extends BackgroundTask {
  threadId: string;
  processId: string;
  /** The turn in which it began. */
  turn: unknown;
}

export interface CodexBackgroundOptions {
  threadId: string;
  /** The turn that runs; its commands are not yet in the background. */
  turn(): unknown;
  /** Has Codex end a command. */
  end(command: { threadId: string; processId: string }): Promise<unknown>;
}

export class CodexBackground implements BackgroundWork {
  readonly woken = new EventQueue<WokenTurn>();
  readonly #options: CodexBackgroundOptions;
  readonly #commands = new Map<string, Command>();
  #changed = Promise.withResolvers<void>();

  constructor(options: CodexBackgroundOptions) {
    this.#options = options;
  }

  tasks(): readonly Command[] {
    const turn = this.#options.turn();
    return [...this.#commands.values()]
      .filter((command) => turn === undefined || command.turn !== turn);
  }

  stop(): Promise<readonly BackgroundTask[]> {
    return this.#end(this.tasks());
  }

  /** Ends the commands of a turn that was interrupted: Codex itself lets them run on. */
  async stopOf(turn: unknown): Promise<void> {
    await this.#end([...this.#commands.values()].filter((command) => command.turn === turn));
  }

  async sign(): Promise<void> {
    await this.#changed.promise;
  }

  async settled(): Promise<void> {
    while (this.#commands.size > 0) await this.#changed.promise;
  }

  /** Takes note of a notification, whatever it is. */
  note(method: string, params: Params): void {
    const item = object(params, "item");
    const id = text(item, "id") ?? "";
    if (method === "item/completed") this.#commands.delete(id);
    const processId = text(item, "processId");
    if (method === "item/started" && processId !== undefined) {
      this.#commands.set(id, {
        id,
        title: toolOf(item)?.input ?? "",
        threadId: text(params, "threadId") ?? this.#options.threadId,
        processId,
        turn: this.#options.turn(),
      });
    }
    this.#change();
  }

  /** The process has ended. */
  close(): void {
    this.#commands.clear();
    this.woken.end();
    this.#change();
  }

  async #end(commands: readonly Command[]): Promise<readonly BackgroundTask[]> {
    const ended = await Promise.all(
      commands.map(async (command) => {
        const { threadId, processId } = command;
        try {
          await this.#options.end({ threadId, processId });
          this.#commands.delete(command.id);
          return [command];
        } catch (error) {
          log.warn("A command of codex may still run: {error}", { error });
          return [];
        }
      }),
    );
    this.#change();
    return ended.flat();
  }

  #change(): void {
    this.#changed.resolve();
    this.#changed = Promise.withResolvers();
  }
}

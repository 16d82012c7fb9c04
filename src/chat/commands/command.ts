/** What a slash command is. Each is made by a function that is given just what it needs. */
import type { User } from "grammy/types";
import type { Address } from "../../conversation/address.ts";
import type { Request } from "../../conversation/request.ts";

/** Headings of `/help`, in this order. */
export const GROUPS = ["Session", "Agent", "Automation", "System"] as const;
export type Group = (typeof GROUPS)[number];

/** One use of a command. */
export interface Call {
  address: Address;
  from: User;
  /** What follows the name; empty when nothing does. */
  args: string;
  /** Of the message, which is done when the command is, unless that says otherwise. */
  updateIds: readonly number[];
}

export interface Command {
  /** Without `/`: 1 to 32 of `a-z`, `0-9` and `_`. */
  readonly name: string;
  /** One line for the menu. */
  readonly description: string;
  readonly group: Group;
  /**
   * `at_once`: before anything else, even before a reply counts as an answer. `now`: also while a
   * turn runs. `in_turn`: in its place in the conversation.
   */
  readonly when: "at_once" | "now" | "in_turn";
  /** Takes the message as a request of its own, which is done later; nothing is run then. */
  request?(request: Request): void;
  /**
   * May fail: see boundary.ts.
   *
   * @returns `"later"`: of one that runs `now`, that it says by itself when the message is done
   */
  run(call: Call): Promise<void | "later">;
}

/** All commands, in the order of the menu. */
export class Commands {
  readonly #commands: ReadonlyMap<string, Command>;

  /** @throws {Error} when Telegram would not take a name, or two commands have the same */
  constructor(commands: readonly Command[]) {
    this.#commands = new Map(commands.map((command) => [command.name, command]));
    for (const [index, { name }] of commands.entries()) {
      if (!/^[a-z0-9_]{1,32}$/.test(name)) {
        throw new Error(`Cannot name a command "${name}": expected 1 to 32 of a-z, 0-9 and _.`);
      }
      if (commands.findIndex((other) => other.name === name) < index) {
        throw new Error(`Cannot have two commands named "${name}". Rename one.`);
      }
    }
  }

  get(name: string): Command | undefined {
    return this.#commands.get(name);
  }

  list(): Command[] {
    return [...this.#commands.values()];
  }
}

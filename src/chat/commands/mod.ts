/** The slash commands: the table behind the menu, `/help` and the router. */
import type { Command } from "./command.ts";
import { cron, upgrade } from "./later.ts";
import { diagnose } from "../status/diagnose.ts";
import { help } from "./help.ts";
import { info } from "./info.ts";
import { memory } from "./memory.ts";
import { model } from "../model/command.ts";
import { restart } from "./restart.ts";
import { interrupt, reset, stop } from "./session.ts";
import { showfiles } from "../browse/command.ts";
import { start } from "../welcome/start.ts";
import { status } from "../status/status.ts";

export type { Command, CommandContext } from "./command.ts";

export class Commands {
  /** In the order of the menu. */
  readonly #commands = new Map<string, Command>([
    ["start", start],
    ["new", reset],
    ["stop", stop],
    ["interrupt", interrupt],
    ["status", status],
    ["model", model],
    ["memory", memory],
    ["cron", cron],
    ["showfiles", showfiles],
    ["info", info],
    ["upgrade", upgrade],
    ["restart", restart],
    ["diagnose", diagnose],
    ["help", help],
  ]);

  /**
   * Adds a command at the end of the menu, or changes what a known one does.
   *
   * @param name lower case letters, digits and `_`, as Telegram wants it
   */
  register(name: string, command: Command): void {
    if (!/^[a-z0-9_]{1,32}$/.test(name)) {
      throw new Error(`"${name}" cannot be a command: use 1 to 32 of a-z, 0-9 and _`);
    }
    this.#commands.set(name, command);
  }

  get(name: string): Command | undefined {
    return this.#commands.get(name);
  }

  /** Name and command, in the order of the menu. */
  list(): [name: string, command: Command][] {
    return [...this.#commands];
  }
}

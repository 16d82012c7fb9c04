/**
 * The command menu. Strangers see none: the default list is empty, each allowed user has a list of
 * their own in the private chat (`chat` scope), and in groups `chat_member`, so that others in the
 * group are not offered what they may not use. Telegram is asked what it has first, and a list that
 * is right is left alone.
 */
import { getLogger } from "@logtape/logtape";
import type { BotCommand, BotCommandScope, Update } from "grammy/types";
import { type Api, failureOf } from "../telegram/api.ts";
import type { Commands } from "./commands/command.ts";

const log = getLogger(["ductor", "telegram", "menu"]);

export interface MenuOptions {
  api: Api;
  commands: Pick<Commands, "list">;
  /** Ids of those who may talk to the bot. */
  users(): readonly number[];
  signal: AbortSignal;
}

export class Menu {
  readonly #options: MenuOptions;
  /** Scopes that are as they should be, or being made so. */
  readonly #done = new Set<string>();

  constructor(options: MenuOptions) {
    this.#options = options;
  }

  /** Sets what can be set now. Users who never wrote to the bot cannot be reached before they do. */
  async start(): Promise<void> {
    await this.#set({ type: "default" }, []);
    for (const id of this.#options.users()) await this.#setOnce({ type: "chat", chat_id: id });
  }

  /** An allowed user has written: from now on their menu can be set, if it was not. */
  async met(update: Update): Promise<void> {
    const { chat, from } = update.message ?? {};
    if (!chat || !from) return;
    await this.#setOnce(
      chat.type === "private"
        ? { type: "chat", chat_id: chat.id }
        : { type: "chat_member", chat_id: chat.id, user_id: from.id },
    );
  }

  async #setOnce(scope: BotCommandScope): Promise<void> {
    const key = JSON.stringify(scope);
    if (this.#done.has(key)) return;
    this.#done.add(key);
    const commands = this.#options.commands.list().map(({ name, description }) => ({
      command: name,
      description,
    }));
    if (!await this.#set(scope, commands)) this.#done.delete(key);
  }

  /** @returns whether the scope has these commands now */
  async #set(scope: BotCommandScope, commands: BotCommand[]): Promise<boolean> {
    const { api, signal } = this.#options;
    const abort = signal as never;
    try {
      const present = await api.raw.getMyCommands({ scope }, abort);
      if (same(present, commands)) return true;
      if (commands.length === 0) await api.raw.deleteMyCommands({ scope }, abort);
      else await api.raw.setMyCommands({ scope, commands }, abort);
      return true;
    } catch (error) {
      const failure = failureOf(error);
      if (failure.kind === "closed") {
        log.debug("No menu in {scope} yet: nobody has written there", { scope });
      } else if (!signal.aborted) {
        log.warn("The command menu could not be set: {failure}", { failure });
      }
      return false;
    }
  }
}

function same(a: readonly BotCommand[], b: readonly BotCommand[]): boolean {
  return a.length === b.length &&
    a.every(({ command, description }, index) =>
      command === b[index]!.command && description === b[index]!.description
    );
}

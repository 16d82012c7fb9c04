import type { BotCommand, BotCommandScope } from "grammy/types";
import type { StoredCommands } from "./types.ts";

/** The command lists of a bot, by scope. */
export class CommandStore {
  #lists = new Map<string, StoredCommands>();

  set(scope: BotCommandScope, commands: BotCommand[]): void {
    if (commands.length === 0) this.delete(scope);
    else this.#lists.set(key(scope), { scope, commands });
  }

  delete(scope: BotCommandScope): void {
    this.#lists.delete(key(scope));
  }

  get(scope: BotCommandScope): BotCommand[] {
    return this.#lists.get(key(scope))?.commands ?? [];
  }

  all(): StoredCommands[] {
    return [...this.#lists.values()];
  }

  /** The list a person sees in a chat: of the narrowest scope that has one, as Telegram looks for it. */
  shown(chat_id: number, user_id: number, isPrivate: boolean): BotCommand[] {
    const scopes: BotCommandScope[] = [
      { type: "chat_member", chat_id, user_id },
      { type: "chat", chat_id },
      { type: isPrivate ? "all_private_chats" : "all_group_chats" },
      { type: "default" },
    ];
    return scopes.map((scope) => this.get(scope)).find((list) => list.length > 0) ?? [];
  }
}

function key(scope: BotCommandScope): string {
  const chat = "chat_id" in scope ? scope.chat_id : "";
  const user = "user_id" in scope ? scope.user_id : "";
  return `${scope.type}/${chat}/${user}`;
}

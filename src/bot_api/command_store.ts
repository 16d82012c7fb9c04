import type { BotCommand, BotCommandScope } from "grammy/types";
import type { StoredCommands } from "./types.ts";

/** The command lists of a bot, by scope and language. */
export class CommandStore {
  #lists = new Map<string, StoredCommands>();

  set(scope: BotCommandScope, language: string, commands: BotCommand[]): void {
    if (commands.length === 0) this.delete(scope, language);
    else this.#lists.set(key(scope, language), { scope, language_code: language, commands });
  }

  delete(scope: BotCommandScope, language: string): void {
    this.#lists.delete(key(scope, language));
  }

  get(scope: BotCommandScope, language: string): BotCommand[] {
    return this.#lists.get(key(scope, language))?.commands ?? [];
  }

  all(): StoredCommands[] {
    return [...this.#lists.values()];
  }

  /** The list a person sees: of the first of these scopes that has one, own language first. */
  shown(scopes: readonly BotCommandScope[], language: string): BotCommand[] {
    for (const scope of scopes) {
      for (const code of new Set([language, ""])) {
        const stored = this.#lists.get(key(scope, code));
        if (stored) return stored.commands;
      }
    }
    return [];
  }
}

/** From the narrowest to the widest, as Telegram looks for commands. */
export function scopesOf(
  where: { chatId: number; userId: number; isPrivate: boolean; isAdmin: boolean },
): BotCommandScope[] {
  const { chatId: chat_id, userId: user_id, isPrivate, isAdmin } = where;
  if (isPrivate) {
    return [{ type: "chat", chat_id }, { type: "all_private_chats" }, { type: "default" }];
  }
  return [
    { type: "chat_member", chat_id, user_id },
    ...(isAdmin ? [{ type: "chat_administrators", chat_id } as const] : []),
    { type: "chat", chat_id },
    ...(isAdmin ? [{ type: "all_chat_administrators" } as const] : []),
    { type: "all_group_chats" },
    { type: "default" },
  ];
}

function key(scope: BotCommandScope, language: string): string {
  const chat = "chat_id" in scope ? scope.chat_id : "";
  const user = "user_id" in scope ? scope.user_id : "";
  return `${scope.type}/${chat}/${user}/${language}`;
}

/** What is said above an answer that its chat has not taken for long, and to whom. */
import type { Api } from "../../telegram/api.ts";
import type { Outbox, OutboxOptions } from "../../telegram/outbox.ts";
import { bold, nameOf, textOf } from "../../telegram/text.ts";
import { refusedTexts as texts } from "./texts.ts";

export interface ToOwnerNeeds {
  api: Api;
  signal: AbortSignal;
  users(): readonly number[];
  has: Outbox["has"];
}

/** To the owner privately, unless it is their own chat or they have the same already. */
export function toOwner(needs: ToOwnerNeeds): NonNullable<OutboxOptions["elsewhere"]> {
  return async ({ target: { chatId, threadId }, why, id }) => {
    const [owner] = needs.users();
    if (owner === undefined || chatId === owner) return undefined;
    // What goes to everybody is named by what it is and to whom it goes.
    if (id.includes("@") && needs.has(id.replace(/@[^@]*$/, `@${owner}`))) return undefined;
    const name = bold(await nameOfChat(chatId, needs));
    const where = threadId === undefined ? "" : texts.topic(threadId);
    return {
      target: { chatId: owner },
      piece: textOf(["⚠️ ", name, where, texts.notTaken(reasonOf(why))]),
    };
  };
}

/** Telegram may not tell, as the bot may not be there any more. */
async function nameOfChat(chatId: number, { api, signal }: ToOwnerNeeds): Promise<string> {
  try {
    const { title, first_name } = await api.raw.getChat({ chat_id: chatId }, signal as never);
    return nameOf(title ?? first_name ?? `${chatId}`);
  } catch {
    return texts.chat(chatId);
  }
}

function reasonOf(why: string): string {
  const said = why.toLowerCase();
  return texts.reasons.find(([sign]) => sign.test(said))?.[1] ?? `Telegram says “${why}”`;
}

/**
 * Who may talk to the bot: people on the list, wherever they write, or in the groups of another list
 * if there is one. Others get no sign of life, but
 * for the end of the spinner on a button they pressed in a group, which says nothing. That a group
 * became a supergroup is Telegram's own word, whoever of the group did it, and concerns only groups
 * in which there is a conversation.
 */
import { getLogger } from "@logtape/logtape";
import type { Update } from "grammy/types";
import { spawn } from "../base/async/spawn.ts";
import type { Config } from "../config/schema.ts";
import type { Api } from "../telegram/api.ts";
import { answerPress } from "./presses.ts";

const log = getLogger(["ductor", "telegram", "guard"]);

export type Lists = Pick<Config, "allowed_user_ids" | "allowed_group_ids">;

export function isAllowed(update: Update, { allowed_user_ids, allowed_group_ids }: Lists): boolean {
  const { message, edited_message, callback_query } = update;
  const from = (message ?? edited_message ?? callback_query)?.from;
  if (from === undefined || !allowed_user_ids.includes(from.id)) return false;
  const chat = (message ?? edited_message ?? callback_query?.message)?.chat;
  return chat === undefined || chat.id > 0 || (allowed_group_ids?.includes(chat.id) ?? true);
}

/**
 * The updates that go on, in their order.
 *
 * @param known The chats in which there is a conversation.
 */
export async function admitted(
  updates: readonly Update[],
  lists: Lists,
  api: Pick<Api, "raw">,
  known: () => Promise<readonly number[]>,
): Promise<Update[]> {
  const chats = updates.some(isMove) ? await known() : [];
  const [allowed, others] = [true, false].map((wanted) =>
    updates.filter((update) =>
      wanted ===
        (isMove(update) ? chats.includes(update.message!.chat.id) : isAllowed(update, lists))
    )
  );
  if (others!.length > 0) log.info("Ignored messages of people or groups not on the list");
  for (const { callback_query: press } of others!) {
    if (press) spawn("Answering a press", answerPress(api, press));
  }
  return allowed!;
}

/** Service messages of Telegram hold nothing of a person beside their news. */
function isMove({ message }: Update): boolean {
  return message?.migrate_to_chat_id !== undefined && message.migrate_to_chat_id < 0;
}

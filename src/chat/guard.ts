/**
 * Who may talk to the bot: people on the list, wherever they write. Others get no sign of life, but
 * for the end of the spinner on a button they pressed in a group, which says nothing. That a group
 * became a supergroup is Telegram's own word, whoever of the group did it, and concerns only groups
 * in which there is a conversation.
 */
import { getLogger } from "@logtape/logtape";
import type { Update } from "grammy/types";
import { spawn } from "../base/async/spawn.ts";
import type { Api } from "../telegram/api.ts";
import { answerPress } from "./presses.ts";

const log = getLogger(["ductor", "telegram", "guard"]);

export function isAllowed(update: Update, allowedUserIds: readonly number[]): boolean {
  const from = (update.message ?? update.edited_message ?? update.callback_query)?.from;
  return from !== undefined && allowedUserIds.includes(from.id);
}

/**
 * The updates that go on, in their order.
 *
 * @param known The chats in which there is a conversation.
 */
export async function admitted(
  updates: readonly Update[],
  allowedUserIds: readonly number[],
  api: Pick<Api, "raw">,
  known: () => Promise<readonly number[]>,
): Promise<Update[]> {
  const chats = updates.some(isMove) ? await known() : [];
  const [allowed, others] = [true, false].map((wanted) =>
    updates.filter((update) =>
      wanted ===
        (isMove(update)
          ? chats.includes(update.message!.chat.id)
          : isAllowed(update, allowedUserIds))
    )
  );
  if (others!.length > 0) log.info("Ignored messages of people not on the list");
  for (const { callback_query: press } of others!) {
    if (press) spawn("Answering a press", answerPress(api, press));
  }
  return allowed!;
}

/** Service messages of Telegram hold nothing of a person beside their news. */
function isMove({ message }: Update): boolean {
  return message?.migrate_to_chat_id !== undefined;
}

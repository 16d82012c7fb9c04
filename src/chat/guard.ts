/**
 * Who may talk to the bot: people on the list, wherever they write. Others get no sign of life, but
 * for the end of the spinner on a button they pressed in a group, which says nothing. That a group
 * became a supergroup is news from Telegram, whoever did it.
 */
import { getLogger } from "@logtape/logtape";
import type { Update } from "grammy/types";
import { spawn } from "../base/async/spawn.ts";
import type { Api } from "../telegram/api.ts";
import { answerPress } from "./presses.ts";

const log = getLogger(["ductor", "telegram", "guard"]);

export function isAllowed(update: Update, allowedUserIds: readonly number[]): boolean {
  if (update.message?.migrate_to_chat_id !== undefined) return true;
  const from = (update.message ?? update.edited_message ?? update.callback_query)?.from;
  return from !== undefined && allowedUserIds.includes(from.id);
}

/** The updates that go on, in their order. */
export function admitted(
  updates: readonly Update[],
  allowedUserIds: readonly number[],
  api: Pick<Api, "raw">,
): Update[] {
  const [allowed, others] = [true, false].map((wanted) =>
    updates.filter((update) => isAllowed(update, allowedUserIds) === wanted)
  );
  if (others!.length > 0) log.info("Ignored messages of people not on the list");
  for (const { callback_query: press } of others!) {
    if (press) spawn("Answering a press", answerPress(api, press));
  }
  return allowed!;
}

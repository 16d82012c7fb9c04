/**
 * Who may talk to the bot: people on the list, wherever they write. Others get no sign of life.
 * That a group became a supergroup is news from Telegram, whoever did it.
 */
import type { Update } from "grammy/types";

export function isAllowed(update: Update, allowedUserIds: readonly number[]): boolean {
  if (update.message?.migrate_to_chat_id !== undefined) return true;
  const from = (update.message ?? update.edited_message ?? update.callback_query)?.from;
  return from !== undefined && allowedUserIds.includes(from.id);
}

/** Who may talk to the bot: people on the list, wherever they write. Others get no sign of life. */
import type { Update } from "grammy/types";

export function isAllowed(update: Update, allowedUserIds: readonly number[]): boolean {
  const from = (update.message ?? update.edited_message ?? update.callback_query)?.from;
  return from !== undefined && allowedUserIds.includes(from.id);
}

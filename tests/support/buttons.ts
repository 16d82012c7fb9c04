import type { InlineKeyboardMarkup, Message } from "grammy/types";

/** The buttons under a message, row by row, that answer the bot. */
export function buttonsOf(message: Message | undefined): { text: string; data: string }[] {
  const markup = message?.reply_markup as InlineKeyboardMarkup | undefined;
  return (markup?.inline_keyboard ?? []).flat().flatMap((button) =>
    "callback_data" in button ? [{ text: button.text, data: button.callback_data }] : []
  );
}

/** Buttons of our own under messages. */
import type { InlineKeyboardMarkup } from "grammy/types";
import type { Button } from "../conversation/speaker.ts";

/** In front of `callback_data` of our own buttons, so that nothing an agent writes can pass as one. */
export const OWN = "d:";

export function keyboardOf(rows: readonly (readonly Button[])[]): InlineKeyboardMarkup {
  return {
    inline_keyboard: rows.map((row) =>
      row.map(({ label, action }) => ({ text: label, callback_data: OWN + action }))
    ),
  };
}

/** Inline keyboards: our own buttons, and those an agent wrote. */
import type { InlineKeyboardMarkup } from "grammy/types";
import type { Button } from "../conversation/speaker.ts";
import { AGENT, OWN } from "./presses.ts";

/** Most buttons Telegram takes in a row, and in all. */
const PER_ROW = 8;
const IN_ALL = 100;

export function keyboardOf(rows: readonly (readonly Button[])[]): InlineKeyboardMarkup {
  return {
    inline_keyboard: rows.map((row) =>
      row.map(({ label, action }) => ({ text: label, callback_data: OWN + action }))
    ),
  };
}

/** Buttons from `[button:Label]` markers; long rows are broken, what is too much is left out. */
export function agentKeyboard(rows: readonly (readonly string[])[]): InlineKeyboardMarkup {
  let left = IN_ALL;
  const broken = rows.flatMap((row) => {
    const some = row.slice(0, left);
    left -= some.length;
    return Array.from(
      { length: Math.ceil(some.length / PER_ROW) },
      (_, i) => some.slice(i * PER_ROW, (i + 1) * PER_ROW),
    );
  });
  return {
    inline_keyboard: broken.map((row, y) =>
      row.map((text, x) => ({ text, callback_data: `${AGENT}${y}.${x}` }))
    ),
  };
}

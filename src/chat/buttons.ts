/** Inline keyboards: our own buttons, and those an agent wrote. */
import type { InlineKeyboardMarkup } from "grammy/types";
import { unhideName } from "../base/hidden.ts";
import type { Button } from "../conversation/speaker.ts";

/** In front of `callback_data` of our own buttons. */
export const OWN = "d:";
/** In front of `callback_data` of buttons an agent wrote. */
export const AGENT = "b:";

/** Most buttons Telegram takes in a row, and in all. */
const PER_ROW = 8;
const IN_ALL = 100;

export function keyboardOf(rows: readonly (readonly Button[])[]): InlineKeyboardMarkup {
  return {
    inline_keyboard: rows.map((row) =>
      row.map(({ label, action, copy }) =>
        copy === undefined
          ? { text: label, callback_data: OWN + action }
          : { text: label, copy_text: { text: copy } }
      )
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
      row.map((label, x) => ({ text: unhideName(label), callback_data: `${AGENT}${y}.${x}` }))
    ),
  };
}

/** The label of the button with this data, as the agent wrote it. */
export function labelOf(
  markup: InlineKeyboardMarkup | undefined,
  data: string,
): string | undefined {
  for (const button of markup?.inline_keyboard.flat() ?? []) {
    if ("callback_data" in button && button.callback_data === data) return button.text;
  }
  return undefined;
}

/**
 * Panels are messages of ours whose buttons change them in place. Any allowed user may press them,
 * in groups too: whoever may talk to the agent can do all that panels do by asking it.
 */
import type { InlineKeyboardMarkup } from "grammy/types";
import type { Address } from "../../conversation/address.ts";
import type { Button } from "../../conversation/speaker.ts";
import type { ButtonAction, Press } from "../presses.ts";
import { keyboardOf } from "../buttons.ts";
import type { Content } from "../../telegram/content.ts";
import type { Outbox } from "../../telegram/outbox.ts";
import { type Part, textOf } from "../../telegram/text.ts";

/** What a panel shows. */
export interface View {
  parts: readonly Part[];
  buttons: readonly (readonly Button[])[];
}

/** Opened by a command, changed by its own buttons; both may fail: see boundary.ts. */
export interface Panel extends ButtonAction {
  /** @param args What was written after the command. */
  open(address: Address, args?: string): Promise<void>;
}

export interface PanelContext {
  outbox: Pick<Outbox, "open" | "send" | "edit">;
}

export async function openPanel(
  { outbox }: PanelContext,
  address: Address,
  view: View,
): Promise<void> {
  await outbox.send(address, contentOf(view));
}

/** Shows the first view, and when it is ready the second one in the same message. */
export async function openPanelLate(
  { outbox }: PanelContext,
  address: Address,
  first: View,
  view: Promise<View>,
): Promise<void> {
  const post = outbox.open(address);
  post.show(() => contentOf(first));
  await post.finish(contentOf(await view));
}

/** Shows the view in the message whose button was pressed. */
export async function turnPanel(
  { outbox }: PanelContext,
  { address, message }: Pick<Press, "address" | "message">,
  view: View,
): Promise<"keep"> {
  await outbox.edit(address, message.message_id, contentOf(view));
  return "keep";
}

function contentOf({ parts, buttons }: View): Content {
  const keyboard: InlineKeyboardMarkup = keyboardOf(buttons.filter((row) => row.length > 0));
  return {
    pieces: [textOf(parts)],
    ...keyboard.inline_keyboard.length > 0 && { keyboard },
  };
}

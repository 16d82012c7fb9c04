/** An upgrade as a user does it in the chat, for tests with the real program. */
import assert from "node:assert/strict";
import type { BotApiServer } from "../../src/bot_api/server.ts";
import type { ChatUser } from "../../src/bot_api/types.ts";

/** What the bot has said that is like `text`, in the chat of user 7. */
export function said(server: BotApiServer, text: RegExp) {
  return server.messages(7).filter((message) =>
    message.from?.id === server.me.id && text.test(message.text ?? "")
  );
}

/** Asks for the newest version and presses the button that takes it. */
export async function pressUpgrade(server: BotApiServer, alice: ChatUser, version: string) {
  alice.send("/upgrade");
  const offer = new RegExp(`^ductor ${version.replaceAll(".", "\\.")} `);
  // One that was taken has no buttons left.
  const open = () => said(server, offer).findLast(({ reply_markup }) => reply_markup);
  await server.waitFor(() => open() !== undefined);
  const { message_id, reply_markup } = open()!;
  const button = reply_markup!.inline_keyboard.flat().find(({ text }) => text === "Upgrade")!;
  assert.ok("callback_data" in button);
  // A second tap must not do anything.
  await Promise.all([1, 2].map(() => alice.press(message_id, button.callback_data!)));
}

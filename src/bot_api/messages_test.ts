import assert from "node:assert/strict";
import type { ReactionType } from "grammy/types";
import { bad, Clock, post, setUp } from "../../tests/support/bot_api.ts";

const KEYBOARD = { inline_keyboard: [[{ text: "a", callback_data: "b" }]] };
const NOT_MODIFIED =
  "message is not modified: specified new message content and reply markup are exactly the same " +
  "as a current content and reply markup of the message";

Deno.test("a message looks like Telegram's and ids rise by one", async () => {
  await using t = await setUp({ now: new Clock().now });
  const sent = await t.api.sendMessage(1001, "  hello  ", {
    entities: [{ type: "bold", offset: 2, length: 5 }],
    reply_parameters: { message_id: 1 },
    reply_markup: KEYBOARD,
  });
  assert.deepEqual(sent, {
    message_id: 2,
    from: t.server.me,
    chat: { id: 1001, type: "private", first_name: "Alice" },
    date: 1_790_000_000,
    reply_to_message: {
      message_id: 1,
      from: { id: 1001, is_bot: false, first_name: "Alice" },
      chat: { id: 1001, type: "private", first_name: "Alice" },
      date: 1_790_000_000,
      text: "hi",
    },
    text: "  hello".trimStart(),
    entities: [{ type: "bold", offset: 0, length: 5 }],
    reply_markup: KEYBOARD,
  });
  assert.equal((await t.api.sendMessage(1001, "next")).message_id, 3);
});

Deno.test("a bot cannot write to whom it does not know", async () => {
  await using t = await setUp();
  t.server.user({ id: 1002, first_name: "Bob" });
  await bad(t.api.sendMessage(1002, "x"), "chat not found");
  await bad(t.api.sendMessage(424242, "x"), "chat not found");
  await bad(t.api.sendMessage("@nobody", "x"), "chat not found");
  assert.equal(
    (await post(t.server, "sendMessage", { text: "x" })).body["description"],
    "Bad Request: chat_id is empty",
  );
});

Deno.test("empty and too long texts are refused", async () => {
  await using t = await setUp();
  await bad(t.api.sendMessage(1001, ""), "message text is empty");
  await bad(t.api.sendMessage(1001, " \n "), "text must be non-empty");
  await bad(t.api.sendMessage(1001, "x".repeat(4097)), "message is too long");
  await bad(t.api.sendMessage(1001, "👉".repeat(2049)), "message is too long");
  const long = await t.api.sendMessage(1001, `${"👉".repeat(2048)}  \n`);
  assert.equal(long.text.length, 4096);
  await bad(t.api.sendMessage(1001, "\ud83d"), "strings must be encoded in UTF-8");
  await bad(t.api.editMessageText(1001, long.message_id, ""), "message text is empty");
  await bad(t.api.editMessageText(1001, long.message_id, "x".repeat(4097)), "message is too long");
});

Deno.test("entities and keyboards are checked in every method that takes them", async () => {
  await using t = await setUp();
  const { message_id } = await t.api.sendMessage(1001, "abc");
  const entities = [{ type: "bold" as const, offset: 1, length: 9 }];
  const what =
    "entity beginning at UTF-16 offset 1 ends after the end of the text at UTF-16 offset 10";
  await bad(t.api.sendMessage(1001, "abc", { entities }), what);
  await bad(t.api.editMessageText(1001, message_id, "abc", { entities }), what);
  await bad(t.api.sendMessageDraft(1001, 1, "abc", { entities }), what);
  const reply_markup = {
    inline_keyboard: [[{ text: "a", callback_data: "x".repeat(65) }]],
  };
  await bad(t.api.sendMessage(1001, "abc", { reply_markup }), "BUTTON_DATA_INVALID");
  await bad(
    t.api.editMessageText(1001, message_id, "d", { reply_markup }),
    "BUTTON_DATA_INVALID",
  );
  await bad(
    t.api.editMessageReplyMarkup(1001, message_id, { reply_markup }),
    "BUTTON_DATA_INVALID",
  );
  assert.deepEqual(t.server.messages(1001).map((m) => m.text), ["hi", "abc"]);
});

Deno.test("a parse mode is refused", async () => {
  await using t = await setUp();
  const send = (mode: string) => t.api.sendMessage(1001, "x", { parse_mode: mode as "HTML" });
  await bad(send("BBCode"), "unsupported parse_mode");
  await assert.rejects(send("MarkdownV2"), /parse_mode MarkdownV2 is not served/);
  await assert.rejects(send("HTML"), /parse_mode HTML is not served/);
});

Deno.test("replies need a message unless told otherwise", async () => {
  await using t = await setUp();
  await bad(
    t.api.sendMessage(1001, "x", { reply_parameters: { message_id: 99 } }),
    "message to be replied not found",
  );
  const sent = await t.api.sendMessage(1001, "x", {
    reply_parameters: { message_id: 99, allow_sending_without_reply: true },
  });
  assert.equal(sent.reply_to_message, undefined);
});

Deno.test("an edit shows at once and drops a keyboard it does not repeat", async () => {
  const clock = new Clock();
  await using t = await setUp({ now: clock.now });
  const { message_id } = await t.api.sendMessage(1001, "one", { reply_markup: KEYBOARD });
  clock.advance(5000);
  const edited = await t.api.editMessageText(1001, message_id, "two");
  assert.ok(edited !== true);
  assert.equal(edited.edit_date, 1_790_000_005);
  const [, shown] = t.server.messages(1001);
  assert.deepEqual([shown?.text, shown?.reply_markup], ["two", undefined]);
});

Deno.test("an edit that changes nothing is refused", async () => {
  await using t = await setUp();
  const entities = [{ type: "bold" as const, offset: 0, length: 1 }];
  const { message_id } = await t.api.sendMessage(1001, "one", { entities });
  await bad(
    t.api.editMessageText(1001, message_id, " one ", {
      entities: [{ type: "bold", offset: 1, length: 1 }],
    }),
    NOT_MODIFIED,
  );
  await t.api.editMessageText(1001, message_id, "one");
  await bad(t.api.editMessageText(1001, message_id, "one"), NOT_MODIFIED);
  await t.api.editMessageText(1001, message_id, "one", { reply_markup: KEYBOARD });
  await bad(
    t.api.editMessageReplyMarkup(1001, message_id, { reply_markup: KEYBOARD }),
    NOT_MODIFIED,
  );
  await t.api.editMessageReplyMarkup(1001, message_id);
  await bad(t.api.editMessageReplyMarkup(1001, message_id), NOT_MODIFIED);
});

Deno.test("only the bot's own messages can be edited, and only what they have", async () => {
  await using t = await setUp();
  await bad(t.api.editMessageText(1001, 1, "x"), "message can't be edited");
  await bad(t.api.editMessageText(1001, 99, "x"), "message to edit not found");
  await bad(t.api.editMessageCaption(1001, 99, { caption: "x" }), "message to edit not found");
  assert.equal(
    (await post(t.server, "editMessageText", { chat_id: 1001, text: "x" })).body["description"],
    "Bad Request: message identifier is not specified",
  );
  const { message_id } = await t.api.sendMessage(1001, "x");
  await bad(
    t.api.editMessageCaption(1001, message_id, { caption: "x" }),
    "there is no caption in the message to edit",
  );
});

Deno.test("deleted messages are gone", async () => {
  await using t = await setUp();
  const { message_id } = await t.api.sendMessage(1001, "x");
  await t.api.deleteMessage(1001, message_id);
  assert.deepEqual(t.server.messages(1001).map((m) => m.message_id), [1]);
  await bad(t.api.deleteMessage(1001, message_id), "message to delete not found");
  await bad(t.api.editMessageText(1001, message_id, "y"), "message to edit not found");
});

Deno.test("after 48 hours a message cannot be deleted", async () => {
  const clock = new Clock();
  await using t = await setUp({ now: clock.now });
  const { message_id } = await t.api.sendMessage(1001, "x");
  clock.advance(48 * 3600 * 1000 + 1000);
  await bad(t.api.deleteMessage(1001, message_id), "message can't be deleted");
  await t.api.editMessageText(1001, message_id, "edits have no such limit");
});

Deno.test("reactions are emoji from the list, one per bot", async () => {
  await using t = await setUp();
  await t.api.setMessageReaction(1001, 1, [{ type: "emoji", emoji: "👀" }]);
  assert.deepEqual(t.server.reactions(1001, 1).get(t.server.me.id), [
    { type: "emoji", emoji: "👀" },
  ]);
  await t.api.setMessageReaction(1001, 1, []);
  assert.equal(t.server.reactions(1001, 1).size, 0);
  const flag: ReactionType[] = [{ type: "emoji", emoji: "🏴" as "👀" }];
  await bad(t.api.setMessageReaction(1001, 1, flag), "REACTION_INVALID");
  await bad(t.api.setMessageReaction(1001, 99, []), "message to react not found");
  const two: ReactionType[] = [{ type: "emoji", emoji: "👀" }, { type: "emoji", emoji: "🎉" }];
  await bad(t.api.setMessageReaction(1001, 1, two), "REACTIONS_TOO_MANY");
});

Deno.test("chat actions are known ones", async () => {
  await using t = await setUp();
  await t.api.sendChatAction(1001, "typing");
  await bad(
    t.api.sendChatAction(1001, "dancing" as "typing"),
    "wrong parameter action in request",
  );
});

import assert from "node:assert/strict";
import type { ClientEvent } from "./types.ts";
import { bad, Clock, setUp } from "../../tests/support/bot_api.ts";

const KEYBOARD = { inline_keyboard: [[{ text: "a", callback_data: "yes" }]] };

/** Records what clients see from now on, without the details. */
function watch(server: { subscribe(l: (e: ClientEvent) => void): () => void }): ClientEvent[] {
  const events: ClientEvent[] = [];
  server.subscribe((event) => events.push(event));
  return events;
}

Deno.test("the same id is the same person", async () => {
  await using t = await setUp();
  assert.equal(t.server.user({ id: 1001, first_name: "Alice" }), t.alice);
});

Deno.test("what a person sends arrives as an update, and an edit too", async () => {
  await using t = await setUp();
  const sent = t.alice.send("/new now", { reply_to: 1 });
  t.alice.edit(sent.message_id, "/new later");
  const updates = await t.api.getUpdates();
  assert.deepEqual(updates.map((u) => (u.message ?? u.edited_message)?.text), [
    "hi",
    "/new now",
    "/new later",
  ]);
  assert.equal(updates[1]?.message?.reply_to_message?.message_id, 1);
  assert.deepEqual(updates[1]?.message?.entities, [{ type: "bot_command", offset: 0, length: 4 }]);
  assert.ok(updates[2]?.edited_message?.edit_date);
});

Deno.test("a client splits a text that is too long for one message", async () => {
  await using t = await setUp();
  t.alice.send("x".repeat(9000));
  assert.deepEqual(
    t.server.messages(1001).slice(1).map((m) => m.text?.length),
    [4096, 4096, 808],
  );
});

Deno.test("a person's mistakes are thrown", async () => {
  await using t = await setUp();
  const { message_id } = await t.api.sendMessage(1001, "x", { reply_markup: KEYBOARD });
  assert.throws(() => t.alice.send("  "), /only white space/);
  assert.throws(() => t.alice.send("x", { chat: -5 }), /No chat -5/);
  assert.throws(() => t.alice.send("x", { thread: 7 }), /no topic 7/);
  assert.throws(() => t.alice.send("x", { reply_to: 99 }), /No message 99/);
  assert.throws(() => t.alice.edit(message_id, "x"), /is not by Alice/);
  assert.throws(() => t.alice.press(message_id, "no"), /no button with the data "no"/);
});

Deno.test("clients see messages, edits, deletions, actions and reactions as they happen", async () => {
  const clock = new Clock();
  await using t = await setUp({ now: clock.now });
  const events = watch(t.server);
  await t.api.sendChatAction(1001, "typing");
  const { message_id } = await t.api.sendMessage(1001, "one");
  await t.api.editMessageText(1001, message_id, "two");
  await t.api.sendMessage(1001, "quiet", { disable_notification: true });
  await t.api.setMessageReaction(1001, 1, [{ type: "emoji", emoji: "👍" }]);
  await t.api.deleteMessage(1001, message_id);
  assert.deepEqual(events.map((e) => e.type), [
    "action",
    "message",
    "rang",
    "edited",
    "message",
    "reaction",
    "deleted",
  ]);
  assert.deepEqual(events[0], {
    type: "action",
    chat_id: 1001,
    action: "typing",
    until: clock.ms + 5000,
  });
  assert.deepEqual(events.at(-1), { type: "deleted", chat_id: 1001, message_ids: [message_id] });
});

Deno.test("a refused call shows nothing to clients", async () => {
  await using t = await setUp();
  const events = watch(t.server);
  await bad(t.api.sendMessage(1001, ""), "message text is empty");
  await bad(t.api.editMessageText(1001, 99, "x"), "message to edit not found");
  assert.deepEqual(events, []);
});

Deno.test("a press waits for the bot's answer", async () => {
  await using t = await setUp();
  const { message_id } = await t.api.sendMessage(1001, "x", { reply_markup: KEYBOARD });
  const pressed = t.alice.press(message_id, "yes");
  const query = (await t.api.getUpdates()).at(-1)?.callback_query;
  assert.equal(query?.data, "yes");
  assert.equal(query?.from.id, 1001);
  assert.equal(query?.message?.message_id, message_id);
  await t.api.answerCallbackQuery(query!.id, { text: "done", show_alert: true });
  const answer = await pressed;
  assert.deepEqual([answer.text, answer.show_alert], ["done", true]);
});

Deno.test("a press ends when its client gives up", async () => {
  await using t = await setUp();
  const { message_id } = await t.api.sendMessage(1001, "x", { reply_markup: KEYBOARD });
  const giveUp = new AbortController();
  const pressed = t.alice.press(message_id, "yes", { signal: giveUp.signal });
  giveUp.abort(new Error("too slow"));
  await assert.rejects(pressed, /too slow/);
});

Deno.test("unknown and old button presses cannot be answered", async () => {
  const clock = new Clock();
  await using t = await setUp({ now: clock.now });
  const { message_id } = await t.api.sendMessage(1001, "x", { reply_markup: KEYBOARD });
  const tooOld = "query is too old and response timeout expired or query ID is invalid";
  await bad(t.api.answerCallbackQuery("123456"), tooOld);
  void t.alice.press(message_id, "yes");
  const id = (await t.api.getUpdates()).at(-1)!.callback_query!.id;
  clock.advance(60_000);
  await bad(t.api.answerCallbackQuery(id), tooOld);
});

Deno.test("reactions of people reach a bot that asks for them", async () => {
  await using t = await setUp();
  const { message_id } = await t.api.sendMessage(1001, "x");
  t.alice.react(message_id, "👍");
  await t.api.getUpdates({ allowed_updates: ["message", "message_reaction"] });
  t.alice.react(message_id, null);
  const reactions = (await t.api.getUpdates()).flatMap((u) => u.message_reaction ?? []);
  assert.equal(reactions.length, 1);
  assert.deepEqual(reactions[0]?.old_reaction, [{ type: "emoji", emoji: "👍" }]);
  assert.deepEqual(reactions[0]?.new_reaction, []);
});

Deno.test("a draft is shown until a message comes or 30 seconds are over", async () => {
  const clock = new Clock();
  await using t = await setUp({ now: clock.now });
  const events = watch(t.server);
  await t.api.sendMessageDraft(1001, 5, "");
  await t.api.sendMessageDraft(1001, 5, "hel");
  assert.deepEqual(t.server.drafts(1001).map((d) => d.text), ["hel"]);
  await t.api.sendMessage(1001, "hello");
  assert.deepEqual(t.server.drafts(1001), []);
  await t.api.sendMessageDraft(1001, 6, "again");
  clock.advance(29_999);
  assert.equal(t.server.drafts(1001).length, 1);
  clock.advance(1);
  assert.deepEqual(t.server.drafts(1001), []);
  assert.deepEqual(events.flatMap((e) => e.type === "draft_gone" ? [[e.draft_id, e.reason]] : []), [
    [5, "message"],
    [6, "expired"],
  ]);
});

Deno.test("drafts are for private chats, have an id, and at most 4096 units", async () => {
  await using t = await setUp();
  const group = t.server.group({ title: "G", members: [t.alice] });
  await bad(t.api.sendMessageDraft(group.id, 1, "x"), "TEXTDRAFT_PEER_INVALID");
  await bad(t.api.sendMessageDraft(1001, 0, "x"), "invalid draft_id specified");
  await bad(t.api.sendMessageDraft(1001, 1, "x".repeat(4097)), "message is too long");
});

Deno.test("the command menu is that of the narrowest scope", async () => {
  await using t = await setUp();
  const bob = t.server.user({ id: 1002, first_name: "Bob" });
  const list = (command: string) => [{ command, description: command }];
  const names = (user: typeof bob) => user.commands().map((c) => c.command);
  await t.api.setMyCommands(list("all"));
  await t.api.setMyCommands(list("mine"), { scope: { type: "chat", chat_id: 1001 } });
  assert.deepEqual(names(t.alice), ["mine"]);
  assert.deepEqual(names(bob), ["all"]);
  assert.deepEqual(await t.api.getMyCommands(), list("all"));
  assert.equal(t.server.commands.length, 2);
  await t.api.deleteMyCommands({ scope: { type: "chat", chat_id: 1001 } });
  assert.deepEqual(names(t.alice), ["all"]);
});

Deno.test("commands are checked", async () => {
  await using t = await setUp();
  const set = (command: string, description = "x") =>
    t.api.setMyCommands([{ command, description }]);
  await bad(set("New"), "BOT_COMMAND_INVALID");
  await bad(set("x".repeat(33)), "BOT_COMMAND_INVALID");
  await bad(set(""), "command must be non-empty");
  await bad(set("new", " "), "command description must be non-empty");
  await bad(set("new", "x".repeat(257)), "BOT_COMMAND_DESCRIPTION_INVALID");
  const many = Array.from({ length: 101 }, (_, i) => ({ command: `c${i}`, description: "x" }));
  await bad(t.api.setMyCommands(many), "BOT_COMMANDS_TOO_MUCH");
  await bad(
    t.api.setMyCommands([], { scope: { type: "chat", chat_id: 77 } }),
    "chat not found",
  );
});

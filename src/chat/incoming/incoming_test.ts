import assert from "node:assert/strict";
import type { Message, Update } from "grammy/types";
import { addressOf, isStopWord, readMessage } from "./incoming.ts";

const ME = { id: 1, username: "ductor_bot" };

function update(message: Partial<Message>): Update {
  return {
    update_id: 1,
    message: {
      message_id: 5,
      date: 0,
      chat: { id: 42, type: "private", first_name: "A" },
      from: { id: 42, is_bot: false, first_name: "A" },
      ...message,
    } as Message.TextMessage & Update.NonChannel,
  };
}
const group = { id: -100, type: "supergroup", title: "G" } as const;

Deno.test("readMessage() knows commands with and without the bot's name, in any case", () => {
  for (const text of ["/status", "/STATUS", "/status@ductor_bot", "/Status@Ductor_Bot "]) {
    assert.deepEqual(readMessage(update({ text }), ME)?.command, { name: "status", args: "" });
  }
  assert.deepEqual(readMessage(update({ text: "/model opus 4" }), ME)?.command, {
    name: "model",
    args: "opus 4",
  });
});

Deno.test("readMessage() ignores commands for other bots", () => {
  assert.equal(readMessage(update({ text: "/status@other_bot", chat: group }), ME), undefined);
});

Deno.test("readMessage() takes the bot's own name out of the text", () => {
  assert.equal(readMessage(update({ text: "@Ductor_bot hello" }), ME)?.text, "hello");
  assert.equal(readMessage(update({ text: "hello @ductor_bot" }), ME)?.text, "hello");
  assert.equal(readMessage(update({ text: "@ductor_bot" }), ME)?.text, "@ductor_bot");
  assert.equal(readMessage(update({ text: "@ductor_bottle hi" }), ME)?.text, "@ductor_bottle hi");
});

Deno.test("readMessage() takes part in groups only when asked", () => {
  const read = (message: Partial<Message>) => readMessage(update({ chat: group, ...message }), ME);
  assert.equal(read({ text: "hello all" }), undefined);
  assert.equal(read({ text: "hello @ductor_bot" })?.text, "hello");
  const own = { from: { id: 1, is_bot: true } } as Message;
  assert.equal(read({ text: "yes", reply_to_message: own as never })?.text, "yes");
});

Deno.test("readMessage() ignores bots and messages without a sender", () => {
  assert.equal(readMessage({ update_id: 1 }, ME), undefined);
  const bot = { id: 9, is_bot: true, first_name: "B" } as const;
  assert.equal(readMessage(update({ text: "hi", from: bot as never }), ME), undefined);
});

Deno.test("addressOf() counts a thread only where it is a topic", () => {
  const base = { chat: group, message_thread_id: 7 };
  assert.deepEqual(addressOf({ ...base, is_topic_message: true } as Message), {
    chatId: -100,
    threadId: 7,
  });
  assert.deepEqual(addressOf(base as Message), { chatId: -100 });
});

Deno.test("isStopWord() takes single words only", () => {
  for (const word of ["stop", "Abbruch", " CANCEL "]) assert.equal(isStopWord(word), true);
  for (const text of ["stop it", "stop!", "", "don't stop"]) assert.equal(isStopWord(text), false);
});

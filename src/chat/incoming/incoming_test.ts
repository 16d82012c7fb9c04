import assert from "node:assert/strict";
import type { Message, Update } from "grammy/types";
import { addressOf, isStopWord, readMessage } from "./incoming.ts";
import { fixText } from "../../bot_api/formatted_text.ts";

const ME = { id: 1, username: "ductor_bot" };

/** With the marks that Telegram finds by itself, unless the message has its own. */
function update(message: Partial<Message>): Update {
  const { text } = message;
  return {
    update_id: 1,
    message: {
      message_id: 5,
      date: 0,
      chat: { id: 42, type: "private", first_name: "A" },
      from: { id: 42, is_bot: false, first_name: "A" },
      ...text !== undefined && { entities: fixText(text, []).entities },
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

const inGroup = (message: Partial<Message>) => readMessage(update({ chat: group, ...message }), ME);
/** An entity over the part of the text. */
const over = (text: string, part: string, more: object) =>
  ({ offset: text.indexOf(part), length: part.length, ...more }) as never;

Deno.test("K7.1 a mention is heard wherever Telegram marks it, and stays where it is part of the sentence", () => {
  const heard: [said: string, read: string][] = [
    ["hey (@ductor_bot) what is 2+2?", "hey (@ductor_bot) what is 2+2?"],
    ["“@ductor_bot”: go", "“@ductor_bot”: go"],
    ["go,@Ductor_Bot!", "go,@Ductor_Bot!"],
    ["👩‍👩‍👧 go @ductor_bot", "👩‍👩‍👧 go"],
    ["@ductor_bot, go on", "go on"],
    ["@ductor_bot: go on", "go on"],
    ["please /status@ductor_bot now", "please /status@ductor_bot now"],
  ];
  for (const [text, read] of heard) assert.equal(inGroup({ text })?.text, read, text);
});

Deno.test("K7.1 what Telegram does not mark is no mention and no command", () => {
  const code = "see @ductor_bot";
  const entities = [over(code, "@ductor_bot", { type: "code" })];
  assert.equal(inGroup({ text: code, entities }), undefined);
  for (const text of ["mail me@ductor_bot", "/tmp/x is full", "@ductor_bottle hi", "and/or"]) {
    assert.equal(inGroup({ text }), undefined, text);
  }
  const shown = "/status";
  const inCode = [over(shown, shown, { type: "code" })];
  assert.equal(readMessage(update({ text: shown, entities: inCode }), ME)?.command, undefined);
});

Deno.test("K7.1 a bot without a name to type is mentioned by its id, captions and offsets included", () => {
  const caption = "👩‍👩‍👧 Helper, look";
  const mark = (id: number) => [over(caption, "Helper", { type: "text_mention", user: { id } })];
  assert.equal(inGroup({ caption, caption_entities: mark(1) })?.text, caption);
  assert.equal(inGroup({ caption, caption_entities: mark(2) }), undefined);
  const text = "Helper, look";
  const entities = [over(text, "Helper", { type: "text_mention", user: { id: 1 } })];
  assert.equal(inGroup({ text, entities })?.text, "look");
});

Deno.test("K7.1 a command may have the bot's name before it, and anything that no command holds behind it", () => {
  const commands: [said: string, name: string, args: string][] = [
    ["@ductor_bot /model opus", "model", "opus"],
    ["@ductor_bot, /status", "status", ""],
    ["/stop!", "stop", "!"],
    ["/model@ductor_bot\nopus", "model", "opus"],
  ];
  for (const [text, name, args] of commands) {
    assert.deepEqual(inGroup({ text })?.command, { name, args }, text);
  }
  assert.equal(inGroup({ text: "@ductor_bot what does /status do?" })?.command, undefined);
  const caption = "/status";
  const caption_entities = [over(caption, caption, { type: "bot_command" })];
  assert.equal(inGroup({ caption, caption_entities })?.command?.name, "status");
});

Deno.test("K7.1 an answer to a message of the bot out of another chat is heard", () => {
  const origin = (id: number) => ({ origin: { type: "user", date: 1, sender_user: { id } } });
  assert.equal(inGroup({ text: "yes", external_reply: origin(1) as never })?.text, "yes");
  assert.equal(inGroup({ text: "yes", external_reply: origin(2) as never }), undefined);
});

Deno.test("K7.1 the address behind a word reaches the agent, once", () => {
  const text = "👍 read this and x.org";
  const url = "https://x.org/a";
  const entities = [
    over(text, "this", { type: "text_link", url }),
    over(text, "x.org", { type: "text_link", url: "https://x.org/" }),
  ];
  const read = readMessage(update({ text, entities }), ME);
  assert.equal(read?.text, "👍 read this (https://x.org/a) and x.org");
});

import assert from "node:assert/strict";
import type { Message, Update } from "grammy/types";
import { attachmentsOf, lineOf, textsOf } from "./attachments.ts";
import { forwarded, quoteOf, repliedTo } from "./quotes.ts";
import { requestOf } from "./request_of.ts";

const ME = { id: 1, username: "ductor_bot" };
/** Of a text that begins with the bot's name. */
const NAMED = { type: "mention", offset: 0, length: 11 };
const BOB = { id: 7, is_bot: false, first_name: "Bob]", last_name: "B\n[x" };
const GROUP = { id: -100, type: "supergroup", title: "G" } as const;
const photo = [
  { file_id: "L", file_unique_id: "l", width: 900, height: 600, file_size: 9 },
  { file_id: "S", file_unique_id: "s", width: 90, height: 60 },
];

function update(content: object, id = 5): Update {
  return {
    update_id: id,
    message: {
      message_id: id,
      date: 0,
      chat: { id: 42, type: "private", first_name: "A" },
      from: { id: 42, is_bot: false, first_name: "A" },
      ...content,
    } as Message & Update.NonChannel,
  };
}

Deno.test("quoteOf() names who is answered and marks every line", () => {
  const reply_to_message = { from: BOB, text: "one\ntwo\r\nthree\u2028four" };
  assert.equal(
    quoteOf({ reply_to_message } as never, ME.id),
    "[The user answers this message by Bob B x:]\n> one\n> two\n> three\n> four",
  );
});

Deno.test("quoteOf() shortens a long message, and describes one without text", () => {
  const long = quoteOf({ reply_to_message: { from: BOB, text: "x".repeat(9000) } } as never, 1);
  assert.ok(long!.length < 2200);
  assert.ok(long!.endsWith("x […]"));
  const reply_to_message = { from: { id: 1 }, document: { file_name: "a\nb.pdf" }, caption: "c" };
  assert.match(
    quoteOf({ reply_to_message } as never, 1)!,
    /by you:\]\n> \(document: a b\.pdf\) c$/,
  );
});

Deno.test("quoteOf() reads answers to messages of other chats", () => {
  const external_reply = {
    origin: { type: "channel", date: 0, message_id: 3, chat: { ...GROUP, title: "News" } },
    photo,
  };
  assert.equal(
    quoteOf({ external_reply, quote: { text: "part", position: 0, is_manual: true } } as never, 1),
    "[The user answers this part of a message by News:]\n> part",
  );
  assert.match(quoteOf({ external_reply } as never, 1)!, /> \(photo\)$/);
});

Deno.test("repliedTo() takes the message that opened a topic for none", () => {
  const opening = { message_id: 3, from: { id: 1 } };
  const inTopic = { message_thread_id: 3, is_topic_message: true } as const;
  assert.equal(repliedTo({ ...inTopic, reply_to_message: opening } as never), undefined);
  const other = { message_id: 4, from: { id: 1 } };
  assert.equal(repliedTo({ ...inTopic, reply_to_message: other } as never), other);
  assert.equal(
    repliedTo({ reply_to_message: { message_id: 9, forum_topic_created: {} } } as never),
    undefined,
  );
});

Deno.test("forwarded() keeps the whole text", () => {
  const origin = { type: "user", sender_user: BOB, date: 60 } as const;
  const text = "y".repeat(5000);
  assert.equal(
    forwarded(origin, text),
    `[Forwarded from Bob B x, 1970-01-01 00:01 UTC:]\n> ${text}`,
  );
  assert.equal(forwarded(origin, ""), "[Forwarded from Bob B x, 1970-01-01 00:01 UTC]");
});

Deno.test("attachmentsOf() takes the largest photo, and an animation once", () => {
  assert.deepEqual(attachmentsOf({ photo }), [
    { kind: "photo", fileId: "L", uniqueId: "l", size: 9, mime: "image/jpeg" },
  ]);
  const file = { file_id: "A", file_unique_id: "a", mime_type: "video/mp4" };
  const animation = { ...file, width: 1, height: 1, duration: 1 };
  assert.deepEqual(attachmentsOf({ animation, document: file }), [
    { kind: "animation", fileId: "A", uniqueId: "a", mime: "video/mp4" },
  ]);
});

Deno.test("lineOf() puts places, polls and dice on one line", () => {
  const location = { latitude: 1.5, longitude: -2 };
  const venue = { location, title: "Café\nX", address: "Street 1" };
  assert.equal(lineOf({ venue, location }), "[Place: Café X, Street 1, 1.500000, -2.000000]");
  assert.equal(lineOf({ dice: { emoji: "🎲", value: 4 } }), "[🎲 shows 4]");
  const poll = { question: "When?", options: [{ text: "now" }, { text: "later" }] };
  assert.equal(lineOf({ poll } as never), "[Poll: When? – now / later]");
  assert.equal(lineOf({}), undefined);
});

Deno.test("textsOf() gives the scan captions, names, quotes and answered texts", () => {
  const texts = textsOf({
    caption: "c",
    document: { file_id: "1", file_unique_id: "1", file_name: "n.txt" },
    quote: { text: "q", position: 0 },
    reply_to_message: { text: "r" },
  } as never);
  assert.deepEqual(texts, ["c", "n.txt", "q", "r"]);
});

Deno.test("K7.1 the address behind a quoted word reaches the agent", () => {
  const link = { type: "text_link", offset: 4, length: 4, url: "https://x.org/a" };
  const reply_to_message = { from: BOB, text: "see this", entities: [link] };
  const tail = "> see this (https://x.org/a)";
  assert.ok(quoteOf({ reply_to_message } as never, 1)?.endsWith(tail));
  const quote = { text: "see this", position: 0, entities: [link] };
  assert.ok(quoteOf({ reply_to_message, quote } as never, 1)?.endsWith(tail));
  const captioned = { from: BOB, caption: "see this", caption_entities: [link], photo };
  assert.ok(
    quoteOf({ reply_to_message: captioned } as never, 1)?.endsWith(`> (photo) ${tail.slice(2)}`),
  );
});

Deno.test("requestOf() brings along what is in an answered message of somebody else", () => {
  const text = "@ductor_bot what is this?";
  const entities = [NAMED];
  const reply_to_message = { message_id: 2, from: BOB, photo };
  const request = requestOf([update({ chat: GROUP, text, entities, reply_to_message })], ME);
  assert.equal(
    request?.text,
    "what is this?\n\n[The user answers this message by Bob B x:]\n> (photo)",
  );
  assert.deepEqual(request?.attachments?.map(({ fileId, quoted }) => [fileId, quoted]), [
    ["L", true],
  ]);
  const own = { message_id: 2, from: { id: ME.id, is_bot: true }, photo };
  assert.equal(
    requestOf([update({ text: "x", reply_to_message: own })], ME)?.attachments,
    undefined,
  );
});

Deno.test("requestOf() takes a whole album of a group when one caption names the bot", () => {
  const album = [update({ chat: GROUP, photo }), update({ chat: GROUP, photo, caption: "nobody" })];
  assert.equal(requestOf(album, ME), undefined);
  const caption = "@ductor_bot these";
  const named = update({ chat: GROUP, photo, caption, caption_entities: [NAMED] }, 6);
  const request = requestOf([...album, named], ME);
  assert.equal(request?.attachments?.length, 3);
  assert.equal(request?.text, "nobody\n\nthese");
  assert.deepEqual(request?.updateIds, [5, 5, 6]);
});

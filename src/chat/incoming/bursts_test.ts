import assert from "node:assert/strict";
import type { Message, Update } from "grammy/types";
import { Bursts, CUT_QUIET_MS, QUIET_MS } from "./bursts.ts";
import { fixText } from "../../bot_api/formatted_text.ts";
import { FakeClock } from "../../../tests/support/fake_clock.ts";

const ORIGIN = { type: "hidden_user", sender_user_name: "C", date: 1 } as const;
const LONG = "x".repeat(4096);
let nextId = 1;

function message(content: Partial<Message>, from = 1): Update {
  const update_id = nextId++;
  return {
    update_id,
    message: {
      message_id: update_id,
      date: 100,
      chat: { id: 42, type: "private", first_name: "A" },
      from: { id: from, is_bot: false, first_name: "A" },
      ...content,
    } as Message & Update.NonChannel,
  };
}
const text = (text: string, more: Partial<Message> = {}) =>
  message({ text, entities: fixText(text, []).entities, ...more });
const photo = (media_group_id: string, from = 1) => message({ media_group_id }, from);
const forward = (text: string) => message({ text, forward_origin: ORIGIN });

function bench() {
  const clock = new FakeClock();
  const stop = new AbortController();
  const handled: Update[][] = [];
  const bursts = new Bursts({
    clock,
    signal: stop.signal,
    handle: (updates) => handled.push([...updates]),
  });
  return { clock, stop, handled, bursts };
}

Deno.test("Bursts hands a plain message on at once", () => {
  const { bursts, handled } = bench();
  const [one, two] = [text("one"), text("two")];
  bursts.push([one, two]);
  assert.deepEqual(handled, [[one], [two]]);
});

Deno.test("Bursts puts the parts of an album together, until nothing came for a while", async () => {
  const { bursts, handled, clock } = bench();
  const parts = [photo("a"), photo("a"), photo("a")];
  bursts.push([parts[0]!, parts[1]!]);
  await clock.advance(QUIET_MS - 1);
  bursts.push([parts[2]!]);
  await clock.advance(QUIET_MS - 1);
  assert.deepEqual(handled, []);
  await clock.advance(1);
  assert.deepEqual(handled, [parts]);
});

Deno.test("Bursts keeps two albums, two people and two chats apart", async () => {
  const { bursts, handled, clock } = bench();
  const [a, b, other] = [photo("a"), photo("b"), photo("a", 2)];
  bursts.push([a, other, b]);
  assert.deepEqual(handled, [[a]]);
  await clock.advance(QUIET_MS);
  assert.deepEqual(handled, [[a], [other], [b]]);
});

Deno.test("Bursts joins a comment and the forwards it was sent with", async () => {
  const { bursts, handled, clock } = bench();
  const updates = [text("what are these?"), forward("a"), forward("b")];
  bursts.push(updates);
  await clock.advance(QUIET_MS);
  assert.deepEqual(handled, [updates]);
});

Deno.test("Bursts ends a series of forwards with the comment that follows it", () => {
  const { bursts, handled } = bench();
  const updates = [forward("a"), text("sum this up")];
  for (const update of updates) bursts.push([update]);
  assert.deepEqual(handled, [updates]);
});

Deno.test("Bursts joins a text that the client cut, and its short end does not wait", () => {
  const { bursts, handled } = bench();
  const updates = [text(LONG), text(LONG), text("end")];
  for (const update of updates) bursts.push([update]);
  assert.deepEqual(handled, [updates]);
});

Deno.test("Bursts lets a command, a stop word and a press end what is held, in order", () => {
  for (const last of [text("/stop"), text("stop"), text("!now")]) {
    const { bursts, handled } = bench();
    const album = photo("a");
    bursts.push([album]);
    bursts.push([last]);
    assert.deepEqual(handled, [[album], [last]]);
  }
  const { bursts, handled } = bench();
  const album = photo("a");
  const press = {
    update_id: 999,
    callback_query: { id: "1", message: album.message, data: "x" },
  } as Update;
  bursts.push([album, press]);
  assert.deepEqual(handled, [[album], [press]]);
});

Deno.test("Bursts takes an edit into a message it still holds", async () => {
  const { bursts, handled, clock } = bench();
  const album = photo("a");
  bursts.push([album]);
  const edited = { ...album.message!, caption: "new" } as Message & Update.NonChannel;
  bursts.push([{ update_id: 998, edited_message: edited as never }]);
  await clock.advance(QUIET_MS);
  assert.deepEqual(handled.at(-1), [{ ...album, message: edited }]);
});

Deno.test("Bursts leaves what it holds to the next start when the program ends", async () => {
  const { bursts, handled, clock, stop } = bench();
  bursts.push([photo("a")]);
  stop.abort();
  await clock.advance(10 * QUIET_MS);
  assert.deepEqual(handled, []);
});

Deno.test("Bursts does not grow without end", () => {
  const { bursts, handled } = bench();
  for (let i = 0; i < 100; i++) bursts.push([photo("a")]);
  assert.equal(handled.length, 1);
  assert.equal(handled[0]!.length, 100);
});

Deno.test("K11.10 Bursts waits longer for the next part of a text that was cut, but only then", async () => {
  const { bursts, handled, clock } = bench();
  const parts = [text(LONG), text("y".repeat(4000), { date: 103 }), text("end", { date: 105 })];
  bursts.push([parts[0]!]);
  await clock.advance(CUT_QUIET_MS - 1);
  bursts.push([parts[1]!]);
  await clock.advance(CUT_QUIET_MS - 1);
  assert.deepEqual(handled, []);
  bursts.push([parts[2]!]);
  assert.deepEqual(handled, [parts]);
  const alone = text(LONG);
  bursts.push([alone]);
  await clock.advance(CUT_QUIET_MS);
  const album = photo("a");
  bursts.push([album]);
  await clock.advance(QUIET_MS);
  assert.deepEqual(handled.slice(1), [[alone], [album]]);
});

Deno.test("K11.10 Bursts does not take what was written later for a part, though it is delivered together", () => {
  const { bursts, handled } = bench();
  const [long, later] = [text(LONG), text("something else", { date: 200 })];
  bursts.push([long, later]);
  assert.deepEqual(handled, [[long], [later]]);
});

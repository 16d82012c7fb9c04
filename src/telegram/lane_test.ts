import assert from "node:assert/strict";
import { FakeApi } from "../../tests/support/fake_api.ts";
import { FakeClock, settle } from "../../tests/support/fake_clock.ts";
import { ChatIds } from "./chat_ids.ts";
import type { Content } from "./content.ts";
import { Lane } from "./lane.ts";
import { Post, type PostOptions } from "./post.ts";

const EVERY_MS = 2000;
const say = (...texts: string[]): Content => ({
  pieces: texts.map((text) => ({ text, entities: [] })),
});

/** A lane to one chat, on a Bot API in memory. */
function laneTo(chatId = 42, { clock = new FakeClock(), random = (): number => 0 } = {}) {
  const api = new FakeApi();
  const stop = new AbortController();
  /** What was to be put on disk, in order. */
  const noted: string[] = [];
  const moved: [number, number][] = [];
  const ids = new ChatIds({ newest: 100, sure: true, own: [] });
  const lane = new Lane({
    api: api.api,
    clock,
    random,
    editIntervalMs: () => EVERY_MS,
    pieceIntervalMs: 1000,
    onMoved() {},
    onSearched() {},
    signal: stop.signal,
    ids,
    onTry: (post) => (noted.push(`try ${post.id}`), Promise.resolve()),
    onUploaded: () => {},
    onRefused: () => {},
    onWaited: () => Promise.resolve(),
    onShown: (post) => void noted.push(`shown ${post.id}`),
    onDone: (post) => void noted.push(`done ${post.id}`),
    onMigrated: (...ids) => void moved.push(ids),
  });
  const open = (id: string, options: PostOptions = {}) => {
    const target = { chatId, threadId: 3 };
    const post = new Post(id, target, options, (post) => lane.wake(post), () => Promise.resolve());
    lane.add(post);
    return post;
  };
  return { api, clock, lane, stop, noted, moved, open };
}

/** What became of a post, as far as it has ended. */
function endOf(post: Post): () => string | undefined {
  let end: string | undefined;
  post.delivered.then((how) => end = how);
  return () => end;
}

Deno.test("lane: posts leave one call at a time, in their order, each piece noted before it is sent", async () => {
  const { api, noted, open, clock } = laneTo();
  let busy = 0;
  api.onCall = async () => {
    assert.equal(++busy, 1);
    await settle();
    busy--;
  };
  const [one, two] = [open("one"), open("two")];
  await one.finish(say("1a", "1b"));
  await two.finish(say("2"));
  for (let i = 0; i < 10; i++) await clock.advance(100);
  for (let i = 0; i < 10; i++) await settle();
  assert.deepEqual(api.texts(), ["1a", "1b", "2"]);
  assert.deepEqual(noted.filter((what) => what.endsWith("one")), [
    "try one",
    "shown one",
    "try one",
    "shown one",
    "done one",
  ]);
});

Deno.test("lane: of the states between two edits only the newest is shown, and is made only then", async () => {
  const { api, clock, open } = laneTo();
  const post = open("live");
  const made: number[] = [];
  const show = (n: number) => post.show(() => (made.push(n), say(`state ${n}`)));
  show(0);
  await clock.advance(1);
  for (let n = 1; n <= 50; n++) show(n);
  await clock.advance(EVERY_MS);
  assert.deepEqual(api.texts(), ["state 50"]);
  assert.deepEqual(api.methods(), ["sendMessage", "editMessageText"]);
  assert.deepEqual([...new Set(made)], [0, 50]);
});

Deno.test("lane: a final does not wait for the time of the next edit", async () => {
  const { api, clock, open, lane } = laneTo();
  const post = open("live");
  post.show(() => say("almost"));
  await clock.advance(1);
  post.show(() => say("never shown"));
  await post.finish(say("done"));
  await settle();
  assert.deepEqual(api.texts(), ["done"]);
  assert.equal(await post.delivered, "delivered");
  assert.ok(lane.idle);
});

Deno.test("lane: a chat that has to wait waits as long as it is told, and no other does", async () => {
  const clock = new FakeClock();
  const [slow, other] = [laneTo(42, { clock }), laneTo(43, { clock })];
  slow.api.troubles.push({ code: 429, description: "Too Many Requests", retry_after: 30 });
  await slow.open("one").finish(say("one"));
  await other.open("two").finish(say("two"));
  await clock.advance(29_999);
  assert.ok(slow.lane.paused && !other.lane.paused);
  assert.deepEqual([slow.api.texts(), other.api.texts()], [[], ["two"]]);
  // Nothing is tried meanwhile, not even what is new.
  await slow.open("three").finish(say("three"));
  await settle();
  assert.equal(slow.api.calls.length, 1);
  await clock.advance(1);
  assert.deepEqual(slow.api.texts(), ["one", "three"]);
});

Deno.test("K15.7 lane: a clock that is set back or forward changes nothing about how long a chat waits", async () => {
  for (const by of [-3_600_000, 3_600_000]) {
    const { api, clock, open } = laneTo();
    const post = open("live");
    api.troubles.push({ code: 429, description: "Too Many Requests", retry_after: 30 });
    await post.finish(say("one"));
    await clock.advance(10_000);
    clock.jump(by);
    await open("two").finish(say("two"));
    await clock.advance(19_999);
    assert.equal(api.calls.length, 1);
    await clock.advance(1);
    assert.deepEqual(api.texts(), ["one", "two"]);
  }
});

Deno.test("K15.7 lane: an answer goes on growing when the clock is set back", async () => {
  const { api, clock, open } = laneTo();
  const post = open("live");
  for (const text of ["a", "ab", "abc"]) {
    post.show(() => say(text));
    await clock.advance(EVERY_MS);
    clock.jump(-3_600_000);
  }
  assert.deepEqual(api.texts(), ["abc"]);
});

Deno.test("lane: what is refused is tried simpler, and at last given up without holding up the next", async () => {
  const { api, clock, open } = laneTo();
  const [bad, good] = [open("bad"), open("good")];
  const end = endOf(bad);
  for (let i = 0; i < 4; i++) api.troubles.push({ code: 400, description: "Bad Request: no" });
  await bad.finish({ pieces: [{ text: "x", entities: [{ type: "bold", offset: 0, length: 1 }] }] });
  await good.finish(say("good"));
  await clock.advance(60_000);
  assert.equal(end(), "dropped");
  assert.deepEqual(api.texts(), ["good"]);
  const tried = api.given("sendMessage").slice(0, 4).map(({ text }) => text);
  assert.equal(tried[0], "x");
  assert.notEqual(tried[3], "x");
});

Deno.test("K3.2 lane: a chat that takes nothing is tried with patience, and gets everything in the end", async () => {
  const { api, clock, open } = laneTo();
  const blocked = { code: 403, description: "Forbidden: bot was blocked by the user" };
  for (let i = 0; i < 8; i++) api.troubles.push(blocked);
  const [one, two] = [open("one"), open("two")];
  await one.finish(say("1"));
  await two.finish(say("2"));
  await clock.advance(3_600_000);
  assert.ok(api.calls.length >= 5 && api.calls.length <= 8, `${api.calls.length} calls in an hour`);
  assert.deepEqual([endOf(one)(), endOf(two)()], [undefined, undefined]);
  await clock.advance(3_600_000);
  await clock.advance(60_000);
  assert.deepEqual(api.texts(), ["1", "2"]);
});

Deno.test("K3.2 lane: somebody who writes there makes it try soon, and a closed topic holds up no other", async () => {
  const { api, clock, lane, open } = laneTo();
  const closed = { code: 400, description: "Bad Request: TOPIC_CLOSED" };
  for (let i = 0; i < 3; i++) api.troubles.push(closed);
  const [one, other] = [open("one"), open("other")];
  delete other.target.threadId;
  await one.finish(say("1"));
  await settle();
  await clock.advance(100_000);
  assert.equal(api.calls.length, 3);
  await other.finish(say("other"));
  await clock.advance(1000);
  assert.deepEqual(api.texts(), ["other"]);
  lane.look();
  await clock.advance(1000);
  assert.deepEqual(api.texts(), ["other", "1"]);
});

Deno.test("K15.7 lane: a wait that Telegram asked for ends when it is over, though the clock was set back", async () => {
  const { api, clock, open } = laneTo();
  api.troubles.push({ code: 429, description: "Too Many Requests: retry after 5", retry_after: 5 });
  const post = open("one");
  await post.finish(say("hello"));
  await clock.advance(1000);
  clock.jump(-86_400_000);
  await clock.advance(5000);
  assert.deepEqual(api.texts(), ["hello"]);
});

for (const trouble of ["lost before", "lost after"] as const) {
  Deno.test(`lane: a send whose answer was ${trouble} it arrived stands once in the end`, async () => {
    const { api, clock, open } = laneTo();
    const post = open("one");
    api.troubles.push(trouble);
    await post.finish(say("hello"));
    await clock.advance(120_000);
    assert.equal(await post.delivered, "delivered");
    assert.deepEqual(api.texts(), ["hello"]);
  });
}

Deno.test("lane: while the network is down it tries ever less often, and at once when it is back", async () => {
  const { api, clock, open } = laneTo(42, { random: () => 1 });
  const times: number[] = [];
  api.onCall = () => void times.push(clock.now());
  for (let i = 0; i < 10; i++) api.troubles.push("refused");
  const post = open("one");
  const end = endOf(post);
  await post.finish(say("hello"));
  await clock.advance(600_000);
  assert.equal(end(), "delivered");
  const pauses = times.slice(1).map((time, index) => time - times[index]!);
  assert.deepEqual(pauses.slice(0, 3), [500, 1000, 2000]);
  assert.ok(pauses.every((ms) => ms <= 30_000), `${pauses}`);
});

Deno.test("lane: a message that the user deleted is said again when it is the last, else left out", async () => {
  const { api, clock, open } = laneTo();
  const post = open("live");
  post.show(() => say("first", "second"));
  await clock.advance(EVERY_MS);
  const [first, second] = [...api.chat.keys()];
  api.chat.delete(first!);
  api.chat.delete(second!);
  await post.finish(say("first!", "second!"));
  await clock.advance(60_000);
  assert.equal(await post.delivered, "delivered");
  assert.deepEqual(api.texts(), ["second!"]);
});

Deno.test("lane: what is shown already is no failure", async () => {
  const { api, clock, open } = laneTo();
  const post = open("live");
  post.show(() => say("text"));
  await clock.advance(1);
  api.troubles.push({ code: 400, description: "Bad Request: message is not modified" });
  await post.finish(say("text!"));
  await clock.advance(EVERY_MS);
  assert.equal(await post.delivered, "delivered");
});

Deno.test("lane: where the topic is gone it is said in the chat itself", async () => {
  const { api, clock, open } = laneTo();
  api.troubles.push({ code: 400, description: "Bad Request: message thread not found" });
  await open("one").finish(say("hello"));
  await clock.advance(1);
  assert.deepEqual(api.given("sendMessage").map(({ message_thread_id }) => message_thread_id), [
    3,
    undefined,
  ]);
});

Deno.test("lane: a group that got another id is written to there", async () => {
  const { api, clock, open, moved } = laneTo(-5);
  api.troubles.push({
    code: 400,
    description: "Bad Request: group chat was upgraded to a supergroup chat",
    migrate_to_chat_id: -1005,
  });
  await open("one").finish(say("hello"));
  await clock.advance(1);
  assert.deepEqual(moved, [[-5, -1005]]);
  assert.deepEqual(api.given("sendMessage").map(({ chat_id }) => chat_id), [-5, -1005]);
});

Deno.test("lane: a refused token is tried again, but not more than once a minute", async () => {
  const { api, clock, open } = laneTo();
  for (let i = 0; i < 2; i++) api.troubles.push({ code: 401, description: "Unauthorized" });
  await open("one").finish(say("hello"));
  await clock.advance(59_000);
  assert.equal(api.calls.length, 1);
  await clock.advance(70_000);
  assert.deepEqual(api.texts(), ["hello"]);
});

Deno.test("lane: when the program ends nothing is sent any more", async () => {
  const { api, clock, open, stop } = laneTo();
  api.troubles.push({ code: 429, description: "Too Many Requests", retry_after: 5 });
  await open("one").finish(say("hello"));
  await clock.advance(1);
  stop.abort();
  await clock.advance(60_000);
  assert.equal(api.calls.length, 1);
  assert.equal(clock.sleeping, 0);
});

Deno.test("lane: a view that fails costs itself, and what comes after it is shown", async () => {
  const { api, clock, open } = laneTo();
  const post = open("live");
  post.show(() => {
    throw new Error("on purpose");
  });
  await clock.advance(1);
  await open("next").finish(say("next"));
  await clock.advance(EVERY_MS);
  assert.deepEqual(api.texts(), ["next"]);
  await post.finish(say("the end"));
  await clock.advance(EVERY_MS);
  assert.equal(await post.delivered, "delivered");
});

import assert from "node:assert/strict";
import { FakeApi } from "../../tests/support/fake_api.ts";
import { FakeClock, settle } from "../../tests/support/fake_clock.ts";
import { ChatIds } from "./chat_ids.ts";
import { Lane } from "./lane.ts";
import { Post, type PostOptions } from "./post.ts";

const say = (text: string) => ({ pieces: [{ text, entities: [] }] });
const TOO_FAST = { code: 429, description: "Too Many Requests", retry_after: 3 };

/** A lane to a chat without a disk, and when what was called, ms since the start. */
function chat({ editMs = 1000 } = {}) {
  const [api, clock] = [new FakeApi(), new FakeClock()];
  const start = clock.now();
  const calls: { text: unknown; at: number }[] = [];
  const nothing = () => {};
  const lane = new Lane({
    api: api.api,
    clock,
    random: () => 0,
    editIntervalMs: () => editMs,
    pieceIntervalMs: 1000,
    signal: new AbortController().signal,
    ids: new ChatIds({ newest: 100, sure: true, own: [] }),
    onTry: () => Promise.resolve(),
    onUploaded: nothing,
    onSearched: nothing,
    onRefused: nothing,
    onWaited: () => Promise.resolve(),
    onShown: nothing,
    onMoved: nothing,
    onDone: nothing,
    onMigrated: nothing,
  });
  api.onCall = () => {
    calls.push({ text: api.calls.at(-1)!.payload.text, at: clock.now() - start });
  };
  let posts = 0;
  const open = (options: PostOptions = {}) => {
    const post = new Post(
      `${posts++}`,
      { chatId: 1 },
      options,
      (post) => lane.wake(post),
      () => Promise.resolve(),
    );
    lane.add(post);
    return post;
  };
  /** A word every 50 ms, for so long. */
  const stream = async (post: Post, ms: number) => {
    for (let passed = 0; passed < ms; passed += 50) {
      post.show(() => say(`${clock.now() - start}`));
      await clock.advance(50);
    }
  };
  return { api, clock, calls, open, stream };
}

/** Pauses between one call and the next. */
function pauses(calls: { at: number }[]): number[] {
  return calls.slice(1).map(({ at }, i) => at - calls[i]!.at);
}

Deno.test("pace: what an agent writes is in the chat within a second, at one call a second", async () => {
  const { calls, open, stream } = chat();
  await stream(open({ held: true }), 30_000);
  assert.equal(calls[0]!.at, 1000);
  assert.deepEqual([...new Set(pauses(calls))], [1000]);
});

Deno.test("pace: what hurries is shown soon, also when something else was to be shown before", async () => {
  const { calls, open, clock } = chat();
  const post = open({ held: true });
  post.show(() => say("a step"));
  await clock.advance(300);
  post.hurries = true;
  for (let i = 0; i < 8; i++) {
    post.show(() => say(`words ${i}`));
    await clock.advance(50);
  }
  assert.deepEqual(calls, [{ text: "words 3", at: 500 }]);
});

Deno.test("pace: a slow network does not make it slower, as the time runs from the start of a call", async () => {
  const { api, clock, calls, open, stream } = chat();
  const note = api.onCall;
  api.onCall = async (method) => {
    await note(method);
    await clock.sleep(400);
  };
  await stream(open(), 10_000);
  assert.deepEqual([...new Set(pauses(calls))], [1000]);
});

Deno.test("pace: a chat that Telegram refused is written to half as often, then slowly faster again", async () => {
  const { api, calls, open, stream } = chat();
  const post = open();
  await stream(post, 5000);
  api.troubles.push(TOO_FAST);
  await stream(post, 200_000);
  const refused = pauses(calls).findIndex((ms) => ms >= 3000);
  const after = pauses(calls).slice(refused + 1);
  assert.ok(after[0]! >= 1900, `${after}`);
  assert.ok(after.every((ms, i) => i === 0 || ms <= after[i - 1]!), `${after}`);
  const slow = after.filter((ms) => ms > 1000).length;
  assert.ok(slow > 15 && slow < 40, `${slow} slow ones`);
  assert.equal(after.at(-1), 1000);
});

Deno.test("pace: what is refused again and again slows down to half a minute, not further; an off switch stays off", async () => {
  const { api, calls, open, stream } = chat({ editMs: 0 });
  for (let i = 0; i < 12; i++) api.troubles.push({ ...TOO_FAST, retry_after: 1 });
  const post = open();
  await stream(post, 30_000);
  const before = calls.length;
  await stream(post, 60_000);
  assert.ok(calls.length - before >= 2 && calls.length - before <= 4, `${calls.length - before}`);
  const never = chat({ editMs: 600_000 });
  await never.stream(never.open({ held: true }), 60_000);
  assert.equal(never.calls.length, 1);
});

Deno.test("pace: two that write in one chat take turns", async () => {
  const { calls, open, clock } = chat();
  const posts = [open(), open()];
  for (let i = 0; i < 40; i++) {
    for (const [n, post] of posts.entries()) post.show(() => say(`${n} ${i}`));
    await clock.advance(250);
  }
  await settle();
  const edits = calls.slice(2).map(({ text }) => String(text)[0]);
  assert.deepEqual(edits.slice(0, 6), ["0", "1", "0", "1", "0", "1"]);
});

Deno.test("pace: of two that write in one chat one that has nothing new does not hold up the other", async () => {
  const { api, open, clock } = chat();
  const [one, two] = [open(), open()];
  one.show(() => say("one"));
  two.show(() => say("two"));
  await clock.advance(1);
  one.show(() => say("one"));
  two.show(() => say("two, more"));
  await clock.advance(1000);
  assert.deepEqual(api.texts(), ["one", "two, more"]);
});

import assert from "node:assert/strict";
import { GrammyError } from "grammy";
import { join } from "node:path";
import type { Content } from "./content.ts";
import { Outbox, type OutboxOptions } from "./outbox.ts";
import type { Post } from "./post.ts";
import { OutboxJournal } from "./outbox_journal.ts";
import { FakeApi } from "../../tests/support/fake_api.ts";
import { FakeClock, settle } from "../../tests/support/fake_clock.ts";

const chat = { chatId: 42 };
const say = (...texts: string[]): Content => ({
  pieces: texts.map((text) => ({ text, entities: [] })),
});

interface Bench {
  outbox: Outbox;
  api: FakeApi;
  clock: FakeClock;
  /** Ends this run without any farewell and starts the next one on the same file. */
  crash(): Promise<void>;
}

async function withOutbox(
  fn: (bench: Bench) => Promise<void>,
  options: Pick<OutboxOptions, "elsewhere"> = {},
) {
  const folder = await Deno.makeTempDir();
  const path = join(folder, "outbox.jsonl");
  const api = new FakeApi();
  const clock = new FakeClock();
  let journal: OutboxJournal;
  async function open() {
    const opened = await OutboxJournal.open(path);
    journal = opened.journal;
    const outbox = new Outbox({
      api: api.api,
      journal,
      editIntervalMs: () => 2000,
      clock,
      random: () => 0,
      ...options,
    });
    return { outbox, left: opened.left };
  }
  const bench = { api, clock } as Bench;
  bench.outbox = (await open()).outbox;
  bench.crash = async () => {
    bench.outbox.close();
    await journal.close();
    const { outbox, left } = await open();
    bench.outbox = outbox;
    outbox.resume(left);
  };
  try {
    await fn(bench);
  } finally {
    bench.outbox.close();
    await journal!.close();
    await Deno.remove(folder, { recursive: true });
  }
}

/** Lets time pass until a post has arrived; its tries are put on a real disk. */
async function arrive(clock: FakeClock, post: Post): Promise<void> {
  let arrived = false;
  post.delivered.then(() => arrived = true);
  while (!arrived) await clock.advance(1000);
}

/** Waits until the chat shows this; each send is put on a real disk before it leaves. */
async function shows(api: FakeApi, ...texts: string[]): Promise<void> {
  while (JSON.stringify(api.texts()) !== JSON.stringify(texts)) await settle();
}

Deno.test("K11.2 outbox: the pieces of a final come in order, one a second, and only the first rings", () =>
  withOutbox(async ({ outbox, api, clock }) => {
    const post = await outbox.send(chat, say("one", "two", "three"));
    const next = await outbox.send(chat, say("next"));
    await shows(api, "one");
    await clock.advance(999);
    assert.deepEqual(api.texts(), ["one"]);
    await arrive(clock, post);
    await arrive(clock, next);
    assert.deepEqual(api.texts(), ["one", "two", "three", "next"]);
    assert.deepEqual(
      api.given("sendMessage").map(({ disable_notification: silent }) => silent ?? false),
      [false, true, true, false],
    );
  }));

Deno.test("K11.2 outbox: what moves down is said anew below, then what it showed goes, after a crash too", () =>
  withOutbox(async (bench) => {
    const { api, clock } = bench;
    const post = bench.outbox.open(chat);
    post.show(() => say("working"));
    await shows(api, "working");
    await bench.outbox.send(chat, say("between"));
    await shows(api, "working", "between");
    api.troubles.push({ code: 429, description: "Too Many Requests", retry_after: 600 });
    await post.finish(say("the answer"), { move: true });
    while (api.troubles.length > 0) await settle();
    await bench.crash();
    await bench.outbox.flush(AbortSignal.timeout(5000));
    await clock.advance(1);
    assert.deepEqual(api.texts(), ["between", "the answer"]);
  }));

Deno.test("K11.2 outbox: a crash between an answer on disk and its move: it is the newest all the same, and rings once", () =>
  withOutbox(async (bench) => {
    const { api, clock } = bench;
    const post = bench.outbox.open(chat);
    post.show(() => ({ ...say("working"), silent: true }));
    await shows(api, "working");
    await clock.advance(2000);
    api.troubles.push("hangs before");
    post.show(() => ({ ...say("still working"), silent: true }));
    while (api.calls.length < 2) await settle();
    await post.finish(say("the answer"), { move: true });
    await bench.outbox.send(chat, say("said meanwhile"));
    await bench.crash();
    await shows(api, "said meanwhile", "the answer");
    const rung = () =>
      api.given("sendMessage").filter(({ disable_notification: silent }) => !silent)
        .map(({ text }) => text);
    assert.deepEqual(rung(), ["said meanwhile", "the answer"]);
    await bench.crash();
    await clock.advance(60_000);
    assert.deepEqual(rung(), ["said meanwhile", "the answer"]);
  }));

Deno.test("K11.2 outbox: an answer half of which was said below when the program died is not said anew", () =>
  withOutbox(async (bench) => {
    const { api, clock } = bench;
    const post = bench.outbox.open(chat);
    await post.finish(say("one", "two"), { move: true });
    await shows(api, "one");
    await bench.crash();
    while (api.chat.size < 2) await clock.advance(1000);
    assert.deepEqual(api.texts(), ["one", "two"]);
    assert.equal(api.given("sendMessage").length, 2);
  }));

Deno.test("outbox shows the first text at once and then edits at most once an interval", () =>
  withOutbox(async ({ outbox, api, clock }) => {
    const post = outbox.open(chat);
    let text = "a";
    post.show(() => say(text));
    await shows(api, "a");
    for (text of ["ab", "abc", "abcd"]) post.show(() => say(text));
    await clock.advance(1999);
    assert.deepEqual(api.texts(), ["a"]);
    await clock.advance(1);
    assert.deepEqual(api.texts(), ["abcd"]);
    assert.equal(api.calls.length, 2);
  }));

Deno.test("outbox shows all pieces of a live post, and tries again what failed, without news", () =>
  withOutbox(async ({ outbox, api, clock }) => {
    api.troubles.push({ code: 502, description: "Bad Gateway" });
    outbox.open(chat).show(() => say("one", "two"));
    while (api.chat.size < 2) await clock.advance(1000);
    assert.deepEqual(api.texts(), ["one", "two"]);
    await clock.advance(10_000);
    const calls = api.calls.length;
    await clock.advance(10_000);
    assert.equal(api.calls.length, calls);
  }));

Deno.test("outbox does not let a final wait for the edit interval", () =>
  withOutbox(async ({ outbox, api }) => {
    const post = outbox.open(chat);
    post.show(() => say("a"));
    await shows(api, "a");
    await post.finish(say("the end"));
    await post.delivered;
    assert.deepEqual(api.texts(), ["the end"]);
  }));

Deno.test("outbox deletes pieces the final no longer has, and all of an empty one", () =>
  withOutbox(async ({ outbox, api }) => {
    const post = outbox.open(chat);
    post.show(() => ({ ...say(), status: { text: "Working", entities: [] } }));
    await shows(api, "Working");
    await post.finish(say());
    await post.delivered;
    assert.deepEqual(api.texts(), []);
  }));

Deno.test("outbox waits as long as Telegram says, for this chat only", () =>
  withOutbox(async ({ outbox, api, clock }) => {
    api.troubles.push({ code: 429, description: "Too Many Requests", retry_after: 7 });
    const slow = await outbox.send(chat, say("slow"));
    while (api.calls.length === 0) await settle();
    await (await outbox.send({ chatId: 43 }, say("other"))).delivered;
    assert.deepEqual(api.texts(), ["other"]);
    assert.equal(outbox.paused(42), true);
    await clock.advance(6999);
    assert.deepEqual(api.texts(), ["other"]);
    await clock.advance(1);
    assert.equal(await slow.delivered, "delivered");
    assert.deepEqual(api.texts(), ["other", "slow"]);
    assert.equal(api.calls.length, 3);
  }));

Deno.test("outbox keeps trying while the network is down", () =>
  withOutbox(async ({ outbox, api, clock }) => {
    api.troubles.push("lost before", "lost before", { code: 502, description: "Bad Gateway" });
    const post = await outbox.send(chat, say("hello"));
    await arrive(clock, post);
    assert.equal(await post.delivered, "delivered");
    assert.deepEqual(api.texts(), ["hello"]);
  }));

Deno.test("outbox takes back the double of a message whose answer was lost", () =>
  withOutbox(async ({ outbox, api, clock }) => {
    await (await outbox.send(chat, say("before"))).delivered;
    api.userWrites();
    api.troubles.push("lost after");
    const post = await outbox.send(chat, say("once"));
    await arrive(clock, post);
    await settle();
    assert.deepEqual(api.texts(), ["before", "once"]);
  }));

Deno.test("outbox takes back the double also when the program ended in between", () =>
  withOutbox(async (bench) => {
    const { api } = bench;
    await (await bench.outbox.send(chat, say("before"))).delivered;
    api.troubles.push("lost after");
    await bench.outbox.send(chat, say("once"));
    while (api.calls.length < 2) await settle();
    await bench.crash();
    await bench.outbox.flush(AbortSignal.timeout(5000));
    await settle();
    assert.deepEqual(api.texts(), ["before", "once"]);
  }));

Deno.test("outbox delivers after a crash what was final, and only that", () =>
  withOutbox(async (bench) => {
    const { api } = bench;
    api.troubles.push({ code: 429, description: "Too Many Requests", retry_after: 600 });
    await bench.outbox.send(chat, say("one", "two"));
    while (api.calls.length === 0) await settle();
    assert.deepEqual(api.texts(), []);
    await bench.crash();
    while (api.texts().length < 2) await bench.clock.advance(1000);
    await bench.outbox.flush(AbortSignal.timeout(5000));
    assert.deepEqual(api.texts(), ["one", "two"]);
    await bench.crash();
    await settle();
    assert.deepEqual(api.texts(), ["one", "two"]);
  }));

Deno.test("outbox ends an answer cut off by a crash with what it showed, without its status line", () =>
  withOutbox(async (bench) => {
    const { api } = bench;
    const post = bench.outbox.open(chat);
    post.show(() => ({ ...say("so far"), status: { text: "Bash", entities: [] } }));
    await shows(api, "so far\n\nBash");
    await bench.crash();
    await bench.outbox.flush(AbortSignal.timeout(5000));
    assert.deepEqual(api.texts(), ["so far"]);
  }));

Deno.test("outbox puts under a post cut off by a crash what was agreed, or takes it away", () =>
  withOutbox(async (bench) => {
    const { api } = bench;
    bench.outbox.open(chat, { ifLeft: "Expired" }).show(() => say("May I?"));
    bench.outbox.open(chat, { ifLeft: "" }).show(() => say("In queue"));
    await shows(api, "May I?", "In queue");
    await bench.crash();
    await bench.outbox.flush(AbortSignal.timeout(5000));
    assert.deepEqual(api.texts(), ["May I?\n\nExpired"]);
  }));

Deno.test("outbox falls back to plain text when Telegram refuses the formatting", () =>
  withOutbox(async ({ outbox, api }) => {
    api.troubles.push({ code: 400, description: "Bad Request: ENTITY_BOUNDS_INVALID" });
    const bold = { text: "bold", entities: [{ type: "bold" as const, offset: 0, length: 4 }] };
    await (await outbox.send(chat, { pieces: [bold] })).delivered;
    assert.deepEqual(api.texts(), ["bold"]);
    assert.deepEqual(api.calls.at(-1)!.payload.entities, []);
  }));

Deno.test("outbox says so when Telegram refuses everything, and goes on", () =>
  withOutbox(async ({ outbox, api }) => {
    const no = { code: 400, description: "Bad Request: no" };
    api.troubles.push(no, no, no);
    assert.equal(await (await outbox.send(chat, say("bad"))).delivered, "delivered");
    assert.match(api.texts()[0]!, /refuses to show/);
    api.troubles.push(no, no, no, no);
    assert.equal(await (await outbox.send(chat, say("bad"))).delivered, "dropped");
    assert.equal(await (await outbox.send(chat, say("good"))).delivered, "delivered");
  }));

/** Refuses what goes to chat 42 for that reason, as long as it is set. */
function refusing(api: FakeApi): { why: string | undefined } {
  const state = { why: "" as string | undefined };
  api.onCall = () => {
    const { method, payload } = api.calls.at(-1)!;
    if (!state.why || payload.chat_id !== 42) return;
    const error_code = state.why.startsWith("Bad Request") ? 400 : 403;
    throw new GrammyError("", { ok: false, error_code, description: state.why }, method, payload);
  };
  return state;
}

/** Lets time pass; what is put on a real disk meanwhile arrives there. */
async function pass(bench: Bench, minutes: number): Promise<void> {
  for (let i = 0; i < minutes; i++) {
    await bench.clock.advance(60_000);
    while (bench.outbox.waiting > 0 && bench.clock.sleeping === 0) await settle();
    let flushed = false;
    bench.outbox.flush(new AbortController().signal).then(() => flushed = true);
    while (!flushed) await bench.clock.advance(1000);
  }
}

const OWNER = 7;
const toOwner: OutboxOptions["elsewhere"] = ({ why }) =>
  Promise.resolve({ target: { chatId: OWNER }, piece: { text: why, entities: [] } });

Deno.test("K3.2 outbox: what a chat refuses waits over restarts, is said elsewhere once after an hour, and arrives when it can", () =>
  withOutbox(async (bench) => {
    const { api } = bench;
    const chat42 = refusing(api);
    chat42.why = "Bad Request: not enough rights to send text messages to the chat";
    await bench.outbox.send(chat, say("answer"));
    await pass(bench, 1);
    await pass(bench, 30);
    assert.deepEqual(api.texts(), []);
    await bench.crash();
    await pass(bench, 50);
    const copy = [chat42.why, "answer"];
    assert.deepEqual(api.texts(), copy);
    assert.deepEqual(
      new Set(api.given("sendMessage").slice(-2).map((p) => p.chat_id)),
      new Set([42, OWNER]),
    );
    await bench.crash();
    await pass(bench, 60);
    assert.deepEqual(api.texts(), copy, "once");
    chat42.why = undefined;
    await pass(bench, 20);
    assert.deepEqual(api.texts(), [...copy, "answer"]);
    assert.equal(bench.outbox.waiting, 0);
  }, { elsewhere: toOwner }));

Deno.test("K3.2 outbox: what was for a chat that is gone for ever ends when it was said elsewhere", () =>
  withOutbox(async (bench) => {
    const { outbox, api } = bench;
    refusing(api).why = "Forbidden: the group chat was deleted";
    const post = await outbox.send(chat, say("answer"));
    await pass(bench, 80);
    assert.equal(await post.delivered, "dropped");
    assert.deepEqual(api.texts().at(-1), "answer");
    const calls = api.calls.length;
    await pass(bench, 120);
    assert.equal(api.calls.length, calls);
  }, { elsewhere: toOwner }));

Deno.test("K3.2 outbox: a clock that is set forward or back makes nobody wait longer, nor hear too early", () =>
  withOutbox(async (bench) => {
    const { outbox, api, clock } = bench;
    const chat42 = refusing(api);
    chat42.why = "Forbidden: bot was blocked by the user";
    await outbox.send(chat, say("answer"));
    await pass(bench, 1);
    clock.jump(86_400_000);
    await pass(bench, 20);
    assert.deepEqual(api.texts(), []);
    clock.jump(-2 * 86_400_000);
    chat42.why = undefined;
    await pass(bench, 20);
    assert.deepEqual(api.texts(), ["answer"]);
  }, { elsewhere: toOwner }));

Deno.test("K3.2 outbox: what is refused in every form, nobody knows why, is said elsewhere as it was, and holds up nothing", () =>
  withOutbox(async (bench) => {
    const chat42 = refusing(bench.api);
    chat42.why = "Bad Request: NEW_WORD_FOR_NO";
    const post = await bench.outbox.send(chat, say("answer"));
    await pass(bench, 1);
    assert.equal(await post.delivered, "dropped");
    assert.deepEqual(bench.api.texts(), [chat42.why, "answer"]);
  }, { elsewhere: toOwner }));

Deno.test("K3.2 outbox: an answer waits neither for what other chats refuse nor for what was asked to wait there", () =>
  withOutbox(async ({ outbox, api, clock }) => {
    api.onCall = () => {
      const { method, payload } = api.calls.at(-1)!;
      if (payload.chat_id === 42) return;
      const error = Number(payload.chat_id) % 2
        ? { error_code: 400, description: "Bad Request: chat not found" }
        : { error_code: 429, description: "Too Many Requests", parameters: { retry_after: 3600 } };
      throw new GrammyError("", { ok: false, ...error }, method, payload);
    };
    const posts = await Promise.all(
      Array.from(
        { length: 400 },
        (_, n) => outbox.send({ chatId: 100 + n % 40 }, say(`other ${n}`)),
      ),
    );
    while (clock.sleeping < 40) await settle();
    // No time passes.
    await (await outbox.send(chat, say("answer"))).delivered;
    assert.deepEqual(api.texts(), ["answer"]);
    assert.equal(outbox.waiting, posts.length);
  }));

Deno.test("K3.2 outbox: a change of a message in a chat that takes nothing is said nowhere else", () =>
  withOutbox(async (bench) => {
    const { outbox, api } = bench;
    refusing(api).why = "Forbidden: bot was kicked from the supergroup chat";
    await outbox.edit(chat, 12, say("Done"));
    await pass(bench, 120);
    assert.deepEqual(api.texts(), []);
  }, { elsewhere: toOwner }));

Deno.test("outbox writes to the chat when its topic is gone", () =>
  withOutbox(async ({ outbox, api }) => {
    api.troubles.push({ code: 400, description: "Bad Request: message thread not found" });
    await (await outbox.send({ chatId: 42, threadId: 9 }, say("hi"))).delivered;
    assert.deepEqual(api.calls.map(({ payload }) => payload.message_thread_id), [9, undefined]);
  }));

Deno.test("outbox sends a last piece again that the user deleted meanwhile", () =>
  withOutbox(async ({ outbox, api }) => {
    const post = outbox.open(chat);
    post.show(() => say("a"));
    await shows(api, "a");
    api.chat.clear();
    await post.finish(say("a b"));
    await post.delivered;
    assert.deepEqual(api.texts(), ["a b"]);
  }));

Deno.test("outbox says once what is sent under an id, while it waits, later and after a crash", () =>
  withOutbox(async (bench) => {
    const { api } = bench;
    const id = "run-1";
    const [first, again] = await Promise.all([
      bench.outbox.send(chat, say("once"), { id }),
      bench.outbox.send(chat, say("twice"), { id }),
    ]);
    assert.equal(first, again);
    assert.equal(await first.delivered, "delivered");
    assert.equal(bench.outbox.has(id), true);
    const later = await bench.outbox.send(chat, say("later"), { id });
    assert.equal(await later.delivered, "delivered");
    await bench.crash();
    const restarted = await bench.outbox.send(chat, say("after the crash"), { id });
    assert.equal(await restarted.delivered, "delivered");
    await bench.outbox.send(chat, say("other"), { id: "run-2" }).then((post) => post.delivered);
    assert.deepEqual(api.texts(), ["once", "other"]);
  }));

Deno.test("outbox knows the id of a final that a crash left undelivered", () =>
  withOutbox(async (bench) => {
    bench.api.troubles.push("lost before");
    await bench.outbox.send(chat, say("once"), { id: "run-1" });
    while (bench.api.calls.length === 0) await settle();
    await bench.crash();
    assert.equal(bench.outbox.has("run-1"), true);
    const post = await bench.outbox.send(chat, say("twice"), { id: "run-1" });
    await arrive(bench.clock, post);
    assert.equal(await post.delivered, "delivered");
    assert.deepEqual(bench.api.texts(), ["once"]);
  }));

Deno.test("outbox does not take an answer that a crash cut off for a finished one", () =>
  withOutbox(async (bench) => {
    const post = bench.outbox.open(chat, { id: "turn" });
    post.show(() => say("half an"));
    await shows(bench.api, "half an");
    await bench.crash();
    await settle();
    await bench.crash();
    assert.equal(bench.outbox.has("turn"), false);
  }));

Deno.test("outbox remembers the newest two thousand ids, in a file that stays small", async () => {
  const folder = await Deno.makeTempDir();
  const path = join(folder, "outbox.jsonl");
  const { journal } = await OutboxJournal.open(path);
  const ids = Array.from({ length: 5000 }, (_, n) => `id-${n}`);
  await Promise.all(ids.map((id) => journal.append({ k: "done", id, named: true })));
  await journal.close();
  const { journal: after } = await OutboxJournal.open(path);
  assert.deepEqual(
    ["id-2999", "id-3000", "id-4999"].map((id) => after.isDone(id)),
    [false, true, true],
  );
  await after.close();
  assert.equal((await Deno.readTextFile(path)).trim().split("\n").length, 2000);
  await Deno.remove(folder, { recursive: true });
});

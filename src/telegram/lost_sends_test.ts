import assert from "node:assert/strict";
import { join } from "node:path";
import { ChatIds } from "./chat_ids.ts";
import type { Content, Target } from "./content.ts";
import { LostSends } from "./lost_sends.ts";
import { Outbox } from "./outbox.ts";
import { OutboxJournal } from "./outbox_journal.ts";
import { Post, type PostOptions } from "./post.ts";
import { FakeApi, type Trouble } from "../../tests/support/fake_api.ts";
import { FakeClock, settle } from "../../tests/support/fake_clock.ts";

const chat = { chatId: 42 };
const say = (text: string): Content => ({ pieces: [{ text, entities: [] }] });
const GATEWAY = { code: 502, description: "Bad Gateway" };

/** Runs of the program, one after the other, on one journal and one chat. */
class Bench implements AsyncDisposable {
  readonly api = new FakeApi();
  readonly clock = new FakeClock();
  outbox!: Outbox;
  #journal: OutboxJournal | undefined;

  private constructor(readonly folder: string) {}

  static async start(): Promise<Bench> {
    const bench = new Bench(await Deno.makeTempDir());
    await bench.restart();
    return bench;
  }

  get path(): string {
    return join(this.folder, "outbox.jsonl");
  }

  /** @param between what happens to the files while nothing runs */
  async restart(between?: () => Promise<void>): Promise<void> {
    await this.#end();
    await between?.();
    const { journal, left } = await OutboxJournal.open(this.path);
    this.#journal = journal;
    const { api: { api }, clock } = this;
    this.outbox = new Outbox({ api, journal, clock, editIntervalMs: () => 2000, random: () => 0 });
    this.outbox.resume(left);
  }

  /** Says one thing with these troubles on the way, and waits until it has arrived. */
  async say(text: string, ...troubles: Trouble[]): Promise<void> {
    await this.send(say(text), {}, ...troubles);
  }

  async send(content: Content, options: PostOptions, ...troubles: Trouble[]): Promise<void> {
    this.api.troubles.push(...troubles);
    await this.arrived(await this.outbox.send(chat, content, options));
  }

  async arrived(post: Post): Promise<void> {
    let arrived = false;
    post.delivered.then(() => arrived = true);
    await this.until(() => arrived);
  }

  async until(what: () => boolean): Promise<void> {
    while (!what()) await this.clock.advance(1000);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#end();
    await Deno.remove(this.folder, { recursive: true });
  }

  async #end(): Promise<void> {
    this.outbox?.close();
    await this.#journal?.close();
  }
}

/** What a journal holds that a version before the newest ids were kept has written. */
async function asOldVersion(path: string): Promise<void> {
  const lines = (await Deno.readTextFile(path)).split("\n").filter(Boolean).map((line) => {
    const { newest: _, sure: __, whole: ___, print: ____, ...record } = JSON.parse(line);
    return record;
  });
  const kept = lines.filter(({ id }) => id !== "");
  await Deno.writeTextFile(path, kept.map((record) => JSON.stringify(record) + "\n").join(""));
}

const FAILURES: [string, Trouble][] = [
  ["502", GATEWAY],
  ["a connection that breaks", "lost before"],
  ["a refused connection", "refused"],
];
const JOURNALS: [string, (bench: Bench) => Promise<void>][] = [
  ["its journal", () => Promise.resolve()],
  ["the journal of an older version", ({ path }) => asOldVersion(path)],
  ["no journal", ({ path }) => Deno.remove(path)],
];

for (const [failure, trouble] of FAILURES) {
  for (const [name, prepare] of JOURNALS) {
    Deno.test(`K15.1 outbox: earlier answers stand untouched when the first send after a start with ${name} meets ${failure}`, async () => {
      await using bench = await Bench.start();
      for (const text of ["one", "two", "three"]) await bench.say(text);
      await bench.restart(() => prepare(bench));
      await bench.say("new", trouble, trouble);
      assert.deepEqual(bench.api.texts(), ["one", "two", "three", "new"]);
      assert.deepEqual(bench.api.touched, []);
    });
  }
}

Deno.test("K15.1 outbox: what surely was not sent is not looked for, also when the program ended in between", async () => {
  await using bench = await Bench.start();
  await bench.say("before");
  const refused = { code: 400, description: "Bad Request: ENTITY_BOUNDS_INVALID" };
  const flood = { code: 429, description: "Too Many Requests", retry_after: 3 };
  bench.api.elsewhere("from another place");
  await bench.say("new", "refused", flood, refused);
  bench.api.troubles.push("refused");
  const calls = bench.api.calls.length;
  await bench.outbox.send(chat, say("late"));
  while (bench.api.calls.length === calls || bench.clock.sleeping === 0) await settle();
  bench.api.elsewhere("from another place too");
  await bench.restart();
  await bench.until(() => bench.api.texts().includes("late"));
  await bench.outbox.flush(AbortSignal.timeout(5000));
  assert.deepEqual(new Set(bench.api.methods()), new Set(["sendMessage"]));
});

Deno.test("K15.1 outbox: a new run knows the newest id, also from a compacted journal, and takes back its double", async () => {
  await using bench = await Bench.start();
  await bench.say("one");
  for (let n = 0; n < 3; n++) await bench.restart();
  await bench.say("two", "lost after");
  await bench.until(() => bench.api.chat.size === 2);
  assert.deepEqual(bench.api.texts(), ["one", "two"]);
  assert.equal((await Deno.readTextFile(bench.path)).includes('"newest":'), true);
});

Deno.test("K15.1 outbox: nothing is looked for before an older version's journal knows an id of this run", async () => {
  await using bench = await Bench.start();
  await bench.say("one");
  await bench.restart(() => asOldVersion(bench.path));
  // A message that waited while the former run answered another one has an id below that answer.
  bench.outbox.saw(chat.chatId, 100);
  await bench.say("two", "lost after");
  assert.deepEqual(bench.api.texts(), ["one", "two", "two"]);
  await bench.say("three", "lost after");
  await bench.until(() => bench.api.chat.size === 4);
  assert.deepEqual(bench.api.texts(), ["one", "two", "two", "three"]);
  assert.deepEqual(bench.api.touched.map(({ before }) => before), ["three"]);
});

Deno.test("K15.1 outbox: of two posts with the same text both stand when one was sent twice", async () => {
  await using bench = await Bench.start();
  await bench.say("before");
  await bench.say("same");
  await bench.say("same", "lost after");
  await bench.say("same", GATEWAY);
  assert.deepEqual(bench.api.texts(), ["before", "same", "same", "same"]);
});

Deno.test("K15.1 outbox: a double is found by its whole look: text, formatting and buttons", async () => {
  await using bench = await Bench.start();
  await bench.say("before");
  const content: Content = {
    pieces: [{ text: "bold", entities: [{ type: "bold", offset: 0, length: 4 }] }],
    keyboard: { inline_keyboard: [[{ text: "Yes", callback_data: "b:0.0" }]] },
  };
  await bench.send(content, {}, "lost after");
  await bench.until(() => bench.api.chat.size === 2);
  assert.deepEqual(bench.api.touched, [{ id: 102, before: "bold" }]);
});

Deno.test("K15.1 outbox: what a former run showed live and did not live to know of stands once, before what comes next", async () => {
  await using bench = await Bench.start();
  await bench.say("before");
  bench.api.troubles.push("hangs after");
  bench.outbox.open(chat).show(() => say("half an ans"));
  await bench.until(() => bench.api.chat.size === 2);
  await bench.restart();
  await bench.say("new", "lost after", GATEWAY);
  await bench.until(() => bench.api.chat.size === 3);
  assert.deepEqual(bench.api.texts(), ["before", "half an ans", "new"]);
  await bench.say("next", "lost after");
  await bench.until(() => bench.api.chat.size === 4);
  assert.deepEqual(bench.api.touched, [
    { id: 103, before: "half an ans" },
    { id: 102, before: "half an ans" },
    { id: 106, before: "next" },
  ]);
});

Deno.test("K15.1 outbox: a search waits for an answer that says something about the message", async () => {
  for (const code of [401, 409, 429, 502]) {
    await using bench = await Bench.start();
    await bench.say("before");
    const trouble = { code, description: "not now" };
    bench.api.onCall = (method) => {
      const { length } = bench.api.given(method);
      if (/edit|delete/.test(method) && length < 2) bench.api.troubles.push(trouble);
    };
    await bench.say("twice", "lost after");
    await bench.until(() => bench.api.chat.size === 2);
    assert.deepEqual(bench.api.texts(), ["before", "twice"], String(code));
  }
});

Deno.test("K15.1 outbox: the id of the message that is answered is known to the next run with the answer", async () => {
  await using bench = await Bench.start();
  bench.outbox.saw(chat.chatId, bench.api.userWrites());
  await bench.outbox.send(chat, say("twice"));
  await bench.restart(async () => {
    const lines = (await Deno.readTextFile(bench.path)).trim().split("\n");
    // Killed before the first try.
    const kept = lines.filter((line) => /"k":"final"|"whole"/.test(line));
    await Deno.writeTextFile(bench.path, kept.join("\n") + "\n");
    bench.api.chat.clear();
    bench.api.troubles.push("lost after");
  });
  await bench.until(() => bench.outbox.waiting === 0);
  assert.deepEqual(bench.api.texts(), ["twice"]);
});

Deno.test("K15.5 outbox: a passing notice that a kill left unknown is gone after the next start", async () => {
  await using bench = await Bench.start();
  await bench.say("before");
  bench.api.troubles.push("hangs after");
  bench.outbox.open(chat, { ifLeft: "", silent: true }).show(() => say("Working"));
  await bench.until(() => bench.api.chat.size === 2);
  await bench.restart();
  await bench.until(() => bench.api.chat.size === 1);
  assert.deepEqual([bench.api.texts(), bench.api.rung], [["before"], ["before"]]);
});

Deno.test("K15.1 outbox: a search that a kill cuts off at any call goes on in the next run", async () => {
  for (const call of [1, 2, 3, 4]) {
    for (const hangs of ["hangs before", "hangs after"] as const) {
      await using bench = await Bench.start();
      await bench.say("before");
      bench.outbox.saw(chat.chatId, bench.api.userWrites());
      bench.api.troubles.push("lost after");
      const post = await bench.outbox.send(chat, say("twice"));
      while (bench.api.calls.length < 2 || bench.clock.sleeping === 0) await settle();
      // The user's is looked at first.
      bench.api.userWrites();
      const before = bench.api.calls.length;
      bench.api.onCall = () => {
        if (bench.api.calls.length === before + call) bench.api.troubles.push(hangs);
      };
      let arrived = false;
      post.delivered.then(() => arrived = true);
      await bench.until(() => arrived || bench.api.calls.length >= before + call);
      await settle();
      await bench.restart();
      await bench.outbox.send(chat, say("next"));
      await bench.until(() => bench.outbox.waiting === 0 && bench.api.texts().includes("next"));
      assert.deepEqual(bench.api.texts(), ["before", "twice", "next"], `${hangs} at ${call}`);
      const others = bench.api.touched.filter(({ before, after }) => before !== "twice" || after);
      assert.deepEqual(others, []);
    }
  }
});

Deno.test("K15.1 outbox: a message of the user, or one of ours, in between does not end the search", async () => {
  await using bench = await Bench.start();
  await bench.say("before");
  bench.api.troubles.push("lost after");
  await bench.outbox.send(chat, say("twice"));
  while (bench.api.calls.length < 2 || bench.clock.sleeping === 0) await settle();
  bench.outbox.saw(chat.chatId, bench.api.userWrites());
  await bench.outbox.beside(
    chat.chatId,
    () => Promise.resolve({ message_id: bench.api.elsewhere("twice") }),
  );
  await bench.restart();
  for (let n = 0; n < 20; n++) bench.outbox.saw(chat.chatId, bench.api.userWrites());
  await bench.until(() => bench.outbox.waiting === 0 && bench.api.texts().length === 3);
  assert.deepEqual(bench.api.texts(), ["before", "twice", "twice"]);
  assert.deepEqual(bench.api.touched, [{ id: 102, before: "twice" }]);
});

Deno.test("K15.1 outbox: an answer that grows while its sends are lost, over several lives, stands once", async () => {
  await using bench = await Bench.start();
  await bench.say("before");
  bench.api.troubles.push("lost after", "lost after", "hangs after");
  let text = "one";
  const live = bench.outbox.open(chat);
  const grow = (more: string) => {
    text += more;
    live.show(() => say(text));
  };
  grow("");
  await bench.until(() => bench.api.chat.size >= 2);
  grow(" two");
  await bench.until(() => bench.api.chat.size >= 3);
  grow(" three");
  live.finish(say(`${text} the end`), { move: true });
  await bench.until(() => bench.api.chat.size >= 4);
  for (let life = 0; life < 2; life++) {
    bench.api.troubles.push("hangs after");
    const { size } = bench.api.chat;
    await bench.restart();
    await bench.until(() => bench.api.chat.size >= size + 1);
  }
  await bench.restart();
  await bench.until(() => bench.outbox.waiting === 0);
  assert.deepEqual(bench.api.texts(), ["before", "one two three the end"]);
  assert.equal(bench.api.touched.some(({ after }) => after), false);
  assert.equal(bench.api.rung.at(-1), "one two three the end");
});

Deno.test("K15.1 outbox: a double is left when lines of the journal are damaged", async () => {
  await using bench = await Bench.start();
  for (const text of ["one", "two"]) await bench.say(text);
  await bench.restart(async () => {
    const lines = (await Deno.readTextFile(bench.path)).trimEnd().split("\n");
    const damaged = lines.map((line) => line.includes("two") ? "{]" : line).join("\n");
    await Deno.writeTextFile(bench.path, damaged + "\n");
  });
  await bench.say("new", "lost after");
  assert.deepEqual(bench.api.texts(), ["one", "two", "new", "new"]);
});

Deno.test("K15.1 outbox: a message that another part sends meanwhile is not touched", async () => {
  for (const fails of [false, true]) {
    await using bench = await Bench.start();
    await bench.say("before");
    bench.api.troubles.push("lost before");
    const post = await bench.outbox.send(chat, say("new"));
    while (bench.api.calls.length < 2 || bench.clock.sleeping === 0) await settle();
    await bench.outbox.beside(chat.chatId, () => {
      const message_id = bench.api.elsewhere("picture");
      return fails ? Promise.reject(new Error("timeout")) : Promise.resolve({ message_id });
    }).catch(() => {});
    await bench.arrived(post);
    assert.deepEqual(bench.api.texts(), ["before", "picture", "new"]);
    assert.deepEqual(bench.api.touched, []);
  }
});

Deno.test("K15.1 outbox: ids of the group that became a supergroup prove nothing in the new one", async () => {
  await using bench = await Bench.start();
  const group: Target = { chatId: -5 };
  bench.outbox.saw(-5, 100);
  const moved = { code: 400, description: "Bad Request: upgraded", migrate_to_chat_id: -10 };
  const chats: unknown[] = [];
  bench.api.onCall = () => {
    chats.push(bench.api.calls.at(-1)!.payload.chat_id);
    // Another lane writes into the new chat.
    if (chats.length === 3) bench.api.elsewhere("in the new one");
  };
  bench.api.troubles.push("lost before", moved, "lost before");
  await bench.arrived(await bench.outbox.send(group, say("new")));
  bench.outbox.saw(-10, 101);
  await bench.arrived(await bench.outbox.send({ chatId: -10 }, say("next")));
  assert.deepEqual(chats, [-5, -5, -10, -10, -10]);
  assert.deepEqual(bench.api.touched, []);
  const ids = new ChatIds({ newest: 7, sure: true, own: [] });
  ids.blind();
  ids.sent(9);
  assert.deepEqual([ids.floor, ids.kept], [0, { newest: 0, sure: false }]);
});

Deno.test("K15.1 uploads: a file that arrived is not taken back for a word that it did not", async () => {
  const api = new FakeApi();
  const ids = new ChatIds({ newest: 100, sure: true, own: [] });
  const post = new Post("id", { ...chat }, {}, () => {}, () => Promise.resolve());
  const lost = new LostSends({
    api: api.api,
    clock: new FakeClock(),
    signal: new AbortController().signal,
    ids,
    onTry: () => Promise.resolve(),
    onSearched() {},
  });
  const upload = { index: 0, upload: true };
  const first = await lost.begin(post, { ...upload, print: "the file" });
  lost.failed(post, first, { kind: "network", description: "", unsent: false });
  const word = await lost.begin(post, { ...upload, print: "could not send the file" });
  lost.arrived(post, word, [103]);
  assert.deepEqual([word.after, post.lost, post.search, api.calls], [0, undefined, undefined, []]);
});

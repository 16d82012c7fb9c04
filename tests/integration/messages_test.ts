import assert from "node:assert/strict";
import type { AgentEvent } from "../../src/agents/agent.ts";
import { BOB, withBot } from "../support/bot_bench.ts";
import { aborted, saying } from "../support/scripted_agent.ts";
import { longMarkdown } from "../support/long_markdown.ts";

Deno.test("a message is answered", () =>
  withBot(async ({ alice, texts, until }) => {
    alice.send("hello");
    await until(() => texts().includes("You said: hello"));
  }));

Deno.test("a 20,000 character answer arrives once, complete, in order, every piece accepted", () =>
  withBot(async ({ alice, claude, bot, server, texts, until }) => {
    const { markdown, marks } = longMarkdown(20_000);
    claude.script = saying(markdown, 97);
    alice.send("long, please");
    await until(() => texts().join("\n").includes(marks.at(-1)!));
    await bot.settled();
    const pieces = texts();
    const shown = pieces.join("\n");
    for (const piece of pieces) assert.ok(piece.length <= 4096);
    let at = -1;
    for (const mark of marks) {
      const next = shown.indexOf(mark);
      assert.ok(next > at, `${mark} is missing or out of order`);
      assert.equal(shown.indexOf(mark, next + 1), -1, `${mark} stands twice`);
      at = next;
    }
    const refused = server.calls.filter(({ method, ok }) =>
      (method === "sendMessage" || method === "editMessageText") && ok === false
    );
    assert.deepEqual(refused, []);
  }));

Deno.test("messages sent while the bot was down are answered, in order", () =>
  withBot(async ({ alice, bob, texts, until, start }) => {
    alice.send("one");
    alice.send("two");
    bob.send("from bob");
    await start();
    await until(() => texts().length === 2 && texts(BOB).length === 1);
    assert.deepEqual(texts(), ["You said: one", "You said: two"]);
  }, { started: false }));

Deno.test("the same update delivered twice is answered once", () =>
  withBot(async ({ alice, claude, bot, server, texts, until }) => {
    alice.send("once");
    await until(() => texts().length === 1);
    server.redeliver(server.updates[0]!.update_id);
    alice.send("next");
    await until(() => texts().includes("You said: next"));
    await bot.settled();
    assert.deepEqual(claude.turns.map(({ text }) => text), ["once", "next"]);
  }));

Deno.test("people who are not on the list get no sign of life", () =>
  withBot(async ({ server, alice, texts, until }) => {
    const eve = server.user({ id: 666, first_name: "Eve" });
    eve.send("let me in");
    alice.send("hello");
    await until(() => texts().length === 1);
    assert.deepEqual(texts(666), []);
    assert.ok(server.calls.every(({ payload }) => payload.chat_id !== 666));
  }));

Deno.test("two chats run side by side, one chat in order", () =>
  withBot(async ({ alice, bob, claude, texts, until }) => {
    const gates = new Map<string, PromiseWithResolvers<void>>();
    claude.script = async function* ({ text }): AsyncIterable<AgentEvent> {
      const gate = Promise.withResolvers<void>();
      gates.set(text, gate);
      await gate.promise;
      yield { type: "text", text: `done ${text}` };
    };
    alice.send("a1");
    alice.send("a2");
    bob.send("b1");
    await until(() => gates.has("a1") && gates.has("b1"));
    assert.equal(gates.has("a2"), false);
    gates.get("b1")!.resolve();
    await until(() => texts(BOB).includes("done b1"));
    assert.deepEqual(texts(), []);
    gates.get("a1")!.resolve();
    await until(() => gates.has("a2"));
    gates.get("a2")!.resolve();
    await until(() => texts().length === 2);
    assert.deepEqual(texts(), ["done a1", "done a2"]);
  }));

Deno.test("the answer is seen growing, with what the agent does, and ends without that line", () =>
  withBot(async ({ alice, claude, bot, texts, until }) => {
    const gate = [1, 2].map(() => Promise.withResolvers<void>());
    claude.script = async function* (): AsyncIterable<AgentEvent> {
      yield { type: "tool", phase: "start", id: "1", name: "Bash", input: "ls -l" };
      yield { type: "tool", phase: "start", id: "2", name: "Bash", input: "cat  a\nb" };
      await gate[0]!.promise;
      yield { type: "text", text: "Half of it" };
      await gate[1]!.promise;
      yield { type: "text", text: " and the rest" };
    };
    alice.send("go");
    await until(() => texts()[0] === "⚙️ Bash ×2: cat a b");
    gate[0]!.resolve();
    await until(() => texts()[0] === "Half of it");
    gate[1]!.resolve();
    await until(() => texts()[0] === "Half of it and the rest");
    await bot.settled();
    assert.equal(texts().length, 1);
  }));

Deno.test("markers of buttons and files never show, not even half", () =>
  withBot(async ({ alice, claude, server, bot, texts, until }) => {
    claude.script = saying("Shall I?\n[button:Yes] [button:No]\n<file:/tmp/a.png>\nDone.", 3);
    alice.send("go");
    await until(() => texts()[0]?.includes("Done.") ?? false);
    await bot.settled();
    const everShown = server.calls.flatMap(({ payload }) => [String(payload.text ?? "")]);
    for (const text of everShown) assert.doesNotMatch(text, /\[but|<fil|button:|file:/);
  }));

Deno.test("an error after partial text is shown under it, with a way to try again", () =>
  withBot(async ({ alice, claude, said, texts, until }) => {
    claude.script = async function* (): AsyncIterable<AgentEvent> {
      yield { type: "text", text: "So far so good" };
      yield { type: "error", kind: "timeout", message: "The agent gave no sign of life." };
    };
    alice.send("go");
    await until(() => texts()[0]?.includes("no sign of life") ?? false);
    assert.equal(texts()[0], "So far so good\n\n⚠️ The agent gave no sign of life.");
    claude.script = saying("Better now");
    const [message] = said();
    const button = message!.reply_markup!.inline_keyboard[0]![0]!;
    assert.equal(button.text, "Try again");
    await alice.press(message!.message_id, (button as { callback_data: string }).callback_data);
    await until(() => texts().includes("Better now"));
    assert.deepEqual(claude.turns.map(({ text }) => text), ["go", "go"]);
  }));

Deno.test("a crash before anything was said is repaired by resuming once", () =>
  withBot(async ({ alice, claude, texts, until }) => {
    alice.send("first");
    await until(() => texts().length === 1);
    let crashes = 0;
    claude.script = async function* ({ text }): AsyncIterable<AgentEvent> {
      if (crashes++ === 0) yield { type: "error", kind: "crash", message: "gone" };
      else yield { type: "text", text: `survived ${text}` };
    };
    alice.send("second");
    await until(() => texts().includes("survived second"));
    assert.deepEqual(claude.opened.map(({ resume }) => resume), [undefined, "claude-session-1"]);
  }));

Deno.test("a crash after text was streamed is told, not repeated", () =>
  withBot(async ({ alice, claude, texts, until }) => {
    claude.script = async function* (): AsyncIterable<AgentEvent> {
      yield { type: "text", text: "Deleting things" };
      yield { type: "error", kind: "crash", message: "The agent ended in the middle." };
    };
    alice.send("go");
    await until(() => texts()[0]?.includes("in the middle") ?? false);
    assert.equal(claude.turns.length, 1);
  }));

Deno.test("a session that is gone is replaced by a fresh one, with a note", () =>
  withBot(async ({ alice, claude, start, stop, texts, until }) => {
    alice.send("first");
    await until(() => texts().length === 1);
    await stop();
    const resumed: boolean[] = [];
    claude.script = async function* ({ text }): AsyncIterable<AgentEvent> {
      resumed.push(claude.opened.at(-1)!.resume !== undefined);
      if (resumed.length === 1) yield { type: "error", kind: "resume_failed", message: "gone" };
      else yield { type: "text", text: `fresh ${text}` };
    };
    await start();
    alice.send("second");
    await until(() => /^fresh second.*could not be continued/s.test(texts().at(-1)!));
    assert.deepEqual(resumed, [true, false]);
  }));

Deno.test("sessions survive a restart", () =>
  withBot(async ({ alice, claude, start, stop, texts, until }) => {
    alice.send("first");
    await until(() => texts().length === 1);
    await stop();
    await start();
    alice.send("second");
    await until(() => texts().length === 2);
    assert.deepEqual(claude.opened.map(({ resume }) => resume), [undefined, "claude-session-1"]);
  }));

Deno.test("a follow-up message goes to the same warm session", () =>
  withBot(async ({ alice, claude, texts, until }) => {
    for (let i = 1; i <= 3; i++) {
      alice.send(`message ${i}`);
      await until(() => texts().length === i);
    }
    assert.equal(claude.opened.length, 1);
  }));

Deno.test("what had started when the program died is asked about, what waited runs", () =>
  withBot(async (bench) => {
    const { alice, claude, texts, said, until } = bench;
    claude.script = async function* (_, signal): AsyncIterable<AgentEvent> {
      yield { type: "text", text: "Working on it" };
      await aborted(signal);
    };
    alice.send("long job");
    alice.send("waiting");
    await until(() => texts()[0] === "Working on it");
    await bench.die();
    claude.script = saying("answer");
    await bench.start();
    await until(() => texts().length === 3);
    assert.deepEqual(texts().slice(0, 1), ["Working on it"]);
    const question = said().find(({ text }) => text?.startsWith("I was interrupted"))!;
    assert.match(question.text!, /“long job”/);
    assert.deepEqual(claude.turns.map(({ text }) => text), ["long job", "waiting"]);
    const [again] = question.reply_markup!.inline_keyboard[0]!;
    await alice.press(question.message_id, (again as { callback_data: string }).callback_data);
    await until(() => claude.turns.length === 3);
    assert.equal(claude.turns[2]!.text, "long job");
  }));

Deno.test("Claude's memory file reaches every new process", () =>
  withBot(async ({ alice, claude, home, start, stop, texts, until }) => {
    await Deno.writeTextFile(home.mainMemoryFile, "# Memory\n\nLikes tea.");
    alice.send("one");
    await until(() => texts().length === 1);
    await stop();
    await start();
    alice.send("two");
    await until(() => texts().length === 2);
    for (const { instructions } of claude.opened) assert.match(instructions!, /Likes tea/);
    assert.equal(claude.opened.length, 2);
  }));

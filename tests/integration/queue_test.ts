import assert from "node:assert/strict";
import type { AgentEvent } from "../../src/agents/agent.ts";
import { ALICE, type BotBench, withBot } from "../support/bot_bench.ts";
import { buttonsOf } from "../support/buttons.ts";
import { aborted, permission, saying } from "../support/scripted_agent.ts";

/** Makes every turn run until its gate opens or it is stopped. */
function gated({ claude }: BotBench): (text: string) => void {
  const gates = new Map<string, PromiseWithResolvers<void>>();
  const gate = (text: string) => {
    const known = gates.get(text) ?? Promise.withResolvers<void>();
    gates.set(text, known);
    return known;
  };
  claude.script = async function* ({ text }, signal): AsyncIterable<AgentEvent> {
    yield { type: "text", text: `Working on ${text}` };
    await Promise.race([gate(text).promise, aborted(signal)]);
    if (!signal.aborted) yield { type: "text", text: ": done" };
  };
  return (text) => gate(text).resolve();
}

const notice = ({ said }: BotBench) =>
  said().filter(({ text }) => text?.startsWith("[Message in queue"));

Deno.test("a message that waits gets a notice, which goes when its turn comes", () =>
  withBot(async (bench) => {
    const release = gated(bench);
    const { alice, texts, until } = bench;
    alice.send("one");
    await until(() => texts().includes("Working on one"));
    alice.send("two");
    await until(() => notice(bench).length === 1);
    assert.deepEqual(buttonsOf(notice(bench)[0]).map(({ text }) => text), ["Send now", "Cancel"]);
    release("one");
    await until(() => texts().includes("Working on two") && notice(bench).length === 0);
    release("two");
    await until(() => texts().includes("Working on two: done"));
  }));

Deno.test("K11.8 a waiting message can be cancelled with its button, which leaves nothing behind", () =>
  withBot(async (bench) => {
    const release = gated(bench);
    const { alice, claude, bot, said, texts, until } = bench;
    alice.send("one");
    await until(() => texts().includes("Working on one"));
    alice.send("two");
    await until(() => notice(bench).length === 1);
    const [message] = notice(bench);
    await alice.press(message!.message_id, buttonsOf(message)[1]!.data);
    await until(() => said().length === 1);
    release("one");
    await bot.settled();
    assert.deepEqual(claude.turns.map(({ text }) => text), ["one"]);
  }));

Deno.test("an edited message changes what waits", () =>
  withBot(async (bench) => {
    const release = gated(bench);
    const { alice, claude, texts, until } = bench;
    alice.send("one");
    await until(() => texts().includes("Working on one"));
    const waiting = alice.send("tow");
    await until(() => notice(bench).length === 1);
    alice.edit(waiting.message_id, "two");
    await until(() => bench.server.pendingUpdates === 0);
    release("one");
    await until(() => claude.turns.length === 2);
    assert.equal(claude.turns[1]!.text, "two");
    release("two");
  }));

Deno.test("K11.10 an edit of a message that the agent has already gets a word, one for each change", () =>
  withBot(async (bench) => {
    const release = gated(bench);
    const { alice, bot, claude, said, server, texts, until } = bench;
    const { message_id } = alice.send("one");
    await until(() => texts().includes("Working on one"));
    const words = () => texts().filter((text) => text.startsWith("I am already working on that"));
    alice.edit(message_id, "two");
    await until(() => words().length === 1);
    // The same text once more, as when the preview of a link is added.
    alice.edit(message_id, "two");
    alice.edit(message_id, "three");
    await until(() => words().length === 2);
    assert.ok(said().some(({ text }) => text === "Working on one"));
    release("one");
    await bot.settled();
    // What was answered may be corrected without a word.
    alice.edit(message_id, "four");
    await until(() => server.pendingUpdates === 0);
    await bot.settled();
    assert.equal(words().length, 2);
    assert.deepEqual(claude.turns.map(({ text }) => text), ["one"]);
  }));

Deno.test("K11.10 an answer to a question that is changed afterwards gets a word, while the agent goes on with it", () =>
  withBot(async ({ alice, bot, claude, said, server, texts, until }) => {
    const gate = Promise.withResolvers<void>();
    claude.script = async function* (_, signal): AsyncIterable<AgentEvent> {
      yield permission();
      await Promise.race([gate.promise, aborted(signal)]);
      yield { type: "text", text: "done" };
    };
    alice.send("go");
    await until(() => said().some((message) => buttonsOf(message).length > 0));
    const { message_id } = alice.send("no, use UTC");
    await until(() => texts().some((text) => text.endsWith("no, use UTC")));
    alice.edit(message_id, "no, use Berlin");
    const words = () => texts().filter((text) => text.startsWith("That message stays as it was"));
    await until(() => words().length === 1);
    gate.resolve();
    await bot.settled();
    alice.edit(message_id, "no, use Rome");
    await until(() => server.pendingUpdates === 0);
    await bot.settled();
    assert.equal(words().length, 1);
  }));

Deno.test("K11.10 what waits and is or becomes a command stays as it was, and that is said", () =>
  withBot(async (bench) => {
    const release = gated(bench);
    const { alice, bot, claude, texts, until } = bench;
    alice.send("one");
    await until(() => texts().includes("Working on one"));
    const [two, fresh] = [alice.send("two"), alice.send("/new")];
    await until(() => notice(bench).length === 2);
    const words = () => texts().filter((text) => text.startsWith("That message stays as it was"));
    alice.edit(two.message_id, "/stop");
    await until(() => words().length === 1);
    alice.edit(fresh.message_id, "three");
    await until(() => words().length === 2);
    ["one", "two"].forEach(release);
    await until(() => texts().includes("New session with Claude Code."));
    await bot.settled();
    assert.deepEqual(claude.turns.map(({ text }) => text), ["one", "two"]);
  }));

Deno.test("K11.10 a live location that moves while the agent works on it gets no word", () =>
  withBot(async (bench) => {
    const { alice, bot, claude, server, texts, until } = bench;
    const gate = Promise.withResolvers<void>();
    claude.script = async function* (_, signal): AsyncIterable<AgentEvent> {
      yield { type: "text", text: "Looking" };
      await Promise.race([gate.promise, aborted(signal)]);
    };
    const message = alice.sendLocation(52.5, 13.4);
    await until(() => texts().includes("Looking"));
    for (const latitude of [52.6, 52.7]) {
      const location = { latitude, longitude: 13.4, live_period: 900 };
      server.inject({ edited_message: { ...message, location, edit_date: message.date } as never });
    }
    await until(() => server.pendingUpdates === 0);
    gate.resolve();
    await bot.settled();
    assert.deepEqual(texts(), ["Looking"]);
  }));

Deno.test("K11.10 another photo in a message that the agent has already gets a word", () =>
  withBot(async (bench) => {
    const { alice, claude, server, texts, until } = bench;
    const gate = Promise.withResolvers<void>();
    claude.script = async function* (_, signal): AsyncIterable<AgentEvent> {
      yield { type: "text", text: "Looking" };
      await Promise.race([gate.promise, aborted(signal)]);
    };
    const bytes = new TextEncoder().encode("a,b");
    const message = alice.sendFile({ kind: "document", bytes, file_name: "a.csv", caption: "sum" });
    await until(() => texts().includes("Looking"));
    const document = { ...message.document!, file_unique_id: "other" };
    server.inject({ edited_message: { ...message, document, edit_date: message.date } as never });
    await until(() => texts().some((text) => text.startsWith("I am already working on that")));
    gate.resolve();
  }));

Deno.test("K11.10 the change of a message that waits holds over a restart", () =>
  withBot(async (bench) => {
    gated(bench);
    const { alice, claude, server, texts, until } = bench;
    alice.send("one");
    await until(() => texts().includes("Working on one"));
    const { message_id } = alice.send("tow");
    await until(() => notice(bench).length === 1);
    alice.edit(message_id, "two");
    await until(() => server.pendingUpdates === 0);
    await bench.stop();
    await bench.start();
    await until(() => claude.turns.length === 2);
    assert.equal(claude.turns[1]!.text, "two");
  }));

Deno.test("K11.10 a message that was changed while the bot was down is answered as it is now", () =>
  withBot(async (bench) => {
    const { alice, bot, claude, texts, until } = bench;
    await bench.stop();
    const { message_id } = alice.send("tow");
    alice.edit(message_id, "two");
    await bench.start();
    await until(() => texts().includes("You said: two"));
    await bot.settled();
    assert.deepEqual([claude.turns.length, texts()], [1, ["You said: two"]]);
  }));

for (const word of ["/interrupt", "!three"]) {
  Deno.test(`${word} ends the running turn and goes on with the queue`, () =>
    withBot(async (bench) => {
      const release = gated(bench);
      const { alice, claude, texts, until } = bench;
      alice.send("one");
      await until(() => texts().includes("Working on one"));
      alice.send("two");
      await until(() => notice(bench).length === 1);
      alice.send(word);
      ["two", "three"].forEach(release);
      await until(() => texts().includes("Working on two: done"));
      const order = claude.turns.map(({ text }) => text);
      assert.deepEqual(order, word === "/interrupt" ? ["one", "two"] : ["one", "three", "two"]);
      assert.ok(texts().includes("Working on one\n\nStopped."));
    }));
}

Deno.test("buttons of the agent answer with their whole label and stand under the text", () =>
  withBot(async ({ alice, claude, said, texts, until, bot }) => {
    const long = "L".repeat(100);
    claude.script = saying(`Choose\n[button:Yes] [button:${long}]\n[button:d:drop:1]`);
    alice.send("go");
    await until(() => said()[0]?.reply_markup !== undefined);
    await bot.settled();
    const [message] = said();
    assert.equal(message!.text, "Choose");
    assert.deepEqual(
      message!.reply_markup!.inline_keyboard.map((row) => row.map(({ text }) => text)),
      [["Yes", long], ["d:drop:1"]],
    );
    claude.script = async function* ({ text }): AsyncIterable<AgentEvent> {
      yield { type: "text", text: `got ${text}` };
    };
    await alice.press(message!.message_id, buttonsOf(message)[1]!.data);
    await until(() => texts().includes(`got ${long}`));
    assert.equal(texts()[0], `Choose\n\n[USER ANSWER] ${long}`);
    assert.equal(said()[0]!.reply_markup, undefined);
  }));

Deno.test("a label that looks like one of our own buttons is only a label", () =>
  withBot(async ({ alice, claude, said, texts, until, bot }) => {
    claude.script = saying("[button:d:drop:1]");
    alice.send("go");
    await until(() => said()[0]?.reply_markup !== undefined);
    await bot.settled();
    claude.script = async function* ({ text }): AsyncIterable<AgentEvent> {
      yield { type: "text", text: `got ${text}` };
    };
    await alice.press(said()[0]!.message_id, buttonsOf(said()[0])[0]!.data);
    await until(() => texts().includes("got d:drop:1"));
  }));

Deno.test("a usage limit can be waited out, and the wait survives a restart", () =>
  withBot(async ({ alice, claude, said, texts, until, start, stop }) => {
    const resetAt = new Date(Date.now() + 1500);
    claude.script = async function* (): AsyncIterable<AgentEvent> {
      yield { type: "error", kind: "usage_limit", message: "The limit is reached.", resetAt };
    };
    alice.send("go");
    await until(() => said()[0]?.reply_markup !== undefined);
    const labels = buttonsOf(said()[0]).map(({ text }) => text);
    assert.match(labels[0]!, /^Continue at \d\d:\d\d$/);
    assert.deepEqual(labels.slice(1), ["Switch to Codex", "Try again", "Drop"]);
    await alice.press(said()[0]!.message_id, buttonsOf(said()[0])[0]!.data);
    await until(() => texts().some((text) => text.startsWith("I will continue with it by myself")));
    await stop();
    claude.script = saying("At last");
    await start();
    await until(() => texts().includes("At last"));
    assert.deepEqual(claude.turns.map(({ text }) => text), ["go", "go"]);
  }));

Deno.test("a usage limit can be left by switching to the other provider", () =>
  withBot(async ({ alice, claude, codex, said, texts, until }) => {
    claude.script = async function* (): AsyncIterable<AgentEvent> {
      yield { type: "error", kind: "usage_limit", message: "The limit is reached." };
    };
    alice.send("go");
    await until(() => said()[0]?.reply_markup !== undefined);
    const change = buttonsOf(said()[0]).find(({ text }) => text === "Switch to Codex")!;
    await alice.press(said()[0]!.message_id, change.data);
    await until(() => texts().includes("You said: go"));
    assert.equal(codex.turns.length, 1);
  }));

Deno.test('K2.1 "Switch to" changes whom the conversation runs with when that one has answered, and not before', () =>
  withBot(async ({ alice, bot, claude, codex, said, texts, until, start, stop }) => {
    const fails = async function* (): AsyncIterable<AgentEvent> {
      yield { type: "error", kind: "usage_limit", message: "The limit is reached." };
    };
    const answers = codex.script;
    claude.script = codex.script = fails;
    const press = async (label: string) => {
      await until(() => buttonsOf(said().at(-1)).some(({ text }) => text === label));
      await bot.settled();
      const message = said().at(-1)!;
      const button = buttonsOf(message).find(({ text }) => text === label)!;
      await alice.press(message.message_id, button.data);
    };
    const turns = () => [claude.turns.length, codex.turns.length];
    alice.send("go");
    await press("Switch to Codex");
    await until(() => codex.turns.length === 1);
    // It has failed there as well: everything else goes on as before, and it is tried there again.
    alice.send("something else");
    await until(() => claude.turns.length === 2);
    await until(() => buttonsOf(said().at(-1)).length > 0);
    await bot.settled();
    const failed = said().filter((message) => buttonsOf(message).length > 0);
    assert.deepEqual(turns(), [2, 1]);
    await stop();
    await start();
    codex.script = answers;
    const again = buttonsOf(failed[0]).find(({ text }) => text === "Try again")!;
    await alice.press(failed[0]!.message_id, again.data);
    await until(() => texts().includes("You said: go"));
    alice.send("and now");
    await until(() => texts().includes("You said: and now"));
    assert.deepEqual(turns(), [2, 3]);
  }));

Deno.test("K9.2 a conversation that is refused every time can be gone on with in a new session", () =>
  withBot(async ({ alice, claude, said, texts, until }) => {
    alice.send("one");
    await until(() => texts().includes("You said: one"));
    const echo = claude.script;
    claude.script = async function* (): AsyncIterable<AgentEvent> {
      const message = "The service refused the conversation.";
      yield { type: "error", kind: "refused_conversation", message };
    };
    const press = async (label: string) => {
      const labelled = () =>
        said().findLast((each) => buttonsOf(each).some(({ text }) => text === label));
      await until(() => labelled() !== undefined);
      const { message_id } = labelled()!;
      await alice.press(
        message_id,
        buttonsOf(labelled()).find(({ text }) => text === label)!.data,
      );
    };
    alice.send("two");
    await press("Try again");
    await until(() => /A new session starts without it\./.test(texts().at(-1)!));
    claude.script = echo;
    await press("New session");
    await until(() => texts().includes("You said: two"));
    assert.equal(claude.opened.at(-1)!.resume, undefined);
    assert.equal(claude.opened.length, 2);
  }));

// Said "Done after 1 s" in a message of its own; the answer rings itself now.
Deno.test("K11.2 a turn says nothing but its answer, however long it took", () =>
  withBot(async (bench) => {
    const release = gated(bench);
    const { alice, bot, texts, until } = bench;
    alice.send("one");
    await until(() => texts().includes("Working on one"));
    await new Promise((resolve) => setTimeout(resolve, 1100));
    release("one");
    await until(() => texts().includes("Working on one: done"));
    await bot.settled();
    assert.deepEqual(texts(), ["Working on one: done"]);
  }, { config: { notify_after_seconds: 1 } }));

Deno.test("reactions show how far the message is, when they are wanted", () =>
  withBot(async (bench) => {
    const release = gated(bench);
    const { server, alice, until, texts } = bench;
    const { message_id } = alice.send("one");
    const mine = () =>
      server.reactions(ALICE, message_id).get(server.me.id)?.map((r) => "emoji" in r && r.emoji);
    await until(() => mine()?.[0] === "👀");
    release("one");
    await until(() => texts().includes("Working on one: done") && mine()?.[0] === "👌");
  }, { config: { status_reactions: true } }));

Deno.test("drafts show the growing answer, and one message stands at the end", () =>
  withBot(async (bench) => {
    const release = gated(bench);
    const { server, alice, bot, texts, until } = bench;
    alice.send("one");
    await until(() => server.drafts(ALICE).some(({ text }) => text === "Working on one"));
    assert.deepEqual(texts(), []);
    release("one");
    await until(() => texts().includes("Working on one: done"));
    await bot.settled();
    assert.deepEqual(texts(), ["Working on one: done"]);
    assert.ok(server.calls.every(({ method }) => method !== "editMessageText"));
  }, { config: { streaming: { mode: "draft" } } }));

Deno.test("where drafts fail the answer is edited, and not doubled", () =>
  withBot(async (bench) => {
    const release = gated(bench);
    const { server, alice, bot, texts, until } = bench;
    server.faults.add({ method: "sendMessageDraft", fault: { status: 400 } });
    alice.send("one");
    await until(() => texts().includes("Working on one"));
    release("one");
    await until(() => texts().includes("Working on one: done"));
    await bot.settled();
    assert.equal(texts().length, 1);
    assert.equal(server.calls.filter(({ method }) => method === "sendMessageDraft").length, 1);
  }, { config: { streaming: { mode: "draft" } } }));

Deno.test("quiet shows no tools, full shows thoughts", async () => {
  for (const verbosity of ["quiet", "full"] as const) {
    await withBot(async ({ server, alice, claude, bot, texts, until }) => {
      const gate = Promise.withResolvers<void>();
      claude.script = async function* (): AsyncIterable<AgentEvent> {
        yield { type: "thinking", text: "Let me **see**" };
        await Promise.race([gate.promise, until(() => texts()[0] === "💭 Let me see")]);
        yield { type: "tool", phase: "start", id: "1", name: "Bash", input: "ls" };
        await Promise.race([gate.promise, until(() => texts()[0] === "⚙️ Bash: ls")]);
        yield { type: "text", text: "Answer" };
      };
      if (verbosity === "quiet") gate.resolve();
      alice.send("go");
      await until(() => texts().includes("Answer"));
      await bot.settled();
      assert.deepEqual(texts(), ["Answer"]);
      const shown = server.calls.flatMap(({ payload }) => String(payload.text ?? ""));
      assert.equal(shown.some((text) => /💭|⚙️/.test(text)), verbosity === "full");
    }, { config: { verbosity } });
  }
});

Deno.test("append mode sends each finished part as a message of its own and edits none", () =>
  withBot(async ({ server, alice, claude, bot, texts, until }) => {
    const parts = ["First paragraph, long enough.", "Second paragraph, long enough too.", "End."];
    claude.script = saying(parts.join("\n\n"), 7);
    alice.send("go");
    await until(() => texts().includes("End."));
    await bot.settled();
    assert.deepEqual(texts(), parts);
    assert.ok(server.calls.every(({ method }) => method !== "editMessageText"));
  }, { config: { streaming: { append_mode: true, min_chars: 10 } } }));

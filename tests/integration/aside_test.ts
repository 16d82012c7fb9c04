/** Side questions and background tasks, beside a conversation. */
import assert from "node:assert/strict";
import type { AgentEvent, PermissionDecision } from "../../src/agents/agent.ts";
import { type BotBench, withBot } from "../support/bot_bench.ts";
import { buttonsOf } from "../support/buttons.ts";
import { aborted, permission } from "../support/scripted_agent.ts";

/** Turns that last until they are let go by their text. */
function gated({ claude }: BotBench) {
  const gates = new Map<string, PromiseWithResolvers<void>>();
  const gate = (text: string) => {
    const known = gates.get(text) ?? Promise.withResolvers<void>();
    gates.set(text, known);
    return known;
  };
  claude.script = async function* ({ text }, signal): AsyncIterable<AgentEvent> {
    yield { type: "text", text: `${text}: ` };
    await Promise.race([gate(text).promise, aborted(signal)]);
    if (!signal.aborted) yield { type: "text", text: "done" };
  };
  return (text: string) => gate(text).resolve();
}

/** A conversation with a session, in which `one` runs. */
async function working(bench: BotBench) {
  const { alice, bot, claude, texts, until } = bench;
  const release = gated(bench);
  alice.send("zero");
  release("zero");
  await until(() => texts().includes("zero: done"));
  await bot.settled();
  alice.send("one");
  await until(() => claude.turns.length === 2);
  return release;
}

const background = ({ said }: BotBench) =>
  said().filter(({ text }) => text?.startsWith("Working on it in the background"));

Deno.test("side: a question is answered from a copy, beside the running turn, which is whole and newest", () =>
  withBot(async (bench) => {
    const { alice, bot, claude, home, texts, until, said } = bench;
    const release = await working(bench);
    alice.send("/side what is it?");
    await until(() => claude.turns.length === 3);
    const spec = claude.opened.at(-1)!;
    assert.equal(spec.resume, "claude-session-1");
    assert.deepEqual([spec.fork, spec.persist, spec.permissionMode], [true, false, "plan"]);
    assert.equal(claude.turns[2]!.permissionMode, "plan");
    release("what is it?");
    await until(() => texts().includes("Aside: what is it?: done"));
    await until(() => claude.closed === 1);
    alice.send("two");
    release("one");
    await until(() => texts().includes("one: done"));
    release("two");
    await until(() => texts().at(-1) === "two: done");
    await bot.settled();
    assert.deepEqual(texts(), ["zero: done", "Aside: what is it?: done", "one: done", "two: done"]);
    assert.equal(said().length, 4);
    const kept = await Deno.readTextFile(home.sessionsFile);
    assert.match(kept, /"message_count": 3/);
    assert.equal(claude.turns[3]!.permissionMode, "bypassPermissions");
  }));

Deno.test("side: nothing is allowed in it, and an empty one says how to ask", () =>
  withBot(async (bench) => {
    const { alice, bot, claude, texts, until } = bench;
    const answers: PermissionDecision[] = [];
    claude.script = async function* () {
      yield permission(answers);
      yield { type: "text", text: "No." };
    };
    alice.send("/side remove it");
    await until(() => texts().some((text) => text.startsWith("Aside: No.")));
    await bot.settled();
    assert.equal(answers[0]!.behavior, "deny");
    assert.match(texts()[0]!, /Answered without this conversation/);
    alice.send("/side");
    await until(() => texts().at(-1)!.startsWith("Write your question after it"));
  }));

Deno.test("bg: a task reports when it is done, with a message that rings; it is listed meanwhile", () =>
  withBot(async (bench) => {
    const { alice, bot, claude, server, texts, until } = bench;
    const release = await working(bench);
    alice.send("/bg sort it");
    await until(() => background(bench).length === 1 && claude.turns.length === 3);
    assert.equal(claude.opened.at(-1)!.permissionMode, "bypassPermissions");
    alice.send("/status");
    await until(() => texts().some((text) => /In the background: sort it/.test(text)));
    release("sort it");
    const report = "In the background: sort it\n\nsort it: done";
    await until(() => texts().at(-1) === report && background(bench).length === 0);
    const sent = server.calls.find(({ method, payload }) =>
      method === "sendMessage" && payload.text === report
    );
    assert.notEqual(sent!.payload.disable_notification, true);
    release("one");
    await until(() => texts().at(-1) === "one: done");
    await bot.settled();
  }));

Deno.test("bg: only so many run at a time; Cancel ends one, /stop all of them", () =>
  withBot(async (bench) => {
    const { alice, bot, claude, texts, until } = bench;
    const release = await working(bench);
    for (const name of ["a", "b", "c"]) alice.send(`/bg ${name}`);
    await until(() => background(bench).length === 3 && claude.turns.length === 4);
    const notice = background(bench).find(({ text }) => text!.endsWith(": a"))!;
    await alice.press(notice.message_id, buttonsOf(notice)[0]!.data);
    await until(() => claude.turns.length === 5 && background(bench).length === 2);
    alice.send("/stop");
    await until(() =>
      texts().some((text) => /Stopped. Ended in the background: b, c\./.test(text))
    );
    await bot.settled();
    release("nothing");
    assert.equal(background(bench).length, 0);
    assert.equal(claude.turns.length, 5);
  }, { config: { agents: { max_parallel: 2 } } }));

Deno.test("bg: what it asks says whose question it is", () =>
  withBot(async (bench) => {
    const { alice, bot, claude, said, until } = bench;
    const answers: PermissionDecision[] = [];
    claude.script = async function* () {
      yield permission(answers);
      await until(() => answers.length > 0);
      yield { type: "text", text: "Done it." };
    };
    alice.send("/bg sort it");
    const question = () => said().find(({ text }) => text?.includes("Run: date"));
    await until(() => buttonsOf(question()).length > 0);
    assert.match(question()!.text!, /sort it/);
    await alice.press(question()!.message_id, buttonsOf(question())[0]!.data);
    await bot.settled();
    assert.equal(answers.length, 1);
  }));

Deno.test("bg: after a crash it is asked about, and Run again runs it beside again", () =>
  withBot(async (bench) => {
    const { alice, claude, said, texts, until } = bench;
    const release = gated(bench);
    alice.send("/bg sort it");
    await until(() => claude.turns.length === 1);
    await bench.die();
    await bench.start();
    const question = () => said().find(({ text }) => text?.startsWith("I was interrupted"));
    await until(() => question() !== undefined);
    await bench.bot.settled();
    assert.equal(claude.turns.length, 1);
    await alice.press(question()!.message_id, buttonsOf(question())[0]!.data);
    await until(() => claude.turns.length === 2);
    release("sort it");
    await until(() => texts().at(-1) === "In the background: sort it\n\nsort it: done");
    await bench.bot.settled();
    assert.equal(claude.turns[1]!.text, "sort it");
  }));

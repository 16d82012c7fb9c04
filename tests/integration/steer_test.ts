/** Messages that are sent to the agent while it works. */
import assert from "node:assert/strict";
import type { AgentEvent } from "../../src/agents/agent.ts";
import { type BotBench, withBot } from "../support/bot_bench.ts";
import { buttonsOf } from "../support/buttons.ts";
import { aborted } from "../support/scripted_agent.ts";

/** Turns that last until they are let go; what they are told on the way is part of their answer. */
function steerable({ claude }: BotBench) {
  const gates: PromiseWithResolvers<void>[] = [];
  const gate = (turn: number) => gates[turn] ??= Promise.withResolvers();
  const added: string[] = [];
  let begun = 0;
  let released = 0;
  claude.script = async function* ({ text }, signal): AsyncIterable<AgentEvent> {
    const turn = begun++;
    const from = added.length;
    yield { type: "tool", phase: "start", id: "t", name: "Bash", input: "make" };
    await Promise.race([gate(turn).promise, aborted(signal)]);
    yield { type: "text", text: [text, ...added.slice(from)].join(" + ") };
  };
  claude.steer = (text) => Promise.resolve(added.push(text) > 0);
  return {
    added,
    /** Lets the next turn go to its end. */
    release: () => gate(released++).resolve(),
  };
}

const notices = ({ said }: BotBench, start = "[Message in queue") =>
  said().filter(({ text }) => text?.startsWith(start));

/** Presses buttons of a message at the same time; @returns the words the presses got */
async function tap({ alice, server, until }: BotBench, message: number, ...data: string[]) {
  const answers = () => server.calls.filter(({ method }) => method === "answerCallbackQuery");
  const before = answers().length;
  await Promise.all(data.map((one) => alice.press(message, one)));
  await until(() => answers().length === before + data.length);
  return answers().slice(before).map(({ payload }) => payload.text);
}

/** Something runs, and `text` waits; @returns its notice and the buttons of that */
async function waiting(bench: BotBench, text: string) {
  const { alice, claude, until } = bench;
  if (claude.turns.length === 0) {
    alice.send("one");
    await until(() => claude.turns.length === 1);
  }
  const before = notices(bench).length;
  alice.send(text);
  await until(() => notices(bench).length === before + 1);
  const { message_id } = notices(bench).at(-1)!;
  const data = (label: string) =>
    buttonsOf(notices(bench).find((one) => one.message_id === message_id))
      .find((button) => button.text === label)?.data;
  return { id: message_id, send: data("Send now"), cancel: data("Cancel") };
}

Deno.test("steer: Send now hands a waiting message to the running turn, which answers it; nothing runs twice", () =>
  withBot(async (bench) => {
    const { bot, claude, until, texts } = bench;
    const { added, release } = steerable(bench);
    const notice = await waiting(bench, "two");
    const words = await tap(bench, notice.id, notice.send!, notice.send!, notice.cancel!);
    assert.equal(words.filter((word) => word === "It no longer waits.").length, 2);
    await until(() => notices(bench, "[Message taken into the running answer at ").length === 1);
    release();
    await until(() => texts().includes("one + two"));
    await bot.settled();
    assert.deepEqual(added, ["two"]);
    assert.equal(claude.turns.length, 1);
    assert.equal(bench.said().at(-1)!.text, "one + two", "the answer is the newest message");
  }));

Deno.test("steer: with queue_mode steer a message goes to the running turn by itself", () =>
  withBot(async (bench) => {
    const { alice, bot, claude, until, texts } = bench;
    const { added, release } = steerable(bench);
    alice.send("one");
    await until(() => claude.turns.length === 1);
    alice.send("two");
    alice.send("three");
    await until(() => notices(bench, "[Message taken").length === 2);
    release();
    await until(() => texts().includes("one + two + three"));
    await bot.settled();
    assert.deepEqual(added, ["two", "three"]);
    assert.equal(claude.turns.length, 1);
  }, { config: { queue_mode: "steer" } }));

Deno.test("steer: an agent that cannot take messages says so, and they keep their order", () =>
  withBot(async (bench) => {
    const { bot, claude, until, texts } = bench;
    const { release } = steerable(bench);
    claude.steer = () => Promise.resolve(false);
    const two = await waiting(bench, "two");
    await waiting(bench, "three");
    const [word] = await tap(bench, two.id, two.send!);
    assert.equal(word, "The agent cannot take it now. It keeps its place in the queue.");
    await until(() => notices(bench).length === 2);
    for (const text of ["one", "two", "three"]) {
      await until(() => claude.turns.at(-1)!.text === text);
      release();
      await until(() => texts().includes(text));
    }
    await bot.settled();
    assert.deepEqual(claude.turns.map(({ text }) => text), ["one", "two", "three"]);
  }));

Deno.test("steer: commands of the CLI, other models and files wait for a turn of their own", () =>
  withBot(async (bench) => {
    steerable(bench);
    for (const text of ["/compact", "@codex hello"]) {
      const { send, cancel } = await waiting(bench, text);
      assert.equal(send, undefined, text);
      assert.notEqual(cancel, undefined, text);
    }
  }));

Deno.test("steer: /stop ends the turn with what was added, and the queue", () =>
  withBot(async (bench) => {
    const { alice, bot, claude, until, texts } = bench;
    steerable(bench);
    const two = await waiting(bench, "two");
    await waiting(bench, "three");
    await tap(bench, two.id, two.send!);
    await until(() => notices(bench, "[Message taken").length === 1);
    alice.send("/stop");
    await until(() => texts().includes("⏹ Stopped. One waiting message was dropped."));
    await bot.settled();
    await bench.stop();
    await bench.start();
    await bench.bot.settled();
    assert.equal(claude.turns.length, 1);
    assert.ok(!texts().some((text) => text.startsWith("I was interrupted")));
  }));

Deno.test("steer: after a crash a message that was taken is asked about together with its turn", () =>
  withBot(async (bench) => {
    const { alice, claude, until, texts, said } = bench;
    const { release } = steerable(bench);
    const two = await waiting(bench, "two");
    await tap(bench, two.id, two.send!);
    await until(() => notices(bench, "[Message taken").length === 1);
    await bench.die();
    release();
    await bench.start();
    const question = () => said().find(({ text }) => text?.startsWith("I was interrupted"));
    await until(() => question() !== undefined);
    await bench.bot.settled();
    assert.equal(texts().filter((text) => text.startsWith("I was interrupted")).length, 1);
    assert.equal(claude.turns.length, 1);
    const again = buttonsOf(question()).find(({ text }) => text === "Run again")!;
    await alice.press(question()!.message_id, again.data);
    await until(() => claude.turns.length === 2);
    assert.equal(claude.turns[1]!.text, "one\n\ntwo");
    release();
    await until(() => texts().includes("one\n\ntwo"));
    await bench.bot.settled();
    assert.equal(claude.turns.length, 2);
  }));

Deno.test("steer: what fails with its turn is tried again with it", () =>
  withBot(async (bench) => {
    const { alice, bot, claude, until, said } = bench;
    const { release, added } = steerable(bench);
    const script = claude.script;
    claude.script = async function* (turn, signal) {
      for await (const event of script(turn, signal)) if (event.type === "tool") yield event;
      yield { type: "error", kind: "other", message: "It broke." };
    };
    const two = await waiting(bench, "two");
    await tap(bench, two.id, two.send!);
    await until(() => added.length === 1);
    release();
    const failed = () => said().find(({ text }) => text?.includes("It broke."));
    await until(() => buttonsOf(failed()).length > 0);
    await bot.settled();
    claude.script = script;
    await alice.press(failed()!.message_id, buttonsOf(failed())[0]!.data);
    await until(() => claude.turns.length === 2);
    assert.equal(claude.turns[1]!.text, "one\n\ntwo");
    release();
    await bot.settled();
  }));

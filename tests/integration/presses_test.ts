/** Buttons under a request that could not be answered: what was pressed once happens once, whatever ends in between. */
import assert from "node:assert/strict";
import type { Message } from "grammy/types";
import type { AgentEvent } from "../../src/agents/agent.ts";
import { type BotBench, withBot } from "../support/bot_bench.ts";
import { buttonsOf } from "../support/buttons.ts";
import { aborted, type Script } from "../support/scripted_agent.ts";

const answering: Script = async function* ({ text }): AsyncIterable<AgentEvent> {
  yield { type: "text", text: `answer to: ${text}` };
};

/** "lost" meets a usage limit, everything else runs until it is stopped. */
const failing: Script = async function* ({ text }, signal): AsyncIterable<AgentEvent> {
  if (text === "lost") {
    const resetAt = new Date(Date.now() + 3_600_000);
    yield { type: "error", kind: "usage_limit", message: "The limit is reached.", resetAt };
    return;
  }
  yield { type: "text", text: `working on: ${text}` };
  await aborted(signal);
};

/** The message with the buttons under "lost", which has failed. */
async function failed({ alice, claude, said, until }: BotBench): Promise<Message> {
  claude.script = failing;
  alice.send("lost");
  await until(() => buttonsOf(said()[0]).length > 0);
  return said()[0]!;
}

/** Keeps the conversation busy with a turn that does not end by itself. */
async function busy({ alice, texts, until }: BotBench): Promise<void> {
  alice.send("busy");
  await until(() => texts().includes("working on: busy"));
}

/** @returns The word the user gets for it. */
async function press({ alice }: BotBench, message: Message, label: string) {
  const button = buttonsOf(message).find(({ text }) => text.startsWith(label));
  assert.ok(button, `a button ${label}`);
  return (await alice.press(message.message_id, button.data)).text;
}

const shown = ({ said }: BotBench, { message_id }: Message) =>
  said().find((message) => message.message_id === message_id);

/** How often "lost" went to an agent. */
const runs = ({ claude, codex }: BotBench) =>
  [...claude.turns, ...codex.turns].filter(({ text }) => text === "lost").length;

/** Resolves when the bot has noted all that was sent or pressed before: its notes have an order. */
async function noted({ alice, texts, until }: BotBench): Promise<void> {
  alice.send("/help");
  await until(() => texts().some((text) => text.includes("/interrupt")));
}

/** Everything that was taken up at the start has had its turn. */
async function allDone({ alice, bot, texts, until }: BotBench): Promise<void> {
  alice.send("the end");
  await until(() => texts().includes("answer to: the end"));
  await bot.settled();
}

for (const label of ["Try again", "Switch to Codex"]) {
  for (const how of ["stop", "die"] as const) {
    Deno.test(`K15.2 presses: "${label}" in the queue runs once at the next start (${how})`, () =>
      withBot(async (bench) => {
        const { claude, codex, start, until, texts } = bench;
        const message = await failed(bench);
        await busy(bench);
        void press(bench, message, label);
        await until(() => buttonsOf(shown(bench, message)).length === 0);
        await noted(bench);
        await bench[how]();
        assert.equal(runs(bench), 1);
        claude.script = codex.script = answering;
        await start();
        await until(() => texts().includes("answer to: lost"));
        await allDone(bench);
        assert.equal(runs(bench), 2);
        const last = label === "Try again" ? claude : codex;
        assert.ok(last.turns.some(({ text }) => text === "the end"));
      }));
  }
}

Deno.test("K15.2 presses: what was pressed keeps its place in the queue over a crash", () =>
  withBot(async (bench) => {
    const { alice, claude, said, start, until } = bench;
    const waiting = () => said().filter(({ text }) => text?.startsWith("[Message in queue")).length;
    const message = await failed(bench);
    await busy(bench);
    alice.send("before");
    await until(() => waiting() === 1);
    void press(bench, message, "Try again");
    await until(() => waiting() === 2);
    alice.send("after");
    await until(() => waiting() === 3);
    await bench.die();
    claude.script = answering;
    const from = claude.turns.length;
    await start();
    await until(() => claude.turns.length === from + 3);
    await allDone(bench);
    const order = claude.turns.slice(from).map(({ text }) => text);
    assert.deepEqual(order, ["before", "lost", "after", "the end"]);
  }));

Deno.test("K15.3 presses: one that was cut off before its buttons went runs nothing at the next start", () =>
  withBot(async (bench) => {
    const { claude, said, server, start, texts, until } = bench;
    const message = await failed(bench);
    claude.script = async function* (_, signal) {
      yield { type: "text", text: "second try" };
      await aborted(signal);
    };
    server.faults.add({ method: "editMessageReplyMarkup", fault: "hang", times: 1 });
    void press(bench, message, "Try again");
    await until(() => texts().includes("second try"));
    await bench.die();
    claude.script = answering;
    await start();
    const question = () => said().find(({ text }) => text?.startsWith("I was interrupted"));
    await until(() => question() !== undefined);
    await allDone(bench);
    assert.equal(runs(bench), 2);
    await press(bench, question()!, "Run again");
    await until(() => texts().includes("answer to: lost"));
    await allDone(bench);
    assert.equal(runs(bench), 3);
  }));

Deno.test("K15.3 presses: a second tap runs nothing and gets a word, waiting, running and after it", () =>
  withBot(async (bench) => {
    const { claude, server, texts, until, bot } = bench;
    const message = await failed(bench);
    await busy(bench);
    // The buttons stay, as they do for a moment on every other device.
    const stay = server.faults.add({
      method: "editMessageReplyMarkup",
      fault: { status: 400, description: "Bad Request: not now" },
    });
    const gate = Promise.withResolvers<void>();
    claude.script = async function* ({ text }) {
      yield { type: "text", text: `second try of: ${text}` };
      await gate.promise;
    };
    const taps = await Promise.all([
      press(bench, message, "Try again"),
      press(bench, message, "Try again"),
      press(bench, message, "Drop"),
      press(bench, message, "Switch to Codex"),
    ]);
    assert.deepEqual(taps, [undefined, ...Array(3).fill("Already waiting for its turn.")]);
    bench.alice.send("/interrupt");
    await until(() => texts().includes("second try of: lost"));
    assert.equal(await press(bench, message, "Try again"), "Already running.");
    gate.resolve();
    await bot.settled();
    stay();
    assert.equal(await press(bench, message, "Continue"), "Already done or dropped.");
    await until(() => buttonsOf(shown(bench, message)).length === 0);
    await bot.settled();
    assert.equal(runs(bench), 2);
    assert.equal(bench.codex.turns.length, 0);
  }));

Deno.test("K15.3 presses: the buttons of a failure are used up, also when the next try has failed too", () =>
  withBot(async (bench) => {
    const { server, said, start, until, bot } = bench;
    const message = await failed(bench);
    const stay = server.faults.add({
      method: "editMessageReplyMarkup",
      fault: { status: 400, description: "Bad Request: not now" },
    });
    await press(bench, message, "Try again");
    await until(() => said().filter((one) => buttonsOf(one).length > 0).length === 2);
    await bot.settled();
    assert.equal(await press(bench, message, "Try again"), "Already pressed.");
    await bench.die();
    await start();
    assert.equal(await press(bench, message, "Try again"), "Already pressed.");
    await bench.bot.settled();
    assert.equal(runs(bench), 2);
    stay();
    const next = said().filter((one) => buttonsOf(one).length > 0).at(-1)!;
    await press(bench, next, "Try again");
    await until(() => runs(bench) === 3);
  }));

Deno.test("K15.2 presses: what was dropped stays dropped, though its buttons could not be taken away", () =>
  withBot(async (bench) => {
    const { claude, server, start, until } = bench;
    const message = await failed(bench);
    server.faults.add({ method: "editMessageReplyMarkup", fault: "hang", times: 1 });
    await press(bench, message, "Drop");
    await until(() => server.calls.some(({ method }) => method === "editMessageReplyMarkup"));
    await bench.die();
    claude.script = answering;
    await start();
    assert.equal(await press(bench, message, "Try again"), "Already done or dropped.");
    await allDone(bench);
    assert.equal(runs(bench), 1);
  }));

Deno.test('K15.3 presses: "Continue at" is said once and kept, whenever the bot is killed', () =>
  withBot(async (bench) => {
    const { claude, server, start, texts, until } = bench;
    const message = await failed(bench);
    server.faults.add({ method: "editMessageReplyMarkup", fault: "hang", times: 1 });
    await press(bench, message, "Continue");
    const said = () => texts().filter((text) => text.startsWith("I will continue with it")).length;
    await until(() => said() === 1);
    await bench.die();
    claude.script = answering;
    await start();
    assert.equal(await press(bench, message, "Try again"), "Already pressed.");
    await allDone(bench);
    assert.deepEqual([said(), runs(bench)], [1, 1]);
  }));

Deno.test("K11.5 presses: of the agent's buttons the first tap is the answer, the second gets a word", () =>
  withBot(async (bench) => {
    const { alice, bot, claude, said, until } = bench;
    claude.script = async function* () {
      yield { type: "text", text: "Shall I?\n[button:Yes] [button:No]" };
    };
    alice.send("go");
    await until(() => buttonsOf(said()[0]).length > 0);
    await bot.settled();
    claude.script = answering;
    const [message] = said();
    const words = await Promise.all(
      ["Yes", "Yes", "No"].map((label) => press(bench, message!, label)),
    );
    await bot.settled();
    assert.deepEqual(words, [undefined, "Already answered.", "Already answered."]);
    assert.deepEqual(claude.turns.map(({ text }) => text), ["go", "Yes"]);
  }));

Deno.test("K15.2 presses: an agent's button that failed can be tried again after a restart", () =>
  withBot(async (bench) => {
    const { alice, bot, claude, said, start, stop, texts, until } = bench;
    claude.script = async function* () {
      yield { type: "text", text: "Shall I?\n[button:lost]" };
    };
    alice.send("go");
    await until(() => buttonsOf(said()[0]).length > 0);
    await bot.settled();
    claude.script = failing;
    await press(bench, said()[0]!, "lost");
    await until(() => buttonsOf(said().at(-1)).length > 1);
    await bot.settled();
    await stop();
    claude.script = answering;
    await start();
    await press(bench, said().at(-1)!, "Try again");
    await until(() => texts().includes("answer to: lost"));
  }));

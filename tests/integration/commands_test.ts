import assert from "node:assert/strict";
import type { AgentEvent } from "../../src/agents/agent.ts";
import { loadConfig } from "../../src/config/load.ts";
import { BOB, type BotBench, withBot } from "../support/bot_bench.ts";
import { aborted } from "../support/scripted_agent.ts";

/** Makes every turn run until it is stopped. */
function busy({ claude }: BotBench): void {
  claude.script = async function* (_, signal): AsyncIterable<AgentEvent> {
    yield { type: "text", text: "Working" };
    await aborted(signal);
  };
}

for (const word of ["/stop", "/STOP@ductor_demo_bot", "stop", "Abbruch"]) {
  Deno.test(`${word} ends the turn and drops what waits`, () =>
    withBot(async (bench) => {
      const { alice, claude, texts, until, bot } = bench;
      busy(bench);
      alice.send("one");
      await until(() => texts()[0] === "Working");
      alice.send("two");
      alice.send("three");
      alice.send(word);
      await until(() => texts().some((text) => text.includes("Stopped. 2 waiting messages")));
      await bot.settled();
      assert.ok(texts().includes("Working\n\nStopped."));
      assert.deepEqual(claude.turns.map(({ text }) => text), ["one"]);
      claude.script = async function* (): AsyncIterable<AgentEvent> {
        yield { type: "text", text: "Fresh" };
      };
      alice.send("four");
      await until(() => texts().includes("Fresh"));
      assert.deepEqual(claude.turns.map(({ text }) => text), ["one", "four"]);
      assert.equal(claude.opened.length, 1);
    }));
}

Deno.test("a stop word is an ordinary message while nothing runs", () =>
  withBot(async ({ alice, texts, until }) => {
    alice.send("wait");
    await until(() => texts().includes("You said: wait"));
  }));

Deno.test("messages dropped by /stop do not come back after a restart", () =>
  withBot(async (bench) => {
    const { alice, claude, texts, until, start, stop } = bench;
    busy(bench);
    alice.send("one");
    alice.send("two");
    await until(() => texts()[0] === "Working");
    alice.send("/stop");
    await until(() => texts().some((text) => text.includes("One waiting message")));
    await stop();
    await start();
    alice.send("/status");
    await until(() => texts().some((text) => text.startsWith("Status")));
    assert.deepEqual(claude.turns.map(({ text }) => text), ["one"]);
  }));

Deno.test("/status answers while a turn runs", () =>
  withBot(async (bench) => {
    const { alice, texts, until } = bench;
    busy(bench);
    alice.send("one");
    await until(() => texts()[0] === "Working");
    alice.send("/status");
    await until(() => texts().some((text) => text.includes("Working: yes")));
  }));

Deno.test("/new begins a new session with this provider and keeps the other's", () =>
  withBot(async ({ alice, bot, claude, codex, texts, until, home }) => {
    alice.send("one");
    await until(() => texts().length === 1);
    alice.send("/new");
    await until(() => texts().length === 2);
    alice.send("two");
    await until(() => texts().length === 3);
    await bot.settled();
    assert.deepEqual(claude.opened.map(({ resume }) => resume), [undefined, undefined]);
    assert.equal(codex.opened.length, 0);
    const sessions = JSON.parse(await Deno.readTextFile(home.sessionsFile));
    assert.equal(sessions["1001"].provider_sessions.claude.session_id, "claude-session-2");
    assert.equal(sessions["1001"].provider_sessions.claude.message_count, 1);
  }));

Deno.test("/model changes the model from the next message on and is kept", () =>
  withBot(async ({ alice, claude, texts, until, home }) => {
    alice.send("/model sonnet");
    await until(() => texts().length === 1);
    alice.send("one");
    await until(() => texts().length === 2);
    assert.equal(claude.turns[0]!.model, "sonnet");
    assert.equal((await loadConfig(home)).config.model, "sonnet");
  }));

Deno.test("/model refuses names it does not know and offers the nearest", () =>
  withBot(async ({ alice, texts, until, home }) => {
    alice.send("/model sonet");
    await until(() => texts().length === 1);
    assert.match(texts()[0]!, /no model called “sonet”.*sonnet/);
    assert.equal((await loadConfig(home)).config.model, "opus");
  }));

Deno.test("@model asks another model once", () =>
  withBot(async ({ alice, claude, texts, until }) => {
    alice.send("@haiku what is this?");
    await until(() => texts().includes("You said: what is this?"));
    alice.send("and now?");
    await until(() => texts().includes("You said: and now?"));
    assert.deepEqual(claude.turns.map(({ model }) => model), ["haiku", "opus"]);
  }));

Deno.test("@model without a question says how it is used and asks nobody", () =>
  withBot(async ({ alice, claude, texts, until }) => {
    alice.send("@opus");
    await until(() => texts().some((text) => text.includes("@opus your question")));
    assert.equal(claude.turns.length, 0);
  }));

Deno.test("@names that are no models reach the agent as written", () =>
  withBot(async ({ alice, texts, until }) => {
    alice.send("@john hi");
    await until(() => texts().includes("You said: @john hi"));
  }));

Deno.test("commands ductor does not know reach the agent", () =>
  withBot(async ({ alice, texts, until }) => {
    alice.send("/compact now");
    await until(() => texts().includes("You said: /compact now"));
  }));

Deno.test("/help lists every command of the menu, /start greets by name", () =>
  withBot(async ({ server, alice, texts, until }) => {
    alice.send("/help");
    alice.send("/start");
    await until(() => texts().length === 2 && server.commands.length > 0);
    for (const { command } of server.commands[0]!.commands) {
      assert.match(texts()[0]!, new RegExp(`/${command}\\b`));
    }
    assert.match(texts()[1]!, /Hello, Alice!/);
  }));

Deno.test("when the configured CLI is not installed the other one answers", () =>
  withBot(async ({ alice, claude, codex, texts, until }) => {
    claude.installed = false;
    alice.send("hello");
    await until(() => texts().includes("You said: hello"));
    assert.equal(codex.turns.length, 1);
    assert.equal(codex.turns[0]!.model, undefined);
  }));

Deno.test("typing is shown while a turn runs and stops with it", () =>
  withBot(async (bench) => {
    const { server, bob, until, texts } = bench;
    busy(bench);
    bob.send("go");
    await until(() => texts(BOB)[0] === "Working");
    assert.ok(server.calls.some(({ method, payload }) =>
      method === "sendChatAction" && payload.chat_id === BOB && payload.action === "typing"
    ));
  }));

import assert from "node:assert/strict";
import type { AgentEvent } from "../../src/agents/agent.ts";
import { loadConfig } from "../../src/config/load.ts";
import { BOB, type BotBench, withBot } from "../support/bot_bench.ts";
import { buttonsOf } from "../support/buttons.ts";
import { snapshotMemory } from "../../src/workspace/memory_history.ts";
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
      assert.deepEqual(texts(), ["Working", "⏹ Stopped. 2 waiting messages were dropped."]);
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

Deno.test("/new that has to wait for a turn says so, and can be taken back", () =>
  withBot(async (bench) => {
    busy(bench);
    const { alice, said, texts, until, bot } = bench;
    const notices = () => said().filter(({ text }) => text?.startsWith("[Message in queue"));
    alice.send("one");
    await until(() => texts()[0] === "Working");
    const first = alice.send("/new");
    await until(() => notices().length === 1);
    assert.equal(notices()[0]!.reply_to_message?.message_id, first.message_id);
    await alice.press(notices()[0]!.message_id, buttonsOf(notices()[0])[0]!.data);
    await until(() => notices().length === 0);
    alice.send("/new");
    await until(() => notices().length === 1);
    alice.send("/interrupt");
    await until(() => texts().some((text) => text.startsWith("New session")));
    await bot.settled();
    assert.equal(notices().length, 0);
    assert.equal(texts().filter((text) => text.startsWith("New session")).length, 1);
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

Deno.test("/help lists every command of the menu by group", () =>
  withBot(async ({ alice, texts, until }) => {
    alice.send("/help");
    await until(() => texts().length === 1 && alice.commands().length > 0);
    for (const { command } of alice.commands()) {
      assert.match(texts()[0]!, new RegExp(`/${command}\\b`));
    }
    const groups = ["Session", "Agent", "Automation", "System"];
    const at = groups.map((group) => texts()[0]!.indexOf(`${group}\n/`));
    assert.ok(at.every((offset) => offset >= 0), texts()[0]);
    assert.deepEqual(at, at.toSorted((a, b) => a - b));
  }));

for (const text of ["/status@ductor_demo_bot", "/status please", "/STATUS"]) {
  Deno.test(`${text} is the command, not a prompt`, () =>
    withBot(async ({ alice, claude, texts, until }) => {
      alice.send(text);
      await until(() => texts().some((text) => text.startsWith("Status")));
      assert.equal(claude.turns.length, 0);
    }));
}

Deno.test("/status tells messages, tokens and cost of each session, the talking one first", () =>
  withBot(async ({ alice, texts, until, bot }) => {
    alice.send("one");
    await until(() => texts().length === 1);
    await bot.settled();
    alice.send("/model gpt-9");
    alice.send("/status");
    await until(() => texts().some((text) => text.startsWith("Status")));
    const status = texts().find((text) => text.startsWith("Status"))!;
    assert.match(status, /Model: opus of Claude Code/);
    assert.match(status, /Permissions: Full access/);
    assert.match(status, /Session claude-s: 1 message, 15 tokens, \$0\.0100/);
    assert.match(status, /Codex: login not known yet/);
    assert.match(status, /Kept warm: 1, one of them here/);
  }));

Deno.test("/memory shows a memory of any length, and says when there is none", () =>
  withBot(async ({ alice, home, texts, until }) => {
    alice.send("/memory");
    await until(() => texts().length === 1);
    assert.match(texts()[0]!, /nothing in it yet/);
    const lines = Array.from({ length: 400 }, (_, n) => `- Fact number ${n} about the user`);
    await Deno.writeTextFile(home.mainMemoryFile, `# Main memory\n\n${lines.join("\n")}\n`);
    alice.send("/memory");
    await until(() => texts().some((text) => text.includes("number 399")));
    const shown = texts().slice(1).join("\n");
    for (let n = 0; n < 400; n++) assert.ok(shown.includes(`Fact number ${n} about`), `${n}`);
  }));

Deno.test("/memory undo takes the last change back", () =>
  withBot(async ({ alice, home, texts, until }) => {
    await Deno.writeTextFile(home.mainMemoryFile, "Likes tea\n");
    await snapshotMemory(home);
    await Deno.writeTextFile(home.mainMemoryFile, "Likes coffee\n");
    alice.send("/memory undo");
    await until(() => texts().some((text) => text.includes("taken back")));
    assert.equal(await Deno.readTextFile(home.mainMemoryFile), "Likes tea\n");
  }));

Deno.test("/info names the version and has links", () =>
  withBot(async ({ alice, said, texts, until }) => {
    alice.send("/info");
    await until(() => texts().length === 1);
    assert.match(texts()[0]!, /ductor \d+\.\d+\.\d+/);
    const buttons = said()[0]!.reply_markup!.inline_keyboard.flat();
    assert.ok(buttons.length >= 2 && buttons.every((button) => "url" in button));
  }));

Deno.test("/upgrade and /cron are never prompts, whether their parts are there or not", () =>
  withBot(async ({ alice, claude, texts, until }) => {
    alice.send("/cron");
    alice.send("/upgrade");
    await until(() => texts().length === 2);
    assert.equal(claude.turns.length, 0);
  }));

Deno.test("/diagnose shows the end of the log without secrets", () =>
  withBot(async ({ server, alice, home, texts, until }) => {
    const lines = Array.from({ length: 5000 }, (_, n) => `2026-11-23 [INFO] line ${n}`);
    lines.push(`2026-11-23 [ERROR] token ${server.token} and \`\`\` a fence`);
    await Deno.mkdir(home.logsDir, { recursive: true });
    await Deno.writeTextFile(home.logFile, lines.join("\n") + "\n");
    alice.send("/diagnose");
    await until(() => texts().some((text) => text.includes("End of the log")));
    const shown = texts().join("\n");
    assert.match(shown, /Deno \d/);
    assert.match(shown, /Claude Code/);
    assert.match(shown, /everything: read, .*ffi/); // tests run with every permission
    assert.match(shown, /line 4999/);
    assert.match(shown, /line 4971\b/);
    assert.doesNotMatch(shown, /line 4970\b/);
    assert.match(shown, /\[ERROR\] token \[redacted\] and ``` a fence/);
    assert.ok(!shown.includes(server.token));
  }));

Deno.test("/restart leaves word in its topic, and the next start announces itself there", async () => {
  let restarts = 0;
  await withBot(async ({ server, alice, home, texts, until, start, stop }) => {
    const group = server.group({ title: "Team", members: [alice], forum: true });
    const { thread_id: thread } = group.createTopic("Work");
    alice.send("/restart", { chat: group.id, thread });
    await until(() =>
      texts(group.id).some((text) => text.includes("Restarting")) && restarts === 1
    );
    const sentinel = JSON.parse(await Deno.readTextFile(home.restartSentinelFile));
    assert.equal(sentinel.chat_id, group.id);
    assert.equal(sentinel.thread_id, thread);
    await stop();
    await start();
    await until(() => texts(group.id).some((text) => text.includes("ductor is back")));
    const back = server.messages(group.id).find(({ text }) => text?.includes("is back"));
    assert.equal(back!.message_thread_id, thread);
    await assert.rejects(Deno.stat(home.restartSentinelFile), Deno.errors.NotFound);
    assert.equal(restarts, 1);
  }, { bot: { restart: () => restarts++ } });
});

Deno.test("/restart says so where nothing would start it again", () =>
  withBot(async ({ alice, home, texts, until }) => {
    alice.send("/restart");
    await until(() => texts().some((text) => text.includes("cannot be restarted")));
    await assert.rejects(Deno.stat(home.restartSentinelFile), Deno.errors.NotFound);
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

Deno.test("K15.8 /restart refuses while the config cannot be used, and says where the mistake is", () => {
  let restarts = 0;
  return withBot(async ({ alice, home, texts, until }) => {
    alice.send("hello");
    await until(() => texts().length === 1);
    const good = await Deno.readTextFile(home.configFile);
    await Deno.writeTextFile(home.configFile, good.replace('"claude"', '"claud"'));
    alice.send("/restart");
    await until(() => texts().some((text) => /^⚠️ Not restarted.*provider.*claud/s.test(text)));
    await Deno.writeTextFile(home.configFile, good);
    alice.send("/restart");
    await until(() => restarts === 1);
    assert.ok(texts().some((text) => text.includes("Restarting")));
  }, { bot: { restart: () => restarts++ } });
});

import type { Message } from "grammy/types";
import assert from "node:assert/strict";
import { join } from "node:path";
import type { AgentEvent, Model } from "../../src/agents/agent.ts";
import { loadConfig } from "../../src/config/load.ts";
import type { ChatUser } from "../../src/bot_api/types.ts";
import { ALICE, type BotBench, withBot } from "../support/bot_bench.ts";
import { buttonsOf } from "../support/buttons.ts";
import { aborted } from "../support/scripted_agent.ts";

const OPUS: Model = {
  id: "opus",
  name: "Opus 5",
  description: "Thinks long",
  efforts: ["low", "high"],
  defaultEffort: "high",
  isDefault: false,
};
const HAIKU: Model = {
  id: "haiku",
  name: "Haiku_4",
  description: "Quick",
  efforts: [],
  isDefault: false,
};
const DEFAULT: Model = { ...HAIKU, id: "default", name: "Default (recommended)", isDefault: true };

function gpt(n: number): Model {
  return {
    id: `gpt-${n}-with-quite-a-long-identifier-that-alone-would-fill-callback-data`,
    name: `GPT ${n}`,
    description: "",
    efforts: ["medium", "xhigh"],
    isDefault: n === 1,
  };
}

function offer({ claude, codex }: BotBench, count = 3): void {
  claude.offered = [DEFAULT, OPUS, HAIKU];
  codex.offered = Array.from({ length: count }, (_, n) => gpt(n + 1));
}

/** The newest message of the bot in a chat, as it looks now. */
function last({ said }: BotBench, chat?: number): Message {
  const message = said(chat).at(-1);
  assert.ok(message, "expected a message of the bot");
  return message;
}

/** Presses a button by its label, and waits until the message has changed. */
async function press(
  bench: BotBench,
  label: RegExp,
  { who = bench.alice, chat, of = () => last(bench, chat) }: {
    who?: ChatUser;
    chat?: number;
    of?: () => Message;
  } = {},
): Promise<Message> {
  const before = of();
  const button = buttonsOf(before).find(({ text }) => label.test(text));
  assert.ok(button, `no button ${label} among ${JSON.stringify(buttonsOf(before))}`);
  assert.ok(new TextEncoder().encode(button.data).length <= 64);
  const look = JSON.stringify([before.text, before.reply_markup]);
  who.press(before.message_id, button.data, chat === undefined ? {} : { chat }).catch(() => {});
  const now = () =>
    bench.said(chat).find(({ message_id }) => message_id === before.message_id) ?? before;
  await bench.until(() =>
    JSON.stringify([now().text, now().reply_markup]) !== look && !now().text?.includes("Asking ")
  );
  return now();
}

const labels = (message: Message) => buttonsOf(message).map(({ text }) => text);

Deno.test("/model goes from provider to model to effort in one message, and back", () =>
  withBot(async (bench) => {
    offer(bench);
    const { alice, said, until, home, codex } = bench;
    alice.send("/model");
    await until(() => said().length === 1);
    assert.match(last(bench).text!, /Now: opus of Claude Code/);
    assert.deepEqual(labels(last(bench)), ["✅ Claude Code", "Codex"]);
    const models = await press(bench, /Codex/);
    assert.deepEqual(labels(models), ["GPT 1", "GPT 2", "GPT 3", "‹ Back"]);
    assert.deepEqual(labels(await press(bench, /Back/)), ["✅ Claude Code", "Codex"]);
    await press(bench, /Codex/);
    const efforts = await press(bench, /GPT 2/);
    assert.match(efforts.text!, /GPT 2 of Codex/);
    assert.deepEqual(labels(efforts), ["Medium", "Xhigh", "As it usually does", "‹ Back"]);
    const done = await press(bench, /Xhigh/);
    assert.match(done.text!, /Model: GPT 2 of Codex, effort xhigh\. This applies from your next/);
    assert.equal(said().length, 1);
    const { config } = await loadConfig(home);
    assert.equal(config.provider, "codex");
    assert.equal(config.model, gpt(2).id);
    assert.equal(config.reasoning_effort, "xhigh");
    alice.send("hello");
    await until(() => codex.turns.length === 1);
    assert.equal(codex.turns[0]!.model, gpt(2).id);
    assert.equal(codex.turns[0]!.effort, "xhigh");
  }));

Deno.test("the model in use has a check mark, and names are shown as they are", () =>
  withBot(async (bench) => {
    offer(bench);
    const { alice, said, until } = bench;
    alice.send("/model");
    await until(() => said().length === 1);
    const models = await press(bench, /Claude/);
    assert.deepEqual(labels(models), [
      "Default (recommended)",
      "✅ Opus 5",
      "Haiku_4",
      "‹ Back",
    ]);
    assert.match(models.text!, /Haiku_4\nQuick/);
  }));

Deno.test("a model without efforts is chosen at once, and an effort of another is not sent to it", () =>
  withBot(async (bench) => {
    offer(bench);
    const { alice, said, until, claude } = bench;
    alice.send("/model");
    await until(() => said().length === 1);
    await press(bench, /Claude/);
    const done = await press(bench, /Haiku/);
    assert.match(done.text!, /Model: Haiku_4 of Claude Code\./);
    alice.send("hello");
    await until(() => claude.turns.length === 1);
    assert.equal(claude.turns[0]!.model, "haiku");
    assert.equal(claude.turns[0]!.effort, undefined);
  }, { config: { claude_effort: "high" } }));

Deno.test("an effort for Claude is kept in the config and reaches the agent", () =>
  withBot(async (bench) => {
    offer(bench);
    const { alice, said, until, claude, home } = bench;
    alice.send("/model");
    await until(() => said().length === 1);
    await press(bench, /Claude/);
    const efforts = await press(bench, /Opus/);
    assert.deepEqual(labels(efforts), ["Low", "High", "✅ As it usually does (high)", "‹ Back"]);
    await press(bench, /usually/);
    assert.equal((await loadConfig(home)).config.claude_effort, "");
    await press(bench, /Change again/);
    await press(bench, /Claude/);
    assert.ok(labels(await press(bench, /Opus/)).includes("✅ As it usually does (high)"));
    await press(bench, /Low/);
    assert.equal((await loadConfig(home)).config.claude_effort, "low");
    assert.equal((await loadConfig(home)).config.reasoning_effort, "medium");
    alice.send("hello");
    await until(() => claude.turns.length === 1);
    assert.equal(claude.turns[0]!.effort, "low");
  }));

Deno.test("the CLI's own default can be chosen, and then no model is passed", () =>
  withBot(async (bench) => {
    offer(bench);
    const { alice, said, until, claude, home } = bench;
    alice.send("/model");
    await until(() => said().length === 1);
    await press(bench, /Claude/);
    await press(bench, /Default/);
    assert.equal((await loadConfig(home)).config.model, "");
    alice.send("hello");
    await until(() => claude.turns.length === 1);
    assert.equal(claude.turns[0]!.model, undefined);
  }));

Deno.test("a switch keeps the other session, says so, and goes on with it on the way back", () =>
  withBot(async (bench) => {
    offer(bench);
    const { alice, said, texts, until, claude, bot } = bench;
    alice.send("one");
    await until(() => texts().includes("You said: one"));
    await bot.settled();
    alice.send("/model");
    await until(() => said().length === 2);
    await press(bench, /Codex/);
    await press(bench, /GPT 1/);
    const there = await press(bench, /usually/);
    assert.match(there.text!, /The session with Claude Code is kept \(1 message\)/);
    await press(bench, /Change again/);
    await press(bench, /Claude/);
    const back = await press(bench, /Haiku/);
    assert.match(back.text!, /continues your earlier session with Claude Code \(1 message\)/);
    alice.send("two");
    await until(() => texts().includes("You said: two"));
    await bot.settled();
    assert.deepEqual(claude.turns.map(({ text }) => text), ["one", "two"]);
    assert.equal(claude.opened.at(-1)!.resume ?? "claude-session-1", "claude-session-1");
  }));

Deno.test("/model answers while a turn runs and says that it holds from the next message on", () =>
  withBot(async (bench) => {
    offer(bench);
    const { alice, said, texts, until, claude } = bench;
    claude.script = async function* (_, signal): AsyncIterable<AgentEvent> {
      yield { type: "text", text: "Working" };
      await aborted(signal);
    };
    alice.send("one");
    await until(() => texts()[0] === "Working");
    alice.send("/model");
    await until(() => said().length === 2);
    await press(bench, /Claude/);
    const done = await press(bench, /Haiku/);
    assert.match(done.text!, /The running answer finishes with the old one/);
  }));

Deno.test("while a CLI takes its time to name its models, the panel says so", () =>
  withBot(async (bench) => {
    offer(bench);
    const { alice, said, texts, until, claude } = bench;
    const asked = Promise.withResolvers<void>();
    claude.models = async () => {
      await asked.promise;
      return claude.offered;
    };
    alice.send("/model");
    await until(() => said().length === 1);
    assert.deepEqual(labels(last(bench)), ["✅ Claude Code", "Codex"]);
    alice.press(last(bench).message_id, buttonsOf(last(bench))[0]!.data).catch(() => {});
    await until(() => texts()[0]!.includes("Asking Claude Code what it offers"));
    asked.resolve();
    await until(() => labels(last(bench)).includes("✅ Opus 5"));
    assert.equal(said().length, 1);
  }));

Deno.test("a long list of models is paged, and goes round at its ends", () =>
  withBot(async (bench) => {
    offer(bench, 19);
    bench.claude.installed = false;
    const { alice, said, until } = bench;
    alice.send("/model");
    await until(() => said()[0]?.text?.includes("Page") ?? false);
    // The only provider there is: no step before, so no way back.
    assert.match(last(bench).text!, /Page 1 of 3/);
    assert.ok(!labels(last(bench)).includes("‹ Back"));
    assert.match((await press(bench, /Next/)).text!, /Page 2 of 3/);
    const third = await press(bench, /Next/);
    assert.deepEqual(labels(third).slice(0, 3), ["GPT 17", "GPT 18", "GPT 19"]);
    assert.match((await press(bench, /Next/)).text!, /Page 1 of 3/);
    assert.match((await press(bench, /Previous/)).text!, /Page 3 of 3/);
  }));

Deno.test("a model that is gone brings up the list as it is now", () =>
  withBot(async (bench) => {
    offer(bench);
    const { alice, said, until, home, stop, start, codex } = bench;
    alice.send("/model");
    await until(() => said().length === 1);
    await press(bench, /Codex/);
    await stop();
    codex.offered = [gpt(1)];
    await Deno.remove(home.modelsFile("codex")!).catch(() => {});
    await start();
    const list = await press(bench, /GPT 3/);
    assert.match(list.text!, /no longer offered/);
    assert.deepEqual(labels(list), ["GPT 1", "‹ Back"]);
    assert.equal((await loadConfig(home)).config.provider, "claude");
  }));

Deno.test("/model with no CLI installed says how to install one", () =>
  withBot(async (bench) => {
    bench.claude.installed = bench.codex.installed = false;
    bench.alice.send("/model");
    await bench.until(() => bench.said().length === 1);
    assert.match(last(bench).text!, /npm install -g @openai\/codex/);
    offer(bench);
    bench.claude.installed = true;
    assert.match((await press(bench, /Look again/)).text!, /Models of Claude Code/);
  }));

Deno.test("permissions are changed from /status, and the next turn runs with them", () =>
  withBot(async (bench) => {
    const { alice, said, until, claude, home } = bench;
    alice.send("/status");
    await until(() => said().length === 1);
    const status = last(bench);
    const button = buttonsOf(status).find(({ text }) => text === "Permissions")!;
    alice.press(status.message_id, button.data);
    await until(() => said().length === 2);
    assert.deepEqual(labels(last(bench)), [
      "✅ Full access",
      "Edits allowed",
      "Ask first",
      "Plan only",
    ]);
    const changed = await press(bench, /Ask first/);
    assert.match(changed.text!, /Now: Ask first\. This applies from your next message on/);
    assert.equal((await loadConfig(home)).config.permission_mode, "default");
    alice.send("hello");
    await until(() => claude.turns.length === 1);
    assert.equal(claude.turns[0]!.permissionMode, "default");
  }));

Deno.test("in a group an allowed user may press a panel another one opened; others may not", () =>
  withBot(async (bench) => {
    offer(bench);
    const { server, alice, bob, until, said } = bench;
    const mallory = server.user({ id: 6666, first_name: "Mallory" });
    const group = server.group({ title: "Team", members: [alice, bob, mallory] });
    alice.send("/model@ductor_demo_bot", { chat: group.id });
    await until(() => said(group.id).length === 1);
    const panel = last(bench, group.id);
    const never = new AbortController();
    mallory.press(panel.message_id, buttonsOf(panel)[1]!.data, {
      chat: group.id,
      signal: never.signal,
    }).catch(() => {});
    const models = await press(bench, /Claude/, { who: bob, chat: group.id });
    never.abort();
    assert.match(models.text!, /Models of Claude Code/);
  }));

Deno.test("/start greets with a picture, and a quick action runs as a turn", () =>
  withBot(async (bench) => {
    const { alice, said, texts, until, claude } = bench;
    alice.send("/start");
    await until(() => said().length === 1);
    const welcome = last(bench);
    assert.deepEqual([welcome.photo!.at(-1)!.width, welcome.photo!.at(-1)!.height], [1280, 720]);
    assert.match(welcome.caption!, /^Hello, Alice!/);
    assert.match(welcome.caption!, /Answering: Claude Code with opus/);
    assert.match(welcome.caption!, /Also here: Codex/);
    assert.equal(buttonsOf(welcome).length, 3);
    const [first] = buttonsOf(welcome);
    alice.press(welcome.message_id, first!.data);
    await until(() => claude.turns.length === 1 && texts().some((text) => text !== ""));
    const pressed = said().find(({ message_id }) => message_id === welcome.message_id)!;
    assert.ok(pressed.caption!.endsWith(`[USER ANSWER] ${first!.text}`), pressed.caption);
    assert.equal(pressed.reply_markup, undefined);
    assert.match(claude.turns[0]!.text, /MAINMEMORY\.md/);
  }));

Deno.test("a quick action that waits when the bot is killed runs after the restart", () =>
  withBot(async (bench) => {
    const { alice, said, texts, until, claude, start, stop } = bench;
    claude.script = async function* (_, signal): AsyncIterable<AgentEvent> {
      yield { type: "text", text: "Working" };
      await aborted(signal);
    };
    alice.send("/start");
    await until(() => said().length === 1);
    const welcome = last(bench);
    alice.send("one");
    await until(() => texts().includes("Working"));
    alice.press(welcome.message_id, buttonsOf(welcome)[1]!.data).catch(() => {});
    await until(() => said().some(({ text }) => text?.startsWith("[Message in queue")));
    await stop();
    claude.script = async function* ({ text }): AsyncIterable<AgentEvent> {
      yield { type: "text", text: `Got: ${text.slice(0, 30)}` };
    };
    await start();
    await until(() => texts().some((text) => text.startsWith("Got: Have a look at the machine")));
    assert.equal(claude.turns.filter(({ text }) => text.startsWith("Have a look")).length, 1);
  }));

Deno.test("/start without its picture is a text with the same buttons", () =>
  withBot(async (bench) => {
    const { server, alice, said, until } = bench;
    server.faults.add({
      method: "sendPhoto",
      fault: { status: 400, description: "Bad Request: wrong file" },
    });
    alice.send("/start");
    await until(() => said().length === 1);
    assert.match(last(bench).text!, /^Hello, Alice!/);
    assert.equal(buttonsOf(last(bench)).length, 3);
  }));

/** A home folder with things to look at. */
async function fill(root: string): Promise<void> {
  await Deno.mkdir(join(root, "workspace", "Work_*in*_`progress`", "deep"), { recursive: true });
  const files = join(root, "workspace", "many");
  await Deno.mkdir(files);
  for (let n = 1; n <= 23; n++) {
    await Deno.writeTextFile(join(files, `file ${n}.txt`), `number ${n}`);
  }
}

Deno.test("/showfiles goes down and up, pages, and sends a file on a tap", () =>
  withBot(async (bench) => {
    const { alice, said, until, home } = bench;
    await fill(home.root);
    await Deno.mkdir(join(home.root, ".hidden"));
    await Deno.mkdir(join(home.root, "__pycache__"));
    alice.send("/showfiles");
    await until(() => said().length === 1);
    const root = last(bench);
    assert.ok(root.text!.includes(home.root), root.text);
    assert.ok(!labels(root).some((label) => /hidden|pycache|Up|Home|Back/.test(label)));
    const all = labels(root).map((label) => label.startsWith("📁"));
    assert.deepEqual(all, all.toSorted((a, b) => Number(b) - Number(a)));
    await press(bench, /workspace/);
    const many = await press(bench, /many/);
    assert.match(many.text!, /23 files · page 1 of 3/);
    assert.deepEqual(labels(many).slice(0, 3), [
      "📄 file 1.txt · 8 B",
      "📄 file 2.txt · 8 B",
      "📄 file 3.txt · 8 B",
    ]);
    const third = await press(bench, /Previous/);
    assert.deepEqual(labels(third).slice(0, 3), [
      "📄 file 21.txt · 9 B",
      "📄 file 22.txt · 9 B",
      "📄 file 23.txt · 9 B",
    ]);
    const panel = third.message_id;
    alice.press(panel, buttonsOf(third)[1]!.data);
    await until(() => said().some(({ document }) => document?.file_name === "file 22.txt"));
    assert.match((await press(bench, /Up/, { of: () => byId(bench, panel) })).text!, /workspace\n/);
    const back = await press(bench, /Back/, { of: () => byId(bench, panel) });
    assert.match(back.text!, /many\n/);
    const top = await press(bench, /🏠/, { of: () => byId(bench, panel) });
    assert.ok(top.text!.includes(`${home.root}\n`), top.text);
  }));

function byId({ said }: BotBench, id: number): Message {
  return said().find(({ message_id }) => message_id === id)!;
}

Deno.test("names with marks of Markdown, and paths of any depth, are shown and opened", () =>
  withBot(async (bench) => {
    const { alice, said, until, home } = bench;
    await fill(home.root);
    const names = [
      "Work_*in*_`progress`",
      "deep",
      ..."abcdefghij".split("").map((c) => c.repeat(120)),
    ];
    await Deno.mkdir(join(home.workspaceDir, ...names), { recursive: true });
    await Deno.writeTextFile(join(home.workspaceDir, ...names, "treasure.txt"), "gold");
    alice.send("/showfiles workspace");
    await until(() => said().length === 1);
    const marked = await press(bench, /Work_\*in\*_`progress`/);
    assert.match(marked.text!, /Work_\*in\*_`progress`/);
    for (const name of names.slice(1)) {
      const start = name.slice(0, 10);
      await press(bench, new RegExp(`📁 ${start}`));
    }
    const panel = last(bench);
    assert.ok(panel.text!.length < 500);
    alice.press(panel.message_id, buttonsOf(panel)[0]!.data);
    await until(() => said().some(({ document }) => document?.file_name === "treasure.txt"));
  }));

Deno.test("files with keys and state of ductor are not sent", () =>
  withBot(async (bench) => {
    const { alice, said, until } = bench;
    alice.send("/showfiles config");
    await until(() => said().length === 1);
    const refused = await press(bench, /config\.json/);
    assert.match(refused.text!, /config\.json may hold keys/);
    assert.ok(!said().some(({ document }) => document));
  }));

Deno.test("no path or link leads out of the home folder", () =>
  withBot(async (bench) => {
    const { alice, said, texts, until, home } = bench;
    const outside = await Deno.makeTempDir();
    try {
      await Deno.writeTextFile(join(outside, "secret.txt"), "secret");
      await Deno.symlink(outside, join(home.root, "a way out"));
      await Deno.symlink(join(outside, "secret.txt"), join(home.root, "a file out"));
      for (const path of ["../..", "/etc", "workspace/../../..", "a way out", ".."]) {
        alice.send(`/showfiles ${path}`);
      }
      await until(() => said().length === 5);
      for (const text of texts()) assert.match(text, /There is no folder/);
      for (const message of said()) {
        assert.ok(!labels(message).some((label) => /secret|passwd/.test(label)));
      }
      assert.match((await press(bench, /a way out/)).text!, /leads out of the home folder/);
      // The same note again: nothing to see, so what is waited for is the answer to another one.
      const file = buttonsOf(last(bench)).find(({ text }) => text.includes("a file out"))!;
      await alice.press(last(bench).message_id, file.data);
      alice.send("/help");
      await until(() => texts().some((text) => text.includes("/showfiles")));
      assert.ok(!said().some(({ document }) => document));
    } finally {
      await Deno.remove(outside, { recursive: true });
    }
  }));

Deno.test("a folder that was deleted meanwhile brings one back home", () =>
  withBot(async (bench) => {
    const { alice, said, until, home } = bench;
    await fill(home.root);
    alice.send("/showfiles workspace/many");
    await until(() => said().length === 1);
    assert.match(last(bench).text!, /many/);
    await Deno.remove(join(home.workspaceDir, "many"), { recursive: true });
    const after = await press(bench, /Next/);
    assert.match(after.text!, /no longer exists/);
    assert.ok(after.text!.includes(`${home.root}\n`));
  }));

Deno.test("a file browser from before a restart says so and opens again", () =>
  withBot(async (bench) => {
    const { alice, said, until, stop, start } = bench;
    alice.send("/showfiles");
    await until(() => said().length === 1);
    await stop();
    await start();
    const expired = await press(bench, /workspace/);
    assert.match(expired.text!, /too old/);
    assert.ok(labels(await press(bench, /Open again/)).some((label) => /workspace/.test(label)));
  }));

Deno.test("the menu is for allowed users alone, in private chats and in groups", () =>
  withBot(async ({ server, alice, bob, texts, until, start }) => {
    const mallory = server.user({ id: 6666, first_name: "Mallory" });
    const group = server.group({ title: "Team", members: [alice, bob, mallory] });
    alice.send("hi");
    mallory.send("hi");
    await start();
    await until(() => alice.commands().length > 0);
    assert.ok(alice.commands().some(({ command }) => command === "showfiles"));
    // Bob never wrote to the bot, so his menu cannot be set yet.
    assert.equal(bob.commands().length, 0);
    assert.equal(mallory.commands().length, 0);
    bob.send("/help");
    await until(() => bob.commands().length > 0);
    alice.send("/help", { chat: group.id });
    await until(() => alice.commands(group.id).length > 0 && texts(group.id).length > 0);
    assert.equal(bob.commands(group.id).length, 0);
    assert.equal(mallory.commands(group.id).length, 0);
    assert.deepEqual(server.commands.filter(({ scope }) => scope.type === "default"), []);
  }, { started: false }));

Deno.test("a menu that is right is left alone by the next start, an old one for all is taken away", () =>
  withBot(async ({ server, alice, until, start, stop }) => {
    alice.send("/help");
    await until(() => alice.commands().length > 0);
    await stop();
    const calls = () => server.calls.filter(({ method }) => method === "setMyCommands").length;
    const before = calls();
    await fetch(`${server.apiRoot}/bot${server.token}/setMyCommands`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ commands: [{ command: "old", description: "Old" }] }),
    });
    await start();
    await until(() => !server.commands.some(({ scope }) => scope.type === "default"));
    alice.send("/help");
    await until(() =>
      server.messages(ALICE).filter(({ text }) => text?.includes("/help")).length > 3
    );
    assert.equal(calls(), before + 1); // the one of this test
  }));

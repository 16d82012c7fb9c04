/**
 * The whole bot with the real Claude CLI in every installed generation: what it says after it was
 * woken, and what it knows of the memory after a restart.
 */

import assert from "node:assert/strict";
import { join } from "node:path";
import { backgroundBrain } from "../support/background_brain.ts";
import { type InChat, inChat } from "./in_chat.ts";

function chatTest(
  name: string,
  fn: (bench: InChat) => Promise<void>,
  config: Record<string, unknown> = {},
) {
  inChat(name, backgroundBrain(), fn, config);
}

chatTest("K1.1 the answer of a sub-agent is a message of its own, and rings", async (bench) => {
  const { alice, home, texts, until, server } = bench;
  alice.send("delegate");
  await until(() => texts().includes("I will come back to you."));
  await Deno.writeTextFile(join(home.workspaceDir, "release"), "");
  await until(() => texts().at(-1) === "Woken: 42.");
  assert.deepEqual(texts(), ["I will come back to you.", "Woken: 42."]);
  const sent = server.calls.filter(({ method, payload }) =>
    method === "sendMessage" && payload.text === "Woken: 42."
  );
  assert.ok(sent.every(({ payload }) => payload.disable_notification !== true));
  alice.send("and now?");
  await until(() => texts().at(-1) === "heard: and now?");
  assert.equal(texts().length, 3, "and nothing is said twice");
});

chatTest("K1.4 /compact says what it did, and nothing a second time", async (bench) => {
  const { alice, texts, until } = bench;
  const ask = async (text: string) => {
    const before = texts().length;
    alice.send(text);
    await until(() => texts().length > before);
  };
  for (const text of ["zero", "one"]) {
    await ask(text);
    await until(() => texts().at(-1) === `heard: ${text}`);
  }
  await ask("/cost");
  alice.send("/compact");
  await until(() => texts().at(-1) === "The conversation so far is shortened.");
  assert.equal(texts().filter((text) => /otal cost|stimated cost/.test(text)).length, 1);
  await ask("two");
  await until(() => texts().at(-1) === "heard: two");
});

chatTest("K1.5 /status names work in the background; /stop ends it and says so", async (bench) => {
  const { alice, home, texts, until } = bench;
  alice.send("delegate");
  await until(() => texts().at(-1) === "I will come back to you.");
  alice.send("/status");
  await until(() => /In the background: look it up/.test(texts().at(-1)!));
  alice.send("/stop");
  await until(() => texts().at(-1) === "⏹ Stopped. Ended in the background: look it up.");
  await Deno.writeTextFile(join(home.workspaceDir, "release"), "");
  alice.send("and now?");
  await until(() => texts().at(-1) === "heard: and now?");
  assert.ok(!texts().some((text) => /Woken/.test(text)), "what was stopped is not told of again");
});

chatTest("K1.8 a command that exceeds its time goes on in the background", async (bench) => {
  const { alice, home, model, texts, until } = bench;
  alice.send("take long");
  await until(() => texts().at(-1) === "I will come back to you.");
  const [result] = model.requests.findLast(({ toolResults }) => toolResults.length > 0)!
    .toolResults;
  // Some CLIs end the command instead.
  const moved = /background/.test(result!.output);
  alice.send("/status");
  await until(() => /Kept warm/.test(texts().at(-1)!));
  assert.equal(/In the background: take long/.test(texts().at(-1)!), moved, result!.output);
  if (!moved) return;
  await Deno.writeTextFile(join(home.workspaceDir, "release"), "");
  await until(() => texts().at(-1)!.startsWith("Woken: "));
});

chatTest("K2.1 a start that fails keeps the session that there was", async (bench) => {
  const { alice, cliHome, home, model, start, stop, texts, until } = bench;
  alice.send("one");
  await until(() => {
    try {
      return /"message_count": 1/.test(Deno.readTextFileSync(home.sessionsFile));
    } catch {
      return false;
    }
  });
  await stop();
  const settings = join(cliHome, ".claude.json");
  const whole = await Deno.readTextFile(settings);
  await Deno.writeTextFile(settings, '{"torn": ');
  await start();
  alice.send("two");
  // The older CLI mends its file by itself at the second try.
  await until(() => /cannot read its own settings|heard: two/i.test(texts().at(-1)!));
  await Deno.writeTextFile(settings, whole);
  alice.send("three");
  await until(() => texts().at(-1) === "heard: three");
  const asked = model.requests.find(({ text }) => text.startsWith("three"))!;
  assert.match(JSON.stringify(asked.body.messages), /heard: one/, "the session goes on");
});

chatTest("K1.9 a memory that changed reaches a session that goes on, once", async (bench) => {
  const { alice, home, model, start, stop, texts, until } = bench;
  const asked = (text: string) => model.requests.find((one) => one.text.startsWith(text))!;
  // While the agent works another message stands in the chat, until the answer has replaced it.
  const answered = (count: number) => {
    const last = ["one", "two", "three", "four"][count - 1]!;
    return until(() => asked(last) !== undefined && texts().length === count);
  };
  const sees = (text: string, what: string) => {
    const { messages } = asked(text).body as { messages: { role: string }[] };
    return JSON.stringify(messages.at(-1)).includes(what);
  };
  await Deno.writeTextFile(home.mainMemoryFile, "# Memory\n\n- Likes tea.\n");
  alice.send("one");
  await answered(1);
  assert.match(asked("one").instructions, /Likes tea/);
  assert.ok(!sees("one", "Likes tea"), "a new session begins with it");
  await Deno.writeTextFile(home.mainMemoryFile, "# Memory\n\n- Likes tea.\n- Lives in Bonn.\n");
  alice.send("two");
  await answered(2);
  assert.ok(sees("two", "Lives in Bonn"), "a warm session hears of it");
  await stop();
  await Deno.writeTextFile(home.mainMemoryFile, "# Memory\n\n- Lives in Bonn.\n- Has a dog.\n");
  await start();
  alice.send("three");
  await answered(3);
  assert.ok(sees("three", "Has a dog"), "a resumed one too");
  assert.ok(sees("three", "Likes tea"), "and what is gone is told");
  alice.send("four");
  await answered(4);
  assert.ok(!sees("four", "Has a dog"), "once");
});

chatTest(
  "K1.2 a job lasts until its sub-agents have ended; the last answer is its result",
  async (bench) => {
    const { bot, home, texts } = bench;
    const folder = join(home.cronTasksDir, "number");
    await Deno.mkdir(folder);
    await Deno.writeTextFile(join(folder, "release"), "");
    const tasks = bot.automation.tasks;
    const result = await tasks.run({
      id: "number",
      title: "Number",
      folder: "number",
      instruction: "delegate",
      cliParameters: [],
      silent: false,
    }, AbortSignal.timeout(60_000));
    assert.equal(result.status, "success");
    assert.equal(result.text, "Woken: 42.");
    assert.deepEqual(texts(), []);
  },
);

chatTest(
  "K11.10 a workspace that was removed is made again, and the session goes on in it",
  async (bench) => {
    const { alice, bot, home, model, texts, until } = bench;
    alice.send("one");
    await until(() => texts().at(-1) === "heard: one");
    await bot.settled();
    await Deno.remove(home.workspaceDir, { recursive: true });
    alice.send("start it");
    await until(() => texts().at(-1) === "I will come back to you.");
    await Deno.writeTextFile(join(home.workspaceDir, "release"), "");
    await until(() => texts().at(-1)!.startsWith("Woken: "));
    const asked = model.requests.find(({ text }) => text.startsWith("start it"))!;
    assert.match(JSON.stringify(asked.body.messages), /heard: one/, "in the same session");
  },
);

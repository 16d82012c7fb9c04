import assert from "node:assert/strict";
import type { Message } from "grammy/types";
import type { AgentEvent, Asking, PermissionDecision } from "../../src/agents/agent.ts";
import { type BotBench, withBot } from "../support/bot_bench.ts";

/** Makes the agent ask once; returns what it was answered. */
function asking(
  { claude }: BotBench,
  more: Partial<Asking> = {},
): { decisions: PermissionDecision[] } {
  const asked = { decisions: [] as PermissionDecision[] };
  claude.script = async function* (_, signal): AsyncIterable<AgentEvent> {
    const { promise, resolve } = Promise.withResolvers<PermissionDecision | undefined>();
    signal.addEventListener("abort", () => resolve(undefined), { once: true });
    yield {
      type: "permission",
      id: "p1",
      tool: "Bash",
      title: "Run: rm -rf build",
      detail: "rm -rf build\n```\nwith a fence",
      ...more,
      respond: (decision) => (resolve(decision), Promise.resolve()),
    };
    const decision = await promise;
    if (!decision) return;
    asked.decisions.push(decision);
    yield { type: "text", text: `It was ${decision.behavior}` };
  };
  return asked;
}

function choice(question: string, ...labels: string[]) {
  const options = labels.map((label) => ({ label, description: `about ${label}`, preview: "" }));
  return { header: "Choice", question, options, several: false };
}

const question = ({ said }: BotBench): Message | undefined =>
  said().find(({ text }) => text?.startsWith("Allow this?"));

function data(message: Message, label: string): string {
  for (const button of message.reply_markup!.inline_keyboard.flat()) {
    if (button.text === label) return (button as { callback_data: string }).callback_data;
  }
  throw new Error(`no button ${label}`);
}

for (
  const [label, behavior, shown] of [
    ["Allow", "allow", "✅ Allowed"],
    ["Allow for this session", "allow_session", "✅ Allowed for this session"],
    ["Deny", "deny", "🚫 Denied"],
  ] as const
) {
  Deno.test(`a request for permission can be answered with ${label}`, () =>
    withBot(async (bench) => {
      const { alice, texts, until } = bench;
      const { decisions } = asking(bench);
      alice.send("clean up");
      await until(() => question(bench) !== undefined);
      const message = question(bench)!;
      assert.match(message.text!, /Run: rm -rf build.*with a fence/s);
      await alice.press(message.message_id, data(message, label));
      await until(() => texts().includes(`It was ${behavior}`));
      assert.deepEqual(decisions, [{ behavior }]);
      await until(() => question(bench)!.text!.endsWith(shown));
      assert.equal(question(bench)!.reply_markup, undefined);
    }));
}

Deno.test("a reply to the request denies it with a reason", () =>
  withBot(async (bench) => {
    const { alice, texts, until } = bench;
    const { decisions } = asking(bench);
    alice.send("clean up");
    await until(() => question(bench) !== undefined);
    alice.send("keep the docs", { reply_to: question(bench)!.message_id });
    await until(() => texts().includes("It was deny"));
    assert.deepEqual(decisions, [{ behavior: "deny", reason: "keep the docs" }]);
  }));

Deno.test("questions of the agent become buttons, and take other answers too", () =>
  withBot(async (bench) => {
    const { alice, said, texts, until } = bench;
    const { decisions } = asking(bench, {
      choices: [choice("Which colour?", "Red", "Blue"), choice("Which size?", "S", "M")],
    });
    alice.send("paint");
    const asks = (text: string) => said().find((message) => message.text?.includes(text));
    await until(() => asks("Which colour?") !== undefined);
    const first = asks("Which colour?")!;
    await alice.press(first.message_id, data(first, "Blue"));
    await until(() => asks("Which size?") !== undefined);
    alice.send("enormous", { reply_to: asks("Which size?")!.message_id });
    await until(() => texts().includes("It was answer"));
    assert.deepEqual(decisions, [{ behavior: "answer", answers: ["Blue", "enormous"] }]);
  }));

Deno.test("only who asked may decide, in groups too", () =>
  withBot(async (bench) => {
    const { server, alice, bob, until } = bench;
    const { decisions } = asking(bench);
    const group = server.group({ title: "G", members: [alice, bob] });
    alice.send("@ductor_demo_bot clean up", { chat: group.id });
    const find = () => bench.said(group.id).find(({ text }) => text?.startsWith("Allow this?"));
    await until(() => find() !== undefined);
    const message = find()!;
    const answer = await bob.press(message.message_id, data(message, "Allow"), { chat: group.id });
    assert.match(answer.text!, /Only the person who asked/);
    assert.equal(decisions.length, 0);
    await alice.press(message.message_id, data(message, "Deny"), { chat: group.id });
    await until(() => decisions.length === 1);
    assert.equal(decisions[0]!.behavior, "deny");
  }));

Deno.test("/stop takes the question back", () =>
  withBot(async (bench) => {
    const { alice, texts, until } = bench;
    const { decisions } = asking(bench);
    alice.send("clean up");
    await until(() => question(bench) !== undefined);
    alice.send("/stop");
    await until(() => texts().some((text) => text.includes("⏹ Stopped")));
    await until(() => question(bench)!.text!.endsWith("Taken back"));
    assert.deepEqual(decisions, []);
  }));

Deno.test("K11.9 after a crash the question is no longer open, and nothing was allowed", () =>
  withBot(async (bench) => {
    const { alice, server, start, stop, until } = bench;
    const { decisions } = asking(bench);
    alice.send("clean up");
    await until(() => question(bench) !== undefined);
    const cut = server.faults.add({ fault: "reset" });
    await stop();
    cut();
    await start();
    await until(() => /Restart|restart/.test(question(bench)!.text!));
    assert.equal(question(bench)!.reply_markup, undefined);
    assert.deepEqual(decisions, []);
  }));

Deno.test("K11.6 what is written while a question is open is its answer, and no turn of its own", () =>
  withBot(async (bench) => {
    const { alice, bot, claude, said, texts, until } = bench;
    const { decisions } = asking(bench, { choices: [choice("Which colour?", "Red")] });
    alice.send("paint");
    await until(() => texts().some((text) => text.includes("• Red: about Red")));
    alice.send("Green");
    await until(() => texts().includes("It was answer"));
    assert.deepEqual(decisions, [{ behavior: "answer", answers: ["Green"] }]);
    await until(() => texts().some((text) => text.endsWith("➡️ Green")));
    await bot.settled();
    assert.deepEqual(claude.turns.map(({ text }) => text), ["paint"]);
    assert.ok(!said().some(({ text }) => text?.startsWith("[Message in queue")));
    assert.equal(texts().at(-1), "It was answer", "what follows stands below");
  }));

Deno.test("K11.6 words that Telegram delivers twice answer once, and are no message either", () =>
  withBot(async (bench) => {
    const { alice, claude, server, texts, until } = bench;
    const { decisions } = asking(bench);
    alice.send("clean up");
    await until(() => question(bench) !== undefined);
    alice.send("use ninja");
    await until(() => texts().includes("It was deny"));
    server.redeliver(server.updates.at(-1)!.update_id);
    claude.script = async function* ({ text }) {
      yield { type: "text", text: `heard ${text}` };
    };
    alice.send("the end");
    await until(() => texts().includes("heard the end"));
    await bench.bot.settled();
    assert.deepEqual(decisions, [{ behavior: "deny", reason: "use ninja" }]);
    assert.deepEqual(claude.turns.map(({ text }) => text), ["clean up", "the end"]);
  }));

Deno.test("K11.6 a command stays a command, also as a reply to the question", () =>
  withBot(async (bench) => {
    const { alice, texts, until } = bench;
    const { decisions } = asking(bench);
    alice.send("clean up");
    await until(() => question(bench) !== undefined);
    alice.send("/help", { reply_to: question(bench)!.message_id });
    await until(() => texts().some((text) => text.includes("/interrupt")));
    assert.deepEqual(decisions, []);
    alice.send("no, keep it");
    await until(() => texts().includes("It was deny"));
    assert.deepEqual(decisions, [{ behavior: "deny", reason: "no, keep it" }]);
  }));

Deno.test("K11.6 what was written to a question that a crash cut off runs once, as a message", () =>
  withBot(async (bench) => {
    const { alice, bot, claude, server, start, stop, texts, until } = bench;
    const { decisions } = asking(bench);
    alice.send("clean up");
    await until(() => question(bench) !== undefined);
    const cut = server.faults.add({ fault: "reset" });
    await stop();
    // Sent while nobody is there.
    alice.send("keep the docs", { reply_to: question(bench)!.message_id });
    cut();
    claude.script = async function* ({ text }) {
      yield { type: "text", text: `heard ${text.split("\n")[0]}` };
    };
    await start();
    await until(() => texts().includes("heard keep the docs"));
    await bench.bot.settled();
    assert.deepEqual(decisions, []);
    assert.equal(claude.turns.filter(({ text }) => text.startsWith("keep")).length, 1);
    assert.ok(bot !== bench.bot);
  }));

Deno.test("K11.6 an answer that was given is not given again after a crash, nor run as a message", () =>
  withBot(async (bench) => {
    const { alice, claude, start, texts, until } = bench;
    const answers: PermissionDecision[] = [];
    // The agent has the answer, and works on it until the end of the program.
    claude.script = async function* (_, signal): AsyncIterable<AgentEvent> {
      const { promise, resolve } = Promise.withResolvers<void>();
      yield {
        type: "permission",
        id: "p1",
        tool: "Bash",
        title: "Run a command",
        detail: "make",
        respond: (decision) => Promise.resolve(void answers.push(decision)).then(resolve),
      };
      await promise;
      yield { type: "text", text: "I see" };
      await new Promise((resolve) => signal.addEventListener("abort", resolve, { once: true }));
    };
    alice.send("build");
    await until(() => question(bench) !== undefined);
    alice.send("use ninja");
    await until(() => texts().includes("I see"));
    await bench.die();
    claude.script = async function* ({ text }) {
      yield { type: "text", text: `heard ${text}` };
    };
    await start();
    alice.send("the end");
    await until(() => texts().includes("heard the end"));
    await bench.bot.settled();
    assert.deepEqual(answers, [{ behavior: "deny", reason: "use ninja" }]);
    assert.deepEqual(claude.turns.map(({ text }) => text), ["build", "the end"]);
    assert.match(question(bench)!.text!, /🚫 Denied: use ninja$/);
  }));

Deno.test("K16.2 something long is asked about with the whole of it as a file, which does not ring", () =>
  withBot(async (bench) => {
    const { alice, said, server, texts, until } = bench;
    const detail = `first line\n${"echo x\n".repeat(2000)}rm -rf /`;
    const { decisions } = asking(bench, { title: "Write run.sh", detail });
    alice.send("clean up");
    const file = () => said().find(({ document }) => document?.file_name === "request.txt");
    await until(() => file() !== undefined);
    assert.ok(file()!.message_id > question(bench)!.message_id);
    assert.match(question(bench)!.text!, /^Allow this\? Write run\.sh\n\nfirst line\n/);
    assert.equal(file()!.document!.file_size, detail.length);
    const [upload] = server.calls.filter(({ method }) => method === "sendDocument");
    assert.equal(String(upload!.payload.disable_notification), "true");
    const message = question(bench)!;
    await alice.press(message.message_id, data(message, "Deny"));
    await until(() => texts().includes("It was deny"));
    await until(() => question(bench)!.text!.endsWith("🚫 Denied"));
    await bench.bot.settled();
    assert.equal(said().filter(({ document }) => document).length, 1, "and it is sent once");
    assert.equal(decisions.length, 1);
  }));

Deno.test("K11.7 several answers are ticked; Done gives them", () =>
  withBot(async (bench) => {
    const { alice, said, texts, until } = bench;
    const choices = [{ ...choice("Which colours?", "Red", "Blue", "Green"), several: true }];
    const { decisions } = asking(bench, { choices });
    alice.send("paint");
    const asked = () => said().find(({ text }) => text?.includes("Which colours?"));
    const tap = async (label: string) => {
      await until(() => labels().includes(label));
      await alice.press(asked()!.message_id, data(asked()!, label));
    };
    const labels = () =>
      asked()?.reply_markup?.inline_keyboard.flat().map(({ text }) => text) ?? [];
    for (const label of ["Red", "Green", "✅ Red", "Blue", "Done"]) await tap(label);
    await until(() => texts().includes("It was answer"));
    assert.deepEqual(decisions, [{ behavior: "answer", answers: ["Blue, Green"] }]);
  }));

Deno.test("K11.7 a plan is rendered, and goes on with the words that are written", () =>
  withBot(async (bench) => {
    const { alice, said, texts, until } = bench;
    const { decisions } = asking(bench, { plan: "# Steps\n\n1. **Do** it" });
    alice.send("plan it");
    const plan = () => said().find(({ text }) => text?.includes("Steps\n\n1. Do it"));
    await until(() => plan() !== undefined);
    const buttons = plan()!.reply_markup!.inline_keyboard.flat().map(({ text }) => text);
    assert.deepEqual(buttons, ["Approve", "Keep planning"]);
    alice.send("Also write tests");
    await until(() => texts().includes("It was deny"));
    assert.deepEqual(decisions, [{ behavior: "deny", reason: "Also write tests" }]);
    await until(() => plan()!.text!.endsWith("✏️ Keep planning: Also write tests"));
  }));

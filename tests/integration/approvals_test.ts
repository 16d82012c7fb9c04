import assert from "node:assert/strict";
import type { Message } from "grammy/types";
import type { AgentEvent, Choice, PermissionDecision } from "../../src/agents/agent.ts";
import { type BotBench, withBot } from "../support/bot_bench.ts";

/** Makes the agent ask once; returns what it was answered. */
function asking({ claude }: BotBench, choices?: Choice[]): { decisions: PermissionDecision[] } {
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
      ...choices && { choices },
      respond: (decision) => (resolve(decision), Promise.resolve()),
    };
    const decision = await promise;
    if (!decision) return;
    asked.decisions.push(decision);
    yield { type: "text", text: `It was ${decision.behavior}` };
  };
  return asked;
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
    const { decisions } = asking(bench, [
      { question: "Which colour?", options: ["Red", "Blue"] },
      { question: "Which size?", options: ["S", "M"] },
    ]);
    alice.send("paint");
    const asks = (text: string) => said().find((message) => message.text?.startsWith(text));
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

import assert from "node:assert/strict";
import { withBot } from "../support/bot_bench.ts";
import { aborted } from "../support/scripted_agent.ts";

Deno.test("a turn that the end of the program cuts off says so, and can be run again after it", () =>
  withBot(async ({ alice, claude, said, until, stop, start }) => {
    claude.script = async function* (_, signal) {
      yield { type: "text", text: "half an answer" };
      await aborted(signal);
    };
    alice.send("long work");
    await until(() => said().some(({ text }) => text?.includes("half an answer")));
    await stop();
    const cut = said().find(({ text }) => text?.includes("left unfinished"));
    assert.match(cut?.text ?? "", /half an answer[^]*ductor is shutting down/);
    const [[button] = []] = cut?.reply_markup?.inline_keyboard ?? [];
    assert.equal(button?.text, "Try again");

    claude.script = async function* ({ text }) {
      yield { type: "text", text: `whole answer to: ${text}` };
    };
    await start();
    // It answers the press only when the bot runs, and nothing has run unasked before.
    await alice.press(cut!.message_id, (button as { callback_data: string }).callback_data);
    await until(() => said().some(({ text }) => text?.includes("whole answer to: long work")));
    assert.equal(claude.turns.length, 2);
  }));

Deno.test("messages that wait when the program ends run at its next start, and not before", () =>
  withBot(async ({ alice, claude, said, texts, until, stop, start }) => {
    claude.script = async function* (_, signal) {
      yield { type: "alive" };
      await aborted(signal);
    };
    alice.send("first");
    await until(() => claude.turns.length === 1);
    alice.send("second");
    await until(() => said().some(({ text }) => text?.startsWith("[Message in queue")));
    await stop();
    assert.equal(claude.turns.length, 1);
    claude.script = async function* ({ text }) {
      yield { type: "text", text: `answer to: ${text}` };
    };
    await start();
    await until(() => texts().includes("answer to: second"));
    assert.equal(claude.turns.length, 2);
  }));

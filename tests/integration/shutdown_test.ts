import assert from "node:assert/strict";
import type { AgentEvent, PermissionDecision } from "../../src/agents/agent.ts";
import { type BotBench, withBot } from "../support/bot_bench.ts";
import { buttonsOf } from "../support/buttons.ts";
import { aborted, permission } from "../support/scripted_agent.ts";

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

/** Longer than any test may take: whoever waits for it has waited in vain. */
const LONG_GRACE = 600_000;

/** Makes the agent ask for permission in every turn, and say what was decided. */
function asking({ claude }: BotBench): PermissionDecision[] {
  const decisions: PermissionDecision[] = [];
  claude.script = async function* ({ text }, signal): AsyncIterable<AgentEvent> {
    if (text === "work") {
      yield { type: "text", text: "working" };
      return await aborted(signal);
    }
    const { promise, resolve } = Promise.withResolvers<PermissionDecision | undefined>();
    void aborted(signal).then(() => resolve(undefined));
    yield {
      ...permission(),
      respond: (decision) => (resolve(decision), Promise.resolve()),
    };
    const decision = await promise;
    if (!decision) return;
    decisions.push(decision);
    yield { type: "text", text: `It was ${decision.behavior}` };
  };
  return decisions;
}

const questions = ({ said }: BotBench) =>
  said().filter(({ text }) => text?.startsWith("Allow this?"));

Deno.test("K11.9 an open question ends no program late, says that it is asked again, and is, before what waits", () =>
  withBot(async (bench) => {
    const { alice, claude, said, texts, until, stop, start } = bench;
    const decisions = asking(bench);
    const { message_id } = alice.send("@opus clean up");
    await until(() => questions(bench).length === 1);
    // About something else, so no answer to the question.
    alice.send("and then this", { reply_to: message_id });
    await until(() => said().some(({ text }) => text?.startsWith("[Message in queue")));
    await stop(LONG_GRACE);
    const [first] = questions(bench);
    assert.match(first!.text!, /I will ask again$/);
    assert.deepEqual([buttonsOf(first), said().length], [[], 1]);

    await start();
    await until(() => questions(bench).length === 2);
    const again = claude.turns.at(-1)!;
    assert.match(again.text, /^clean up\n\n\[ductor was restarted while you waited/);
    assert.deepEqual(
      claude.opened.map(({ model, resume }) => ({ model, resume })),
      [{ model: "opus", resume: undefined }, { model: "opus", resume: "claude-session-1" }],
    );
    const second = questions(bench)[1]!;
    await alice.press(second.message_id, buttonsOf(second)[0]!.data);
    await until(() => texts().includes("It was allow"));
    await until(() => questions(bench).length === 3);
    assert.match(claude.turns.at(-1)!.text, /^and then this/);
    assert.deepEqual(decisions, [{ behavior: "allow" }]);
  }));

Deno.test("K11.9 a press while the program ends gets a word that fits, and decides nothing", () =>
  withBot(async (bench) => {
    const { alice, server, bob, texts, until, stop, start } = bench;
    const decisions = asking(bench);
    const group = server.group({ title: "G", members: [alice, bob] });
    alice.send("@ductor_demo_bot work", { chat: group.id });
    await until(() => texts(group.id).includes("working"));
    alice.send("clean up");
    await until(() => questions(bench).length === 1);
    const [question] = questions(bench);
    const allow = buttonsOf(question)[0]!.data;
    // On the phone of the one who presses, the buttons are still there.
    server.faults.add({ method: "editMessageText", fault: "hang", times: 1 });
    const before = server.calls.length;
    // Another conversation is still at work, so the program goes on for a while.
    const stopped = stop(LONG_GRACE);
    await until(() =>
      server.calls.slice(before).some(({ method }) => method === "editMessageText")
    );
    const { text } = await alice.press(question!.message_id, allow);
    assert.equal(text, "Restarting; I will ask again.");
    alice.send("/stop", { chat: group.id });
    await stopped;
    await start();
    await until(() => questions(bench).length === 2);
    assert.deepEqual(decisions, []);
  }));

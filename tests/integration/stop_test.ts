/** K11.8: what stands in the chat after somebody said stop, in everything that may be going on. */
import assert from "node:assert/strict";
import type { AgentEvent } from "../../src/agents/agent.ts";
import { type BotBench, withBot } from "../support/bot_bench.ts";
import { buttonsOf } from "../support/buttons.ts";
import { aborted, permission } from "../support/scripted_agent.ts";
import { ScriptedBackground } from "../support/scripted_background.ts";

type State = (bench: BotBench) => Promise<void>;

/** A turn that shows these events and then runs on. */
const turn = (...events: AgentEvent[]): State => async ({ alice, claude, until }) => {
  claude.script = async function* (_, signal): AsyncIterable<AgentEvent> {
    yield { type: "alive" };
    yield* events;
    await aborted(signal);
  };
  alice.send("go");
  await until(() => claude.turns.length > 0);
};
const text: AgentEvent = { type: "text", text: "Half" };
const tool: AgentEvent = { type: "tool", phase: "start", id: "t", name: "Bash", input: "make" };

const shows = (state: State, what: RegExp): State => async (bench) => {
  await state(bench);
  await bench.until(() => bench.said().some(({ text }) => what.test(text ?? "")));
};

const waiting = (state: State): State => async (bench) => {
  await state(bench);
  bench.alice.send("later");
  await bench.until(() => bench.said().some(({ text }) => text?.startsWith("[Message in queue")));
};

/** With a command that runs beside the turns of the session. */
const beside = (state?: State): State => async (bench) => {
  const { alice, bot, claude, texts, until } = bench;
  const background = claude.background = new ScriptedBackground();
  alice.send("hello");
  await until(() => texts().includes("You said: hello"));
  await bot.settled();
  background.running.push({ id: "b", kind: "command", title: "npm start" } as never);
  await state?.(bench);
};

const parked: State = async ({ alice, claude, said, until, bot }) => {
  claude.script = async function* () {
    yield { type: "error", kind: "other", message: "It failed." };
  };
  alice.send("go");
  await until(() => buttonsOf(said().at(-1)).length > 0);
  await bot.settled();
};

const STOPPED = "⏹ Stopped.";
const ONE = `${STOPPED} One waiting message was dropped.`;
/** Whatever stands in the question, and however it says so. */
const TAKEN_BACK = "Allow this? …";
const TASK = `${STOPPED} Ended in the background: npm start.`;

/** What is going on; what stands there after /stop; after /interrupt where that differs. */
const CASES: [string, State, string[], string[]?][] = [
  ["nothing", () => Promise.resolve(), ["Nothing is running."]],
  ["a turn that has said nothing", turn(), [STOPPED], []],
  ["a turn that has said something", shows(turn(text), /^Half/), ["Half", STOPPED], [
    "Half\n\nStopped.",
  ]],
  ["a turn that uses a tool", shows(turn(tool), /Bash/), [STOPPED], []],
  ["a turn that uses a tool, with words", shows(turn(text, tool), /Bash/), ["Half", STOPPED], [
    "Half\n\nStopped.",
  ]],
  ["a message that waits", waiting(turn()), [ONE]],
  ["a question that is open", shows(turn(permission()), /^Allow this/), [
    TAKEN_BACK,
    STOPPED,
  ], [TAKEN_BACK]],
  ["work in the background", beside(), ["You said: hello", TASK]],
  ["work in the background and a turn", beside(shows(turn(text), /^Half/)), [
    "You said: hello",
    "Half",
    TASK,
  ]],
  ["work in the background, a turn and a message that waits", beside(waiting(turn())), [
    "You said: hello",
    `${TASK} One waiting message was dropped.`,
  ]],
  ["a request that failed", parked, ["⚠️ It failed.", "Nothing is running."]],
];

for (const [what, state, stop, interrupt] of CASES) {
  for (const [command, stands] of [["/stop", stop], ["/interrupt", interrupt]] as const) {
    if (!stands) continue;
    Deno.test(`K11.8 ${command} leaves no litter: ${what}`, () =>
      withBot(async (bench) => {
        const { alice, bot, said, server, until } = bench;
        await state(bench);
        const shown = () =>
          said().map((message) => message.text!.replace(/^(Allow this\?)[^]*Taken back$/, "$1 …"));
        const calls = server.calls.length;
        alice.send(command);
        await until(() =>
          JSON.stringify(shown()) === JSON.stringify(stands) && server.calls.length > calls
        );
        await bot.settled();
        assert.deepEqual(shown(), stands);
      }));
  }
}

/** K11.5: of two taps on the buttons of one message the first counts, whatever the two are. */
import assert from "node:assert/strict";
import type { Message } from "grammy/types";
import type { AgentEvent } from "../../src/agents/agent.ts";
import { type BotBench, withBot } from "../support/bot_bench.ts";
import { buttonsOf } from "../support/buttons.ts";
import { aborted } from "../support/scripted_agent.ts";

/** A message whose buttons stay, as they do for a moment on every other device. */
async function stuck({ server, said, until, bot }: BotBench, label: string): Promise<Message> {
  await until(() => buttonsOf(said().at(-1)).some(({ text }) => text.startsWith(label)));
  await bot.settled();
  server.faults.add({
    method: "editMessageReplyMarkup",
    fault: { status: 400, description: "Bad Request: not now" },
  });
  return said().at(-1)!;
}

/** Both taps come before either has shown anything. @returns the words for them */
function taps({ alice }: BotBench, message: Message, labels: readonly string[]) {
  return Promise.all(labels.map(async (label) => {
    const button = buttonsOf(message).find(({ text }) => text.startsWith(label))!;
    return (await alice.press(message.message_id, button.data)).text;
  }));
}

const fails = (event: Partial<AgentEvent>) =>
  async function* (): AsyncIterable<AgentEvent> {
    yield { type: "error", message: "It failed.", ...event } as AgentEvent;
  };

/** What a tap does: turns of Claude and of Codex that follow from it. */
const LIMIT = {
  "Try again": [1, 0],
  "Drop": [0, 0],
  "Continue": [0, 0],
  "Switch to Codex": [0, 1],
} as const;

for (const [first, [claudes, codexes]] of Object.entries(LIMIT)) {
  for (const second of Object.keys(LIMIT)) {
    Deno.test(`K11.5 two taps after a usage limit: "${first}", then "${second}"`, () =>
      withBot(async (bench) => {
        const { alice, bot, claude, codex } = bench;
        const answers = claude.script;
        claude.script = fails({ kind: "usage_limit", resetAt: new Date(Date.now() + 3_600_000) });
        alice.send("go");
        const message = await stuck(bench, "Try again");
        claude.script = answers;
        const [, word] = await taps(bench, message, [first, second]);
        await bot.settled();
        assert.ok(word, "the second tap gets a word");
        assert.deepEqual([claude.turns.length, codex.turns.length], [1 + claudes, codexes]);
      }));
  }
}

const REFUSED = { "New session": "new", "Try again": "old", "Drop": undefined } as const;

for (const [first, session] of Object.entries(REFUSED)) {
  for (const second of Object.keys(REFUSED)) {
    Deno.test(`K11.5 two taps after a refused conversation: "${first}", then "${second}"`, () =>
      withBot(async (bench) => {
        const { alice, bot, claude, home, texts, until } = bench;
        alice.send("hello");
        await until(() => texts().length === 1);
        await bot.settled();
        const answers = claude.script;
        claude.script = fails({ kind: "refused_conversation", detail: "no" } as never);
        alice.send("go");
        await until(() => texts().length === 2);
        await bot.settled();
        alice.send("go");
        const message = await stuck(bench, "New session");
        claude.script = answers;
        const [, word] = await taps(bench, message, [first, second]);
        await bot.settled();
        assert.ok(word, "the second tap gets a word");
        assert.equal(claude.turns.length, session === undefined ? 3 : 4);
        const kept = /"session_id": "claude-session-1"/.test(
          await Deno.readTextFile(home.sessionsFile),
        );
        assert.equal(kept, session !== "new");
      }));
  }
}

Deno.test("K11.5 two taps on Cancel: the message goes, and the second tap gets a word", () =>
  withBot(async (bench) => {
    const { alice, bot, claude, said, until } = bench;
    claude.script = async function* (_, signal): AsyncIterable<AgentEvent> {
      yield { type: "alive" };
      await aborted(signal);
    };
    alice.send("one");
    await until(() => claude.turns.length === 1);
    const notice = () => said().find(({ text }) => text?.startsWith("[Message in queue"));
    alice.send("two");
    await until(() => notice() !== undefined);
    const words = await taps(bench, notice()!, ["Cancel", "Cancel"]);
    assert.deepEqual(words, [undefined, "It no longer waits."]);
    alice.send("/stop");
    await bot.settled();
    assert.deepEqual(claude.turns.map(({ text }) => text), ["one"]);
  }));

import assert from "node:assert/strict";
import type { Message } from "grammy/types";
import type { AgentEvent, PermissionDecision } from "../../src/agents/agent.ts";
import type { ApiCall } from "../../src/bot_api/types.ts";
import { withBot } from "../support/bot_bench.ts";
import { buttonsOf } from "../support/buttons.ts";
import { FakeClock } from "../support/fake_clock.ts";
import { aborted } from "../support/scripted_agent.ts";

/** Every message of the bot as a phone sees it: when it came, its sound, and what became of it. */
function seenOf(calls: readonly ApiCall[], start: number): string[] {
  const seen = new Map<number, { at: string; sound: string; first: string; last: string }>();
  const gone = new Map<number, string>();
  const at = (call: ApiCall) => `${((call.at - start) / 1000).toFixed(0).padStart(3)} s`;
  for (const call of calls) {
    const { method, payload, ok } = call;
    const text = String(payload.text).replaceAll(/\s*\n\s*/g, " ⏎ ");
    if (!ok) continue;
    if (method === "sendMessage") {
      const sound = payload.disable_notification ? "silent" : "RINGS ";
      const { message_id } = call.result as Message;
      seen.set(message_id, { at: at(call), sound, first: text, last: text });
    } else if (method === "editMessageText") seen.get(payload.message_id as number)!.last = text;
    else if (method === "deleteMessage") gone.set(payload.message_id as number, at(call).trim());
  }
  return [...seen].map(([id, { at, sound, first, last }]) => {
    const end = gone.has(id)
      ? ` (gone at ${gone.get(id)})`
      : last === first
      ? ""
      : ` → ${last.slice(-9)}`;
    return `${at}  ${sound}  ${first}${end}`;
  });
}

Deno.test("K11.1–4 a turn of three tools, an approval, a queued message and 40 s, on the phone", async () => {
  const clock = new FakeClock();
  await withBot(async ({ alice, bot, claude, said, server, texts, until }) => {
    const start = clock.now();
    /** The agent has come so far; the agent may go on. */
    const [reached, gates] = [0, 1].map(() =>
      Array.from({ length: 4 }, () => Promise.withResolvers<void>())
    ) as [PromiseWithResolvers<void>[], PromiseWithResolvers<void>[]];
    const works = (step: number, signal: AbortSignal) => {
      reached[step]!.resolve();
      return Promise.race([gates[step]!.promise, aborted(signal)]);
    };
    const tool = (name: string, input: string): AgentEvent => ({
      type: "tool",
      phase: "start",
      id: name,
      name,
      input,
    });
    claude.script = async function* ({ text }, signal): AsyncIterable<AgentEvent> {
      if (text === "And the docs?") return yield { type: "text", text: "The docs are fine." };
      yield { type: "text", text: "I'll look at the tests." };
      yield tool("Read", "sum_test.ts");
      await works(0, signal);
      yield tool("Bash", "make test");
      await works(1, signal);
      yield { type: "text", text: "One is wrong." };
      const { promise, resolve } = Promise.withResolvers<PermissionDecision>();
      yield {
        type: "permission",
        id: "p",
        tool: "Edit",
        title: "Change sum.ts",
        detail: "a + b",
        respond: (decision) => (resolve(decision), Promise.resolve()),
      };
      assert.equal((await promise).behavior, "allow");
      yield tool("Edit", "sum.ts");
      await works(2, signal);
      yield { type: "text", text: "All **three** tests " };
      await works(3, signal);
      yield { type: "text", text: "pass." };
    };
    const message = (beginning: string) => said().find(({ text }) => text?.startsWith(beginning));
    /** Lets time pass until the newest message of the turn says this. */
    const passes = async (seconds: number, newest: string) => {
      for (let i = 0; i < seconds; i++) await clock.advance(1000);
      await until(() => texts().at(-1)?.endsWith(newest) ?? false);
    };
    alice.send("Why is it red?");
    await reached[0]!.promise;
    await passes(1, "Read: sum_test.ts");
    gates[0]!.resolve();
    await reached[1]!.promise;
    await passes(5, "make test");
    alice.send("And the docs?");
    await until(() => message("[Message in queue") !== undefined);
    await passes(15, "make test · 19 s");
    gates[1]!.resolve();
    await until(() => message("Allow this?") !== undefined && said().length === 3);
    for (let i = 0; i < 4; i++) await clock.advance(1000);
    const asked = message("Allow this?")!;
    const allow = buttonsOf(asked).find(({ text }) => text === "Allow")!;
    await alice.press(asked.message_id, allow.data);
    await reached[2]!.promise;
    await until(() => texts().at(-1)?.endsWith("Edit: sum.ts") ?? false);
    await passes(10, "Edit: sum.ts · 10 s");
    gates[2]!.resolve();
    await reached[3]!.promise;
    await passes(5, "All three tests");
    gates[3]!.resolve();
    await until(() => said().length === 4 && texts().at(-1) === "The docs are fine.");
    await bot.settled();
    assert.deepEqual(seenOf(server.calls, start), [
      "  1 s  silent  I'll look at the tests. ⏎ ⚙️ Read: sum_test.ts (gone at 21 s)",
      "  6 s  silent  [Message in queue...] (gone at 40 s)",
      " 21 s  silent  One is wrong.",
      " 21 s  RINGS   Allow this? Change sum.ts ⏎ a + b ⏎ Tap a button, or write why not. → ✅ Allowed",
      " 25 s  silent  ⚙️ Read · Bash · Edit: sum.ts (gone at 40 s)",
      " 40 s  RINGS   All three tests pass.",
      " 40 s  RINGS   The docs are fine.",
    ]);
  }, {
    bot: { clock },
    server: { now: () => clock.now() },
    config: { streaming: { edit_interval_seconds: 1 } },
  });
});

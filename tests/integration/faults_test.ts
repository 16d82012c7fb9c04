import assert from "node:assert/strict";
import type { AgentEvent } from "../../src/agents/agent.ts";
import type { Fault } from "../../src/bot_api/types.ts";
import { withBot } from "../support/bot_bench.ts";

/** Everything that can happen to a call; none of it may lose or double a message. */
const FAULTS: [string, Fault][] = [
  ["429", { status: 429, retry_after: 1 }],
  ["500", { status: 500 }],
  ["502", { status: 502 }],
  ["a reset connection", "reset"],
  ["a lost answer", "reset_after"],
  ["K15.11 a result of nothing", { body: '{"ok":true,"result":null}' }],
  ["K15.11 an answer of nothing", { body: "null" }],
  ["K15.11 an answer that says neither yes nor why not", { body: '{"ok":false}' }],
  ["K15.11 a page in place of an answer", { body: "<html>Bad Gateway</html>" }],
];

for (const [name, fault] of FAULTS) {
  for (const method of ["getUpdates", "sendMessage", "editMessageText"]) {
    Deno.test(`${name} at ${method} neither loses nor doubles a message`, () =>
      withBot(async (bench) => {
        const { server, alice, claude, texts, until, start } = bench;
        claude.script = async function* ({ text }): AsyncIterable<AgentEvent> {
          yield { type: "text", text: `answer ` };
          await until(() => texts().at(-1) === "answer");
          yield { type: "text", text: `to ${text}` };
        };
        server.faults.add({ method, times: 2, fault });
        alice.send("one");
        await start();
        await until(() => texts().includes("answer to one"));
        alice.send("two");
        await until(() => texts().includes("answer to two"));
        await bench.bot.settled();
        await until(() => texts().length === 2);
        assert.deepEqual(texts(), ["answer to one", "answer to two"]);
        assert.deepEqual(claude.turns.map(({ text }) => text), ["one", "two"]);
      }, { started: false }));
  }
}

Deno.test("409 while another connection holds the slot is waited out", () =>
  withBot(async ({ server, alice, texts, until, start }) => {
    server.faults.add({ method: "getUpdates", times: 2, fault: { status: 409 } });
    alice.send("hello");
    await start();
    await until(() => texts().includes("You said: hello"));
  }, { started: false }));

Deno.test("a webhook left behind by another program is removed, messages are kept", () =>
  withBot(async ({ server, alice, texts, until, start }) => {
    const url = `${server.apiRoot}/bot${server.token}/setWebhook`;
    const answer = await fetch(url, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ url: "https://example.org/hook" }),
    });
    await answer.body?.cancel();
    alice.send("hello");
    await start();
    await until(() => texts().includes("You said: hello"));
  }, { started: false }));

Deno.test("a token Telegram does not know ends the bot with a clear error", () =>
  withBot(async (bench) => {
    bench.server.faults.add({ fault: { status: 401 } });
    await bench.start();
    await assert.rejects(bench.bot.ended, /@BotFather/);
  }, { started: false }));

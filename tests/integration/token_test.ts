import assert from "node:assert/strict";
import { TokenError } from "../../src/telegram/poller.ts";
import { updateConfig } from "../../src/config/load.ts";
import { withBot } from "../support/bot_bench.ts";

const REFUSED = { status: 401 };

Deno.test("K3.1 one 401 of a bot that works costs nothing, whatever it asked", () =>
  withBot(async ({ server, alice, texts, until, bot }) => {
    alice.send("one");
    await until(() => texts().includes("You said: one"));
    for (const method of ["getUpdates", "sendChatAction", "setMessageReaction"]) {
      server.faults.add({ method, times: 1, fault: REFUSED });
    }
    alice.send("two");
    await until(() => texts().includes("You said: two"));
    await until(() => server.faults.pending === 0);
    await bot.settled();
  }, { config: { status_reactions: true } }));

Deno.test("K3.1 one 401 at its first question costs no message", () =>
  withBot(async ({ server, alice, texts, until, start }) => {
    server.faults.add({ method: "getMe", times: 1, fault: REFUSED });
    alice.send("hello");
    await start();
    await until(() => texts().includes("You said: hello"));
  }, { started: false }));

Deno.test("K3.1 a token that has worked in an earlier life is asked about again", () =>
  withBot(async (bench) => {
    const { server, alice, texts, until, start, stop, home } = bench;
    alice.send("one");
    await until(() => texts().includes("You said: one"));
    await stop();
    server.faults.add({ method: "getUpdates", times: 1, fault: REFUSED });
    await start();
    alice.send("two");
    await until(() => texts().includes("You said: two"));
    await stop();
    // Another one has not worked yet.
    await updateConfig(home, (raw) => {
      raw.telegram_token = `123456789:${"aB3_-".repeat(7)}`;
    });
    await start();
    await assert.rejects(bench.bot.ended, TokenError);
  }));

Deno.test("K3.1 under a service a token is asked about again, even at its first start", () =>
  withBot(async ({ server, alice, texts, until, start }) => {
    server.faults.add({ method: "getUpdates", times: 1, fault: REFUSED });
    alice.send("hello");
    await start();
    await until(() => texts().includes("You said: hello"));
  }, { started: false, bot: { service: true } }));

Deno.test("K3.1 a message that waits for Telegram to say who the bot is outlives an end", () =>
  withBot(async ({ server, alice, texts, until, start, stop }) => {
    const allow = server.faults.add({ method: "getMe", fault: REFUSED });
    alice.send("hello");
    await start();
    // Told to Telegram only when it is on disk.
    await until(() =>
      server.calls.some(({ method, payload }) => method === "getUpdates" && payload.offset !== 0)
    );
    await stop();
    allow();
    await start();
    await until(() => texts().includes("You said: hello"));
  }, { started: false }));

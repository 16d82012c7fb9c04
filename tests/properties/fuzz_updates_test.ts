/** Whatever Telegram sends, the bot lives, forgets nothing else, and holds on to nothing. */
import assert from "node:assert/strict";
import fc from "fast-check";
import { ALICE, withBot } from "../support/bot_bench.ts";
import { anyJson, near, runs, samples } from "../support/fuzz.ts";
import { LogLines } from "../support/log_lines.ts";
import { UPDATES } from "../support/telegram_updates.ts";
import type { Json } from "../support/fake_child.ts";

const KINDS = [
  ...["message", "edited_message", "channel_post", "callback_query", "my_chat_member", "poll"],
  ...["message_reaction", "chat_join_request", "business_message", "inline_query", "kind_of_2031"],
];

/** Verbs of our own buttons, with arguments that are none of ours. */
const DATA = fc.oneof(
  fc.tuple(
    fc.constantFrom(
      ...["again", "drop", "wait", "switch", "fresh", "cancel", "ask", "may", "model", "m", "perm"],
      ...["job", "jobs", "files", "f", "upgrade", "up", "cron", "p", "status", "mem", "x", ""],
      ...["constructor", "__proto__", "toString"],
    ),
    fc.array(
      fc.oneof(
        fc.constantFrom(
          "0",
          "-1",
          "1e9",
          "in",
          "undo",
          "claude",
          "constructor",
          "__proto__",
          "../..",
        ),
        fc.string({ unit: "binary", maxLength: 12 }),
        fc.integer().map(String),
      ),
      { maxLength: 4 },
    ),
  ).map(([verb, rest]) => `d:${[verb, ...rest].join(":")}`),
  fc.string({ unit: "binary", maxLength: 64 }),
  fc.constantFrom("b:0.0", "b:9.9", "b:-1.x", "d:", "b:"),
);

const PRESS: Json = {
  id: "1",
  from: { id: ALICE, is_bot: false, first_name: "Alice" },
  chat_instance: "1",
  message: {
    message_id: 2,
    date: 1_790_000_000,
    chat: { id: ALICE, type: "private", first_name: "Alice" },
    text: "x",
    reply_markup: { inline_keyboard: [[{ text: "A", callback_data: "b:0.0" }]] },
  },
};

const CASES = fc.oneof(
  { weight: 5, arbitrary: near(UPDATES) },
  { weight: 3, arbitrary: DATA.map((data) => ({ callback_query: { ...PRESS, data } })) },
  {
    weight: 1,
    arbitrary: fc.tuple(fc.constantFrom(...KINDS), anyJson()).map(([kind, body]) => ({
      [kind]: body,
    })),
  },
);

Deno.test("K10.2 updates: of any shape and of kinds to come, none stops the bot or stays in it", () =>
  withBot(async ({ server, alice, bot, texts, until, claude }) => {
    await using log = await LogLines.capture();
    /** Files that Telegram does not have are asked for again and again before they are given up. */
    const patiently = (condition: () => boolean) => until(condition, 135_000);
    // Telegram takes nothing for somebody who has never written; all of it would wait for the last one.
    alice.send("/help");
    await patiently(() => texts().length > 0);
    for (const [n, one] of samples(CASES, 150).entries()) {
      // Which one it is, is between Telegram and the poller; see telegram/junk_test.ts.
      const { update_id: _, ...update } = typeof one === "object" && one !== null ? one : {};
      server.inject(update as never);
      if (n % 100 !== 99) continue;
      // Not until all is said: what goes to a group that is not there is tried for long.
      await patiently(() => server.pendingUpdates === 0 && bot.running() === 0);
    }
    const last = `still there ${crypto.randomUUID()}`;
    alice.send(last);
    await patiently(() => claude.turns.some(({ text }) => text.includes(last)));
    await patiently(() => texts().some((text) => text.includes(last)));
    await patiently(() => bot.running() === 0);
    assert.equal(server.pendingUpdates, 0);
    assert.deepEqual([...new Set(log.matching(/^(?:error|fatal):/))], [], `of ${runs(150)} cases`);
  }));

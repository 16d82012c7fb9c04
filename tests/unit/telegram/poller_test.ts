import assert from "node:assert/strict";
import { GrammyError, HttpError } from "grammy";
import type { Update } from "grammy/types";
import type { BotApi } from "../../../src/telegram/api.ts";
import { Poller, TokenError } from "../../../src/telegram/poller.ts";
import { FakeClock, settle } from "../../support/fake_clock.ts";

type Answer = Update[] | Error | "hang";

function bench(answers: Answer[], accept: (updates: Update[]) => Promise<void> = async () => {}) {
  const stop = new AbortController();
  const offsets: number[] = [];
  const clock = new FakeClock();
  const calls = { webhookDeleted: 0, reconnected: 0 };
  const bot = {
    api: {
      raw: {
        getUpdates({ offset }: { offset: number }, signal: AbortSignal) {
          offsets.push(offset);
          const answer = answers.shift() ?? "hang";
          if (answer === "hang") {
            return new Promise((_, reject) => {
              signal.addEventListener("abort", () => {
                reject(new HttpError("aborted", new DOMException("aborted", "AbortError")));
              });
            });
          }
          return answer instanceof Error ? Promise.reject(answer) : Promise.resolve(answer);
        },
        deleteWebhook() {
          calls.webhookDeleted++;
          return Promise.resolve(true);
        },
      },
    },
    reconnect: () => calls.reconnected++,
    close() {},
  } as unknown as BotApi;
  const poller = new Poller({ bot, accept, clock, random: () => 1, watchdogMs: 20 });
  const run = poller.run(stop.signal);
  run.catch(() => {});
  return { run, offsets, clock, calls, end: async () => (stop.abort(), await run) };
}

const update = (update_id: number) => ({ update_id }) as Update;
const error = (error_code: number, description: string, retry_after?: number) =>
  new GrammyError(
    "x",
    {
      ok: false,
      error_code,
      description,
      parameters: retry_after === undefined ? {} : { retry_after },
    },
    "getUpdates",
    {},
  );

Deno.test("poller confirms updates only after they are stored", async () => {
  const stored = Promise.withResolvers<void>();
  const { offsets, end } = bench([[update(7), update(8)]], () => stored.promise);
  await settle();
  assert.deepEqual(offsets, [0]);
  stored.resolve();
  await settle();
  assert.deepEqual(offsets, [0, 9]);
  await end();
});

Deno.test("poller asks again for updates that could not be stored", async () => {
  let full = true;
  const { offsets, clock, end } = bench([[update(7)], [update(7)]], () => {
    if (full) return Promise.reject(new Error("disk full"));
    return Promise.resolve();
  });
  await settle();
  full = false;
  await clock.advance(30_000);
  assert.deepEqual(offsets, [0, 0, 8]);
  await end();
});

Deno.test("poller follows ids that start anew somewhere lower", async () => {
  const { offsets, end } = bench([[update(900)], [update(5)]]);
  await settle();
  assert.deepEqual(offsets, [0, 901, 6]);
  await end();
});

Deno.test("poller backs off on network errors and server errors", async () => {
  const down = new HttpError("down", new Error("refused"));
  const { offsets, clock, end } = bench([down, error(502, "Bad Gateway"), down]);
  await clock.advance(999);
  assert.equal(offsets.length, 1);
  await clock.advance(1);
  assert.equal(offsets.length, 2);
  await clock.advance(2000);
  assert.equal(offsets.length, 3);
  await clock.advance(4000);
  assert.equal(offsets.length, 4);
  await end();
});

Deno.test("poller waits as long as Telegram says", async () => {
  const { offsets, clock, end } = bench([error(429, "Too Many Requests", 11)]);
  await clock.advance(10_999);
  assert.equal(offsets.length, 1);
  await clock.advance(1);
  assert.equal(offsets.length, 2);
  await end();
});

Deno.test("poller is patient while another connection holds the slot", async () => {
  const conflict = () => error(409, "Conflict: terminated by other getUpdates request");
  const { offsets, clock, calls, end } = bench(Array.from({ length: 8 }, conflict));
  await clock.advance(120_000);
  assert.equal(offsets.length, 9);
  assert.equal(calls.webhookDeleted, 0);
  await end();
});

Deno.test("poller removes a webhook that stands in its way, keeping what waits", async () => {
  const text = "Conflict: can't use getUpdates method while webhook is active; use deleteWebhook";
  const { offsets, calls, end } = bench([error(409, text)]);
  await settle();
  assert.equal(calls.webhookDeleted, 1);
  assert.equal(offsets.length, 2);
  await end();
});

Deno.test("poller gives up on a token Telegram does not know, and says what to do", async () => {
  const { run } = bench([error(401, "Unauthorized")]);
  await assert.rejects(run, (error: Error) => {
    assert.ok(error instanceof TokenError);
    assert.match(error.message, /@BotFather/);
    return true;
  });
});

Deno.test("poller connects anew when a poll gives no sign of life", async () => {
  const { offsets, calls, end } = bench(["hang", [update(3)]]);
  while (offsets.length < 3) await settle();
  assert.ok(calls.reconnected >= 1);
  assert.deepEqual(offsets.slice(0, 3), [0, 0, 4]);
  await end();
});

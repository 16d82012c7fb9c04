import assert from "node:assert/strict";
import { GrammyError, HttpError } from "grammy";
import type { Update } from "grammy/types";
import type { BotApi } from "./api.ts";
import { Liveness } from "./liveness.ts";
import { Poller, type PollerOptions, TokenError } from "./poller.ts";
import type { Json } from "../../tests/support/fake_child.ts";
import { LogLines } from "../../tests/support/log_lines.ts";
import { FakeClock, settle } from "../../tests/support/fake_clock.ts";
import { JUNK, spoiltOnce } from "../../tests/support/junk.ts";
import { UPDATES } from "../../tests/support/telegram_updates.ts";

type Answer = Json[] | Error | "hang" | { junk: unknown };

function bench(
  answers: Answer[],
  accept: (updates: Update[]) => Promise<void> = async () => {},
  more: Partial<PollerOptions> = {},
) {
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
          if ("junk" in answer) return Promise.resolve(answer.junk);
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
  const poller = new Poller({ bot, accept, clock, random: () => 1, watchdogMs: 20, ...more });
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

Deno.test("K4.1 poller: is known to be answered, and since when it is not", async () => {
  const began = new FakeClock().now();
  const liveness = new Liveness({ now: () => now });
  let now = began;
  const { clock, end } = bench(
    [[], error(502, "Bad Gateway"), error(502, "Bad Gateway")],
    undefined,
    {
      liveness,
    },
  );
  await settle();
  const failing = { answeredAt: began, failingSince: began, failure: "Bad Gateway" };
  assert.deepEqual(liveness.state, failing);
  now += 60_000;
  await clock.advance(60_000);
  assert.deepEqual(liveness.state, failing, "still since then");
  await end();
  liveness.answered();
  assert.deepEqual(liveness.state, { answeredAt: now });
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

Deno.test("K3.1 poller: a token that has worked is asked about again, more and more patiently", async () => {
  const refused = () => error(401, "Unauthorized");
  const gone = () => error(404, "Not Found");
  const accepted: number[] = [];
  const answers = [[update(1)], ...Array.from({ length: 9 }, refused), gone(), [update(2)]];
  await using said = await LogLines.capture();
  const { clock, end } = bench(answers, (updates) => {
    accepted.push(...updates.map(({ update_id }) => update_id));
    return Promise.resolve();
  });
  const waits: number[] = [];
  await settle();
  while (answers.length > 0) {
    assert.ok(clock.next, "it waits and asks again");
    const wait = clock.next - clock.now();
    waits.push(wait / 1000);
    await clock.advance(wait);
  }
  assert.deepEqual(waits, [1, 2, 4, 8, 16, 32, 60, 60, 60, 60]);
  assert.deepEqual(accepted, [1, 2]);
  assert.equal(said.matching(/does not accept the bot token \(Unauthorized\)/).length, 1);
  assert.equal(said.matching(/accepts the bot token again/).length, 1);
  await end();
});

Deno.test("K3.1 poller: a token that is known to be good is never given up, also before it works", async () => {
  const { offsets, clock, end } = bench(
    [error(401, "Unauthorized"), error(404, "Not Found"), [update(2)]],
    undefined,
    { patient: true },
  );
  await clock.advance(10_000);
  assert.deepEqual(offsets, [0, 0, 0, 3]);
  await end();
});

Deno.test("K3.1 poller: a token that is refused after a failure of the network is still not known to be good", async () => {
  const { run, clock } = bench([
    new HttpError("down", new Error("refused")),
    error(401, "Unauthorized"),
  ]);
  await clock.advance(5000);
  await assert.rejects(run, TokenError);
});

Deno.test("K15.11 poller: an answer that is no list of updates is asked for again, not at once", async () => {
  const junk = [...JUNK, undefined, [null, { update_id: "5" }]].map((junk) => ({ junk }));
  const asked = junk.filter(({ junk }) => !(Array.isArray(junk) && junk.length === 0));
  const { offsets, clock, end } = bench([...asked, [update(3)]]);
  await settle();
  assert.equal(offsets.length, 1);
  await clock.advance(asked.length * 30_000);
  assert.deepEqual(offsets, [...asked.map(() => 0), 0, 4]);
  await end();
});

Deno.test("K15.11 poller: whatever stands wrong in an update, the next one is taken, and polling goes on", async () => {
  const wrong = UPDATES.flatMap((one) => [...spoiltOnce(one)]);
  const good = { ...UPDATES[0]!, update_id: 60 };
  const seen: Update[] = [];
  const { offsets, end } = bench(wrong.map((one) => [one, good]), (updates) => {
    seen.push(...updates);
    return Promise.resolve();
  });
  while (offsets.length <= wrong.length) await settle();
  assert.ok(offsets.slice(1).every((offset) => offset === 61));
  assert.equal(seen.filter(({ update_id }) => update_id === 60).length, wrong.length);
  await end();
});

Deno.test("K15.11 poller: what goes wrong in whoever it tells does not end it", async () => {
  const { offsets, clock, end } = bench([[], [update(3)]], undefined, {
    connected() {
      throw new Error("nobody listens");
    },
  });
  await clock.advance(5000);
  assert.deepEqual(offsets, [0, 0, 4]);
  await end();
});

Deno.test("poller connects anew when a poll gives no sign of life", async () => {
  const { offsets, calls, end } = bench(["hang", [update(3)]]);
  while (offsets.length < 3) await settle();
  assert.ok(calls.reconnected >= 1);
  assert.deepEqual(offsets.slice(0, 3), [0, 0, 4]);
  await end();
});

import assert from "node:assert/strict";
import { UpdateQueue } from "./update_queue.ts";
import { Clock } from "../../tests/support/bot_api.ts";

const never = new AbortController().signal;
const short = { offset: 0, limit: 100, timeout: 0 };
const long = { ...short, timeout: 50 };

function queueWith(count: number) {
  const clock = new Clock();
  const queue = new UpdateQueue(clock.now, 10);
  for (let i = 0; i < count; i++) queue.push("message", { text: `${i}` });
  return { clock, queue };
}

Deno.test("updates come until a higher offset confirms them", async () => {
  const { queue } = queueWith(3);
  assert.deepEqual((await queue.poll(short, never)).map((u) => u.update_id), [10, 11, 12]);
  assert.deepEqual((await queue.poll(short, never)).length, 3);
  assert.deepEqual(
    (await queue.poll({ ...short, offset: 12 }, never)).map((u) => u.update_id),
    [12],
  );
  assert.equal(queue.pendingCount, 1);
});

Deno.test("a limit gives the oldest, a negative offset keeps the newest", async () => {
  const { queue } = queueWith(5);
  assert.deepEqual(
    (await queue.poll({ ...short, limit: 2 }, never)).map((u) => u.update_id),
    [10, 11],
  );
  assert.deepEqual(
    (await queue.poll({ ...short, offset: -2 }, never)).map((u) => u.update_id),
    [13, 14],
  );
  assert.equal(queue.pendingCount, 2);
});

Deno.test("a long poll ends with the first update", async () => {
  const { queue } = queueWith(0);
  const poll = queue.poll(long, never);
  queue.push("message", {});
  assert.equal((await poll).length, 1);
});

Deno.test("a second poll ends the first with a conflict", async () => {
  const { queue } = queueWith(0);
  const first = assert.rejects(queue.poll(long, never), {
    message:
      "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running",
  });
  const second = queue.poll(long, never);
  await first;
  queue.push("message", {});
  assert.equal((await second).length, 1);
});

Deno.test("a client that hangs up loses nothing", async () => {
  const { queue } = queueWith(0);
  const gone = new AbortController();
  const poll = queue.poll(long, gone.signal);
  gone.abort();
  assert.deepEqual(await poll, []);
  queue.push("message", {});
  assert.equal((await queue.poll(short, never)).length, 1);
});

Deno.test("only what the bot asked for is kept, and the wish is remembered", async () => {
  const { queue } = queueWith(0);
  assert.equal(queue.push("message_reaction", {}), undefined);
  queue.allow(["message_reaction"]);
  queue.allow(undefined);
  assert.equal(queue.push("message", {}), undefined);
  assert.ok(queue.push("message_reaction", {}));
  queue.allow([]);
  assert.ok(queue.push("message", {}));
  assert.equal((await queue.poll(short, never)).length, 2);
});

Deno.test("an update is forgotten after a day", async () => {
  const { queue, clock } = queueWith(1);
  clock.advance(24 * 60 * 60 * 1000 + 1);
  assert.deepEqual(await queue.poll(short, never), []);
});

Deno.test("a confirmed update can be delivered again under its id", async () => {
  const { queue } = queueWith(1);
  await queue.poll({ ...short, offset: 11 }, never);
  queue.redeliver(10);
  assert.deepEqual(
    (await queue.poll({ ...short, offset: 11 }, never)).map((u) => u.update_id),
    [10],
  );
  assert.deepEqual(await queue.poll({ ...short, offset: 11 }, never), []);
  assert.throws(() => queue.redeliver(99), /No update 99/);
});

Deno.test("polling is refused while a webhook is set", async () => {
  const { queue } = queueWith(0);
  queue.webhookUrl = "https://example.org/";
  await assert.rejects(queue.poll(short, never), {
    message:
      "Conflict: can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first",
  });
});

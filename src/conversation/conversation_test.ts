import assert from "node:assert/strict";
import { Conversation, type Job, stoppedBy } from "./conversation.ts";
import { Conversations } from "./conversations.ts";
import { settle } from "../../tests/support/fake_clock.ts";

function job(id: number, log: string[]) {
  const gate = Promise.withResolvers<void>();
  const job: Job & { release(): void } = {
    id: String(id),
    updateIds: [id],
    tell: (event) => log.push(`${event} ${id}`),
    async run(signal) {
      log.push(`start ${id}`);
      await gate.promise;
      log.push(`${signal.aborted ? "stopped" : "end"} ${id}`);
    },
    release: () => gate.resolve(),
  };
  return job;
}

Deno.test("a conversation runs one job at a time, first in, first out", async () => {
  const log: string[] = [];
  const conversation = new Conversation();
  const jobs = [1, 2, 3].map((id) => job(id, log));
  jobs.forEach((job) => conversation.enqueue(job));
  assert.deepEqual(log, ["starting 1", "start 1", "waiting 2", "waiting 3"]);
  assert.equal(conversation.waiting.length, 2);
  jobs[1]!.release();
  jobs[0]!.release();
  await settle();
  assert.deepEqual(log.filter((line) => line.startsWith("start ") || line.startsWith("end")), [
    "start 1",
    "end 1",
    "start 2",
    "end 2",
    "start 3",
  ]);
  jobs[2]!.release();
  await settle();
  assert.equal(conversation.running, false);
});

Deno.test("after stop() nothing that waited ever runs, however long the running job takes to end", async () => {
  const log: string[] = [];
  const conversation = new Conversation();
  const jobs = [1, 2, 3].map((id) => job(id, log));
  jobs.forEach((job) => conversation.enqueue(job));
  const dropped = conversation.stop();
  assert.equal(conversation.running, true);
  assert.deepEqual(dropped.map(({ updateIds }) => updateIds), [[2], [3]]);
  await settle();
  const late = job(4, log);
  conversation.enqueue(late);
  jobs.forEach((job) => job.release());
  late.release();
  await settle();
  assert.deepEqual(log.slice(4), [
    "discarded 2",
    "discarded 3",
    "waiting 4",
    "stopped 1",
    "starting 4",
    "start 4",
    "end 4",
  ]);
});

Deno.test("conversations run side by side and forget those that are done", async () => {
  const log: string[] = [];
  const conversations = new Conversations();
  const [one, two] = [job(1, log), job(2, log)];
  conversations.enqueue({ chatId: 1 }, one!);
  conversations.enqueue({ chatId: 1, threadId: 7 }, two!);
  assert.deepEqual(log, ["starting 1", "start 1", "starting 2", "start 2"]);
  two!.release();
  await settle();
  assert.equal(conversations.at({ chatId: 1, threadId: 7 }), undefined);
  assert.equal(conversations.running, 1);
  one!.release();
  await conversations.idle();
  assert.equal(conversations.running, 0);
});

Deno.test("conversations.close() lets running jobs end, then stops them", async () => {
  const log: string[] = [];
  const conversations = new Conversations();
  const one = job(1, log);
  conversations.enqueue({ chatId: 1 }, one);
  const grace = new AbortController();
  const closed = conversations.close(grace.signal);
  conversations.enqueue({ chatId: 1 }, job(2, log));
  grace.abort();
  one.release();
  await closed;
  assert.deepEqual(log, ["starting 1", "start 1", "stopped 1"]);
});

Deno.test("a conversation lets one waiting job be cancelled and another go first", async () => {
  const log: string[] = [];
  const conversation = new Conversation();
  const jobs = [1, 2, 3].map((id) => job(id, log));
  conversation.enqueue(jobs[0]!);
  conversation.enqueue(jobs[1]!);
  conversation.enqueue(jobs[2]!, true);
  assert.deepEqual(conversation.waiting.map(({ id }) => id), ["3", "2"]);
  assert.equal(conversation.cancel("2"), jobs[1]);
  assert.equal(conversation.cancel("1"), undefined);
  conversation.interrupt();
  jobs.forEach((job) => job.release());
  await settle();
  assert.deepEqual(log.slice(-5), ["cancelled 2", "stopped 1", "starting 3", "start 3", "end 3"]);
});

Deno.test("a conversation runs at once what joins it; what waits comes after both", async () => {
  const log: string[] = [];
  const conversation = new Conversation();
  const [one, two, three] = [1, 2, 3].map((id) => job(id, log));
  conversation.enqueue(one!);
  conversation.join(two!);
  conversation.enqueue(three!);
  one!.release();
  await settle();
  assert.ok(!log.includes("start 3"), "the one that joined still runs");
  two!.release();
  await settle();
  assert.deepEqual(log.slice(-2), ["starting 3", "start 3"]);
  const four = job(4, log);
  conversation.join(four);
  conversation.stop();
  three!.release();
  four.release();
  await settle();
  assert.ok(log.includes("stopped 3") && log.includes("stopped 4"), "a stop is meant for both");
});

Deno.test("K11.9 conversations: the end of the program waits for work, but for no person", async () => {
  const conversations = new Conversations();
  const stopped: string[] = [];
  const enqueue = (chatId: number) =>
    conversations.enqueue({ chatId }, {
      id: String(chatId),
      updateIds: [],
      async run(signal) {
        signal.addEventListener("abort", () => {
          stopped.push(`${chatId} ${stoppedBy(signal)}`);
          if (chatId < 4) gates.get(chatId)!.resolve();
        });
        await gates.get(chatId)!.promise;
      },
    });
  const gates = new Map([1, 2, 3, 4].map((id) => [id, Promise.withResolvers<void>()]));
  [1, 2, 3, 4].forEach(enqueue);
  const [, answered] = [1, 2].map((chatId) => conversations.asks({ chatId }));
  answered![Symbol.dispose]();
  const grace = new AbortController();
  const closed = conversations.close(grace.signal);
  assert.deepEqual(stopped, ["1 asking"]);
  conversations.asks({ chatId: 3 });
  assert.deepEqual(stopped, ["1 asking", "3 asking"]);
  grace.abort();
  assert.deepEqual(stopped.slice(2), ["2 program_ends", "4 program_ends"]);
  gates.get(4)!.resolve();
  await closed;
});

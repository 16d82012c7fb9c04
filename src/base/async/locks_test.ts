import assert from "node:assert/strict";
import { settle } from "../../../tests/support/fake_clock.ts";
import { KeyedQueue, Mutex, Semaphore } from "./locks.ts";

/** Work that lasts until its gate is opened. */
function gates() {
  const log: string[] = [];
  const open = new Map<string, () => void>();
  const work = (name: string) => async () => {
    log.push(`+${name}`);
    await new Promise<void>((resolve) => open.set(name, resolve));
    log.push(`-${name}`);
  };
  const end = async (name: string) => {
    open.get(name)!();
    await settle();
  };
  return { log, work, end };
}

Deno.test("semaphore: permits go round in the order of asking, whoever gives up in between", async () => {
  const { log, work, end } = gates();
  const semaphore = new Semaphore(2);
  const stop = new AbortController();
  const all = ["a", "b"].map((name) => semaphore.run(work(name)));
  const given = semaphore.run(work("c"), stop.signal);
  all.push(semaphore.run(work("d")));
  await settle();
  assert.deepEqual(log, ["+a", "+b"]);
  assert.equal(semaphore.waiting, 2);
  stop.abort(new Error("enough"));
  await assert.rejects(given, /enough/);
  await end("b");
  assert.deepEqual(log, ["+a", "+b", "-b", "+d"]);
  await end("a");
  await end("d");
  await Promise.all(all);
  assert.equal(semaphore.held, 0);
});

Deno.test("semaphore: a permit goes back once, whatever its holder throws", async () => {
  const semaphore = new Semaphore(1);
  const permit = await semaphore.acquire();
  permit[Symbol.dispose]();
  permit[Symbol.dispose]();
  assert.equal(semaphore.held, 0);
  await assert.rejects(semaphore.run(() => Promise.reject(new Error("no"))), /no/);
  assert.equal(semaphore.held, 0);
});

Deno.test("semaphore: a new limit counts for those who wait already", async () => {
  const { log, work, end } = gates();
  let most = 1;
  const semaphore = new Semaphore(() => most);
  const all = ["a", "b", "c", "d"].map((name) => semaphore.run(work(name)));
  await settle();
  most = 3;
  await end("a");
  assert.deepEqual(log, ["+a", "-a", "+b", "+c", "+d"]);
  most = 1;
  all.push(semaphore.run(work("e")));
  await end("b");
  await end("c");
  assert.equal(log.at(-1), "-c");
  await end("d");
  assert.equal(log.at(-1), "+e");
  await end("e");
  await Promise.all(all);
});

Deno.test("semaphore: a signal that has aborted gets no permit, even a free one", async () => {
  const semaphore = new Semaphore(1);
  await assert.rejects(semaphore.acquire(AbortSignal.abort(new Error("over"))), /over/);
  assert.equal(semaphore.held, 0);
});

Deno.test("mutex: one at a time, in order, past what fails", async () => {
  const { log, work, end } = gates();
  const mutex = new Mutex();
  const first = mutex.run(work("a"));
  const failed = mutex.run(() => {
    throw new Error("no");
  });
  const last = mutex.run(work("b"));
  await settle();
  assert.deepEqual(log, ["+a"]);
  const refused = assert.rejects(failed, /no/);
  await end("a");
  await refused;
  await end("b");
  await Promise.all([first, last]);
  assert.deepEqual(log, ["+a", "-a", "+b", "-b"]);
  assert.equal(mutex.busy, false);
});

Deno.test("keyed queue: in order for each key, side by side for different ones and for none", async () => {
  const queue = new KeyedQueue();
  const { log, work, end } = gates();
  const all = [
    queue.run("db", work("a")),
    queue.run("db", work("b")),
    queue.run("db", work("c")),
    queue.run("web", work("d")),
    queue.run(null, work("e")),
  ];
  await settle();
  assert.deepEqual(log, ["+e", "+a", "+d"]);
  await end("a");
  assert.deepEqual(log, ["+e", "+a", "+d", "-a", "+b"]);
  for (const name of ["b", "d", "e", "c"]) await end(name);
  await Promise.all(all);
  assert.equal(queue.size, 0);
});

Deno.test("keyed queue: a failure passes the turn on", async () => {
  const queue = new KeyedQueue();
  const first = queue.run("db", () => Promise.reject(new Error("no")));
  const second = queue.run("db", () => "done");
  await assert.rejects(first, /no/);
  assert.equal(await second, "done");
  assert.equal(queue.size, 0);
});

Deno.test("keyed queue: who gives up is skipped, and nobody overtakes the one that runs", async () => {
  const queue = new KeyedQueue();
  const { log, work, end } = gates();
  const stop = new AbortController();
  const first = queue.run("db", work("a"));
  const second = queue.run("db", work("b"), stop.signal);
  const third = queue.run("db", work("c"));
  await settle();
  stop.abort(new Error("enough"));
  await assert.rejects(second, /enough/);
  await settle();
  assert.deepEqual(log, ["+a"]);
  await end("a");
  await first;
  assert.deepEqual(log, ["+a", "-a", "+c"]);
  await end("c");
  await third;
  assert.equal(queue.size, 0);
});

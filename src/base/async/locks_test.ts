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

Deno.test("keyed queue: in order for each key, side by side for different ones, nothing is kept", async () => {
  const { log, work, end } = gates();
  const queue = new KeyedQueue();
  const stop = new AbortController();
  const one = queue.run("x", work("x1"));
  const two = queue.run("x", work("x2"), stop.signal);
  const three = queue.run("x", work("x3"));
  const other = queue.run("y", work("y1"));
  await settle();
  assert.deepEqual(log, ["+x1", "+y1"]);
  stop.abort(new Error("enough"));
  await assert.rejects(two, /enough/);
  assert.equal(queue.size, 2);
  await end("x1");
  assert.deepEqual(log.slice(2), ["-x1", "+x3"]);
  await end("x3");
  await end("y1");
  await Promise.all([one, three, other]);
  assert.equal(queue.size, 0);
});

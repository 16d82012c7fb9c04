import assert from "node:assert/strict";
import { DependencyLocks } from "./dependency.ts";
import { Slots } from "./slots.ts";
import { settle } from "../../tests/support/fake_clock.ts";

/** Tasks whose ends a test decides. */
function gates() {
  const order: string[] = [];
  const ends = new Map<string, PromiseWithResolvers<void>>();
  return {
    order,
    run: (name: string) => () => {
      order.push(name);
      const end = Promise.withResolvers<void>();
      ends.set(name, end);
      return end.promise;
    },
    end: (name: string) => ends.get(name)!.resolve(),
    fail: (name: string) => ends.get(name)!.reject(new Error(name)),
  };
}

Deno.test("the same dependency runs one after the other in order, others side by side", async () => {
  const locks = new DependencyLocks();
  const { order, run, end } = gates();
  const all = [
    locks.run("db", run("a")),
    locks.run("db", run("b")),
    locks.run("db", run("c")),
    locks.run("web", run("d")),
    locks.run(null, run("e")),
  ];
  await settle();
  assert.deepEqual(order, ["a", "d", "e"]);
  end("a");
  await settle();
  assert.deepEqual(order, ["a", "d", "e", "b"]);
  for (const name of ["b", "d", "e"]) end(name);
  await settle();
  end("c");
  await Promise.all(all);
  assert.equal(locks.busy, 0);
});

Deno.test("a failure passes the lock on", async () => {
  const locks = new DependencyLocks();
  const { order, run, end, fail } = gates();
  const first = locks.run("db", run("a"));
  const second = locks.run("db", run("b"));
  await settle();
  fail("a");
  await assert.rejects(first, /a/);
  await settle();
  assert.deepEqual(order, ["a", "b"]);
  end("b");
  await second;
});

Deno.test("who gives up while waiting is skipped, and nobody overtakes the one that runs", async () => {
  const locks = new DependencyLocks();
  const { order, run, end } = gates();
  const abort = new AbortController();
  const first = locks.run("db", run("a"));
  const second = locks.run("db", run("b"), abort.signal);
  const third = locks.run("db", run("c"));
  await settle();
  abort.abort(new Error("enough"));
  await assert.rejects(second, /enough/);
  await settle();
  assert.deepEqual(order, ["a"]);
  end("a");
  await first;
  await settle();
  assert.deepEqual(order, ["a", "c"]);
  end("c");
  await third;
  await settle();
  assert.equal(locks.busy, 0);
});

Deno.test("slots are handed on in order, and given up ones do not get lost", async () => {
  const slots = new Slots(() => 2);
  const { order, run, end } = gates();
  const never = new AbortController().signal;
  const abort = new AbortController();
  const all = ["a", "b"].map((name) => slots.run(run(name), never));
  const given = slots.run(run("c"), abort.signal);
  all.push(slots.run(run("d"), never));
  await settle();
  assert.deepEqual(order, ["a", "b"]);
  abort.abort(new Error("no more"));
  await assert.rejects(given, /no more/);
  end("a");
  await settle();
  assert.deepEqual(order, ["a", "b", "d"]);
  end("b");
  end("d");
  await Promise.all(all);
});

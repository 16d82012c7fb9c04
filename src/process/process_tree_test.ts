import assert from "node:assert/strict";
import type { ProcessInfo, ProcessTable, Signal } from "./process_table.ts";
import { ProcessTree } from "./process_tree.ts";

/** A machine of a few processes. `stubborn` ones ignore SIGTERM. */
class FakeTable implements ProcessTable {
  graceful = true;
  staleParents = false;
  signals: [number, Signal][] = [];
  marked: number[] = [];
  stubborn = new Set<number>();
  constructor(public all: ProcessInfo[]) {}
  list() {
    return Promise.resolve(this.all.map((info) => ({ ...info })));
  }
  carrying() {
    return Promise.resolve(this.marked);
  }
  signal(pids: readonly number[], signal: Signal) {
    for (const pid of pids) {
      this.signals.push([pid, signal]);
      if (signal === "SIGKILL" || !this.stubborn.has(pid)) this.end(pid);
    }
    return Promise.resolve();
  }
  end(pid: number) {
    this.all = this.all.filter((info) => info.pid !== pid)
      .map((info) => info.ppid === pid ? { ...info, ppid: 1 } : info);
  }
  alive(pid: number) {
    return this.all.some((info) => info.pid === pid);
  }
}

const proc = (pid: number, ppid: number, pgid: number, session: number, start = pid) => ({
  pid,
  ppid,
  pgid,
  session,
  start,
});

const OTHERS = [proc(1, 0, 1, 1), proc(50, 1, 50, 50), proc(60, 50, 60, 50)];
const pids = (list: ProcessInfo[]) => list.map((info) => info.pid).sort((a, b) => a - b);

Deno.test("a tree holds descendants in other sessions, and nobody else", async () => {
  const table = new FakeTable([
    ...OTHERS,
    proc(100, 50, 100, 50),
    proc(101, 100, 100, 50),
    proc(110, 101, 110, 110),
    proc(111, 110, 110, 110),
  ]);
  const tree = new ProcessTree(100, table);
  assert.deepEqual(pids(await tree.observe(true)), [100, 101, 110, 111]);
});

Deno.test("a tree remembers who was given to init", async () => {
  const table = new FakeTable([...OTHERS, proc(100, 50, 100, 50), proc(110, 100, 110, 110)]);
  const tree = new ProcessTree(100, table);
  await tree.observe(true);
  table.end(100);
  assert.deepEqual(pids(await tree.observe(false)), [110]);
  // What it starts later counts too, also once it has ended itself: the session is known.
  table.all.push(proc(120, 110, 110, 110));
  table.end(110);
  assert.deepEqual(pids(await tree.observe(false)), [120]);
});

Deno.test("a tree leaves a reused pid alone", async () => {
  const table = new FakeTable([...OTHERS, proc(100, 50, 100, 50), proc(110, 100, 110, 110)]);
  const tree = new ProcessTree(100, table);
  await tree.observe(true);
  table.all = [...OTHERS, proc(110, 50, 110, 110, 999), proc(100, 50, 100, 50, 998)];
  assert.deepEqual(await tree.observe(false), []);
});

Deno.test("a tree on Windows does not adopt children of an older owner of a pid", async () => {
  const table = new FakeTable([proc(100, 4, 0, 0, 500), proc(7, 100, 0, 0, 20)]);
  table.staleParents = true;
  assert.deepEqual(pids(await new ProcessTree(100, table).observe(true)), [100]);
});

Deno.test("killing a tree asks once, then insists, and ends with nothing left", async () => {
  const table = new FakeTable([
    ...OTHERS,
    proc(100, 50, 100, 50),
    proc(110, 100, 110, 110),
    proc(111, 110, 110, 110),
  ]);
  table.stubborn.add(111);
  await new ProcessTree(100, table).kill(30, () => table.alive(100));
  assert.deepEqual(table.all, OTHERS);
  assert.deepEqual(table.signals.filter(([pid]) => pid === 100), [[100, "SIGTERM"]]);
  assert.deepEqual(table.signals.filter(([pid]) => pid === 111), [[111, "SIGTERM"], [
    111,
    "SIGKILL",
  ]]);
});

Deno.test("killing without grace does not ask", async () => {
  const table = new FakeTable([...OTHERS, proc(100, 50, 100, 50)]);
  await new ProcessTree(100, table).kill(0, () => table.alive(100));
  assert.deepEqual(table.signals, [[100, "SIGKILL"]]);
});

Deno.test("orphans of a tree that was never seen are found by their environment", async () => {
  const table = new FakeTable([...OTHERS, proc(110, 1, 110, 110), proc(111, 110, 111, 110)]);
  table.marked = [110];
  const tree = new ProcessTree(100, table);
  await tree.adopt("X=1");
  await tree.kill(0, () => false);
  assert.deepEqual(table.all, OTHERS);
});

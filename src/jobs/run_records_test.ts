import assert from "node:assert/strict";
import { join } from "node:path";
import { Home } from "../config/home.ts";
import { endedRecord, newRecord, type RunRecord, RunStore } from "./run_records.ts";
import { TempFolder } from "../../tests/support/temp_folder.ts";

const CLAIM = {
  run: "1a2b3c4d",
  scheduled: "2026-11-23T08:00:00.000Z",
  cause: "schedule" as const,
  title: "Tea",
  folder: "tea",
};
const RECORD = newRecord({ id: "tea", title: "Tea" }, CLAIM);

async function withStore(fn: (store: RunStore, dir: string) => Promise<void>): Promise<void> {
  await using temp = await TempFolder.make();
  const home = new Home(temp.at("home"));
  const folder = join(home.cronTasksDir, "tea");
  await Deno.mkdir(folder, { recursive: true });
  await fn(new RunStore(home), join(folder, "runs"));
}

const at = (minute: number, id: string, more: Partial<RunRecord> = {}): RunRecord => ({
  ...RECORD,
  id,
  scheduled: new Date(Date.UTC(2026, 10, 23, 8, minute)).toISOString(),
  ...more,
});

Deno.test("run records: a record is what its run was, then what came of it", () => {
  assert.deepEqual([RECORD.status, RECORD.delivery], ["running", "none"]);
  const now = Date.UTC(2026, 10, 23, 8, 5);
  const ended = endedRecord(RECORD, { status: "success", text: "Done.", costUsd: 0 }, now);
  assert.deepEqual([ended.id, ended.ended, ended.text, ended.cost_usd], [
    CLAIM.run,
    "2026-11-23T08:05:00.000Z",
    "Done.",
    0,
  ]);
  assert.ok(!("tokens" in ended));
});

Deno.test("run records: the newest come first, and a later write replaces the same run", async () => {
  await withStore(async (store) => {
    await store.write("tea", at(1, "aaaaaaaa"));
    await store.write("tea", at(3, "cccccccc"));
    await store.write("tea", at(2, "bbbbbbbb"));
    await store.write("tea", at(3, "cccccccc", { status: "success" }));
    const listed = await store.list("tea");
    assert.deepEqual(listed.map(({ id }) => id), ["cccccccc", "bbbbbbbb", "aaaaaaaa"]);
    assert.equal(listed[0]!.status, "success");
    assert.deepEqual((await store.list("tea", 1)).map(({ id }) => id), ["cccccccc"]);
    assert.equal((await store.get("tea", "bbbbbbbb"))?.id, "bbbbbbbb");
    assert.equal(await store.get("tea", "dddddddd"), undefined);
  });
});

Deno.test("run records: the last fifty of a task are kept", async () => {
  await withStore(async (store) => {
    for (let n = 0; n < 53; n++) await store.write("tea", at(n, `run${n}`));
    const listed = await store.list("tea", 100);
    assert.deepEqual([listed.length, listed[0]!.id, listed.at(-1)!.id], [50, "run52", "run3"]);
  });
});

Deno.test("run records: junk and foreign files tell nothing, and stay", async () => {
  await withStore(async (store, dir) => {
    await store.write("tea", at(1, "aaaaaaaa"));
    for (const text of ["", "[", "null", "{}", '{"id":7}']) {
      await Deno.writeTextFile(join(dir, "20261123T090000Z_junk.json"), text);
      await Deno.writeTextFile(join(dir, "notes.json"), text);
      assert.deepEqual((await store.list("tea")).map(({ id }) => id), ["aaaaaaaa"], text);
      assert.equal(await store.get("tea", "junk"), undefined);
    }
    await Deno.stat(join(dir, "notes.json"));
  });
});

Deno.test("run records: a very long answer is cut, and a task without a folder keeps none", async () => {
  await withStore(async (store) => {
    await store.write("tea", at(1, "aaaaaaaa", { text: "x".repeat(200_000) }));
    assert.equal((await store.get("tea", "aaaaaaaa"))?.text?.length, 100_000);
    assert.equal(await store.write("gone", at(1, "bbbbbbbb")), false);
    assert.deepEqual(await store.list("gone"), []);
  });
});

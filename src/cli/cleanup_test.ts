import assert from "node:assert/strict";
import { join } from "node:path";
import { Home } from "../config/home.ts";
import { ductorOn } from "../../tests/support/ductor.ts";
import { TempFolder } from "../../tests/support/temp_folder.ts";

const DAY_MS = 86_400_000;

Deno.test("ductor cleanup --dry-run names what would go and touches nothing; without it, that goes", async () => {
  await using temp = await TempFolder.make();
  const home = new Home(temp.at("home"));
  const run = ductorOn(home.root);
  const make = async (folder: string, name: string, days: number) => {
    await Deno.mkdir(folder, { recursive: true });
    const path = join(folder, name);
    await Deno.writeTextFile(path, "12345");
    const time = new Date(Date.now() - days * DAY_MS);
    await Deno.utime(path, time, time);
    return path;
  };
  const old = await make(join(home.telegramFilesDir, "2020-01-01"), "old.txt", 40);
  const young = await make(join(home.telegramFilesDir, "2020-01-02"), "young.txt", 20);
  const result = await make(home.outputDir, "report.pdf", 31);
  const there = (path: string) => Deno.stat(path).then(() => true, () => false);

  const dry = await run("cleanup", "--dry-run");
  assert.deepEqual([dry.code, dry.json.dry_run, dry.json.count], [0, true, 2]);
  const paths = dry.json.files.map(({ path }: { path: string }) => join(home.root, path)).sort();
  assert.deepEqual(paths, [old, result].sort());
  assert.equal(dry.json.files[0].size, 5);
  assert.deepEqual(await Promise.all([old, young, result].map(there)), [true, true, true]);

  await run("config", "set", "cleanup.output_to_user_days", "60");
  assert.equal((await run("cleanup", "--dry-run")).json.count, 1);
  const done = await run("cleanup");
  assert.deepEqual([done.code, done.json.dry_run, done.json.failed], [0, false, []]);
  assert.deepEqual(await Promise.all([old, young, result].map(there)), [false, true, true]);
  assert.equal((await run("cleanup", "--dry")).code, 2);
});

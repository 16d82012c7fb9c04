import assert from "node:assert/strict";
import { TempFolder } from "../../../tests/support/temp_folder.ts";
import { Home } from "../../config/home.ts";
import { fingerprintOf } from "./changes.ts";

Deno.test("fingerprint: it changes with memory, jobs and task files, not with records of runs", async () => {
  await using folder = await TempFolder.make();
  const home = new Home(folder.at("home"));
  for (const dir of home.dirs) await Deno.mkdir(dir, { recursive: true });
  const seen = new Set([await fingerprintOf(home)]);
  const write = async (path: string, isNews: boolean) => {
    await Deno.mkdir(path.slice(0, path.lastIndexOf("/")), { recursive: true });
    const before = await fingerprintOf(home);
    await Deno.writeTextFile(path, `${seen.size}`.repeat(seen.size));
    const after = await fingerprintOf(home);
    assert.equal(after !== before, isNews, path);
    seen.add(after);
  };
  await write(home.mainMemoryFile, true);
  await write(home.cronJobsFile, true);
  await write(`${home.cronTasksDir}/a/TASK_DESCRIPTION.md`, true);
  await write(`${home.cronTasksDir}/a/scripts/x.sh`, true);
  await Deno.mkdir(`${home.cronTasksDir}/a/runs`);
  await write(`${home.cronTasksDir}/a/runs/1.json`, false);
  await write(`${home.cronTasksDir}/a/runs/2.json`, false);
});

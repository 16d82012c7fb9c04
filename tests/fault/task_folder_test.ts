import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { Home } from "../../src/config/home.ts";
import { createTask, taskMemoryFile } from "../../src/workspace/task_folder.ts";
import { repairTasks } from "../../src/workspace/task_repair.ts";
import { TempFolder } from "../support/temp_folder.ts";

const WORKER = fileURLToPath(new URL("../support/task_worker.ts", import.meta.url));

for (const what of ["create", "rename", "remove"] as const) {
  Deno.test(`folder and entry of a task agree after a kill at any step of a ${what}`, async () => {
    for (let step = 0;; step++) {
      await using temp = await TempFolder.make();
      const home = new Home(temp.path);
      for (const dir of home.dirs) await Deno.mkdir(dir, { recursive: true });
      await Deno.writeTextFile(home.cronJobsFile, "[]");
      if (what !== "create") {
        await createTask(home, { name: "a", title: "A", description: "D" }, () => {
          return Deno.writeTextFile(home.cronJobsFile, `["a"]`);
        });
        await Deno.writeTextFile(taskMemoryFile(home, "a"), "precious");
      }
      const args = ["run", "-A", "--no-check", WORKER, home.root, String(step), what];
      const { signal, success } = await new Deno.Command(Deno.execPath(), { args }).output();
      assert.ok(success || signal === "SIGKILL", `step ${step}`);

      const entries = JSON.parse(await Deno.readTextFile(home.cronJobsFile)) as string[];
      const repaired = await repairTasks(home, () => Promise.resolve(entries));
      assert.deepEqual(repaired.missing, [], `step ${step}`);
      const folders: string[] = [];
      for await (const { name } of Deno.readDir(home.cronTasksDir)) {
        if (name !== ".trash") folders.push(name);
      }
      assert.deepEqual(folders, entries, `step ${step}`);
      for (const name of entries) {
        const memory = await Deno.readTextFile(taskMemoryFile(home, name));
        assert.match(memory, what === "create" ? /^# Memory/ : /^precious$/, `step ${step}`);
        for await (const file of Deno.readDir(`${home.cronTasksDir}/${name}`)) {
          assert.ok(!file.name.startsWith(".ductor-change.json"), `step ${step}: a mark is left`);
        }
      }
      assert.deepEqual((await repairTasks(home, () => Promise.resolve(entries))).done, []);
      if (success) {
        assert.ok(step > 2, "the worker was never killed");
        return;
      }
    }
  });
}

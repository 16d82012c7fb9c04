import assert from "node:assert/strict";
import { Home } from "../config/home.ts";
import {
  createTask,
  removeTask,
  renameTask,
  TaskFolderError,
  taskMemoryFile,
  taskNameOf,
} from "./task_folder.ts";
import { registeredTasks, repairTasks } from "./task_repair.ts";
import { TempFolder } from "../../tests/support/temp_folder.ts";

const NOW = new Date("2026-11-23T12:00:00.000Z");
const TASK = { name: "Daily Report!", title: "The daily\nreport", description: "Tell the news." };

async function withHome(fn: (home: Home, temp: TempFolder) => Promise<void>) {
  await using temp = await TempFolder.make();
  const home = new Home(temp.path);
  for (const dir of home.dirs) await Deno.mkdir(dir, { recursive: true });
  await fn(home, temp);
}

const nothing = () => Promise.resolve();
const names = async (path: string) =>
  (await Array.fromAsync(Deno.readDir(path))).map(({ name }) => name).sort();
const fails = () => Promise.reject(new Error("disk full"));

Deno.test("a task's name becomes a plain folder name", () => {
  assert.equal(taskNameOf("My Feature!!"), "my-feature");
  assert.equal(taskNameOf("--A__b--"), "a-b");
  for (const bad of ["", "!!!", "../x", "a/b", "a\\b", "日本"]) {
    assert.throws(() => taskNameOf(bad), TaskFolderError, bad);
  }
});

Deno.test("a new task folder has rules, a description, a memory and a place for scripts", () =>
  withHome(async (home, temp) => {
    const seen: string[] = [];
    const name = await createTask(home, TASK, async (name) => {
      seen.push(name, ...await names(home.cronTasksDir));
    });
    assert.equal(name, "daily-report");
    assert.deepEqual(seen, ["daily-report", "daily-report"]);
    const at = (file: string) => temp.at("workspace", "cron_tasks", name, file);
    assert.deepEqual(await names(at(".")), [
      "AGENTS.md",
      "CLAUDE.md",
      "TASK_DESCRIPTION.md",
      "daily-report_MEMORY.md",
      "scripts",
    ]);
    const rules = await Deno.readTextFile(at("CLAUDE.md"));
    assert.equal(await Deno.readTextFile(at("AGENTS.md")), rules);
    assert.match(rules, /_MEMORY\.md/);
    const description = await Deno.readTextFile(at("TASK_DESCRIPTION.md"));
    assert.match(description, /^# The daily report\n\n## Goal\n\nTell the news\.\n/);
    assert.equal(
      await Deno.readTextFile(taskMemoryFile(home, name)),
      "# Memory of The daily report\n",
    );
  }));

Deno.test("a task folder that is there is not touched by another of the same name", () =>
  withHome(async (home) => {
    await createTask(home, TASK, nothing);
    await Deno.writeTextFile(taskMemoryFile(home, "daily-report"), "precious");
    await assert.rejects(createTask(home, TASK, nothing), { code: "exists" });
    assert.equal(await Deno.readTextFile(taskMemoryFile(home, "daily-report")), "precious");
  }));

Deno.test("a task without an entry leaves no folder", () =>
  withHome(async (home) => {
    await assert.rejects(createTask(home, TASK, fails), /disk full/);
    assert.deepEqual(await names(home.cronTasksDir), []);
  }));

Deno.test("renaming a task takes its memory file along, and fails without a trace", () =>
  withHome(async (home) => {
    await createTask(home, TASK, nothing);
    await Deno.writeTextFile(taskMemoryFile(home, "daily-report"), "precious");
    await assert.rejects(renameTask(home, "daily-report", "news", fails), /disk full/);
    assert.deepEqual(await names(home.cronTasksDir), ["daily-report"]);
    assert.equal(await Deno.readTextFile(taskMemoryFile(home, "daily-report")), "precious");

    assert.deepEqual(await renameTask(home, "daily-report", "News", nothing), {
      name: "news",
      folder: true,
    });
    assert.deepEqual(await names(home.cronTasksDir), ["news"]);
    assert.equal(await Deno.readTextFile(taskMemoryFile(home, "news")), "precious");
    assert.ok(!(await names(`${home.cronTasksDir}/news`)).includes(".ductor-change.json"));
  }));

Deno.test("a removed task waits in the trash for 30 days, without what can be made again", () =>
  withHome(async (home) => {
    await createTask(home, TASK, nothing);
    await Deno.writeTextFile(taskMemoryFile(home, "daily-report"), "precious");
    await Deno.mkdir(`${home.cronTasksDir}/daily-report/.venv/lib`, { recursive: true });
    await assert.rejects(removeTask(home, "daily-report", fails, NOW), /disk full/);
    assert.equal(await Deno.readTextFile(taskMemoryFile(home, "daily-report")), "precious");

    const trashed = await removeTask(home, "daily-report", nothing, NOW);
    assert.ok(trashed);
    assert.equal(await Deno.readTextFile(`${trashed}/daily-report_MEMORY.md`), "precious");
    assert.ok(!(await names(trashed)).includes(".venv"));
    assert.equal(await removeTask(home, "daily-report", nothing, NOW), undefined);

    const days = (n: number) => new Date(NOW.getTime() + n * 86_400_000);
    await repairTasks(home, () => Promise.resolve([]), days(29));
    assert.equal(await Deno.readTextFile(`${trashed}/daily-report_MEMORY.md`), "precious");
    await repairTasks(home, () => Promise.resolve([]), days(30));
    assert.deepEqual(await names(`${home.cronTasksDir}/.trash`), []);
  }));

Deno.test("nobody reaches out of cron_tasks with a folder name", () =>
  withHome(async (home, temp) => {
    await Deno.writeTextFile(temp.at("workspace", "mine.txt"), "mine");
    for (const bad of ["..", "../telegram_files", "", ".trash", "a/b"]) {
      await assert.rejects(removeTask(home, bad, nothing), { code: "bad_name" }, bad);
      await assert.rejects(renameTask(home, bad, "x", nothing), { code: "bad_name" }, bad);
    }
    assert.equal(await Deno.readTextFile(temp.at("workspace", "mine.txt")), "mine");
  }));

Deno.test("a start leaves folders alone that have no entry and no mark", () =>
  withHome(async (home) => {
    await Deno.mkdir(`${home.cronTasksDir}/My_Own`);
    await createTask(home, TASK, nothing);
    const repaired = await repairTasks(home, () => Promise.resolve(["Gone", "daily-report"]), NOW);
    assert.deepEqual(repaired, { done: [], missing: ["Gone"] });
    assert.deepEqual(await names(home.cronTasksDir), ["My_Own", "daily-report"]);
  }));

Deno.test("both registries say which task folders are wanted; a broken one stops the repair", () =>
  withHome(async (home) => {
    assert.deepEqual(await registeredTasks(home), []);
    await Deno.writeTextFile(home.cronJobsFile, `{"jobs":[{"task_folder":"a"},{"id":5},null]}`);
    await Deno.writeTextFile(
      home.webhooksFile,
      `{"hooks":[{"task_folder":null},{"task_folder":"b"}]}`,
    );
    assert.deepEqual(await registeredTasks(home), ["a", "b"]);
    await Deno.writeTextFile(home.webhooksFile, `{"hooks":`);
    await assert.rejects(repairTasks(home, () => registeredTasks(home), NOW), SyntaxError);
  }));

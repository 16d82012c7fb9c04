/**
 * Task folders: `cron_tasks/<name>/`, in which an agent works alone at a set time or when a webhook
 * calls.
 *
 * Each function here changes a folder together with its entry in a registry, through the `commit`
 * it is given. Whatever step a crash hits, {@link repairTasks} brings both together again.
 *
 * @module
 */
import { oneLine } from "../base/text.ts";
import { join } from "node:path";
import { RULE_FILES } from "../agents/provider.ts";
import type { Home } from "../config/home.ts";
import { syncFolder, writeFileAtomic } from "../base/atomic_file.ts";
import { withFileLock } from "../base/file_lock.ts";
import { readMark, removeMark, writeMark } from "./task_mark.ts";
import { checkTaskFolderName, TaskFolderError, taskNameOf } from "./task_name.ts";
import { moveToTrash } from "./task_trash.ts";

export { TaskFolderError, taskNameOf } from "./task_name.ts";

const TEXTS = new URL("../../assets/task/", import.meta.url);

/** Writes or removes the entry that belongs to a folder. When it throws, the folder stays or goes. */
export type Commit = (name: string) => Promise<void>;

export interface NewTask {
  /** As the user or the agent calls it; see {@link taskNameOf}. */
  name: string;
  title: string;
  /** What the task is for, in a sentence or two. */
  description: string;
}

/** The memory of a task, which the agent reads before and completes after each run. */
export function taskMemoryFile(home: Home, name: string): string {
  return join(home.cronTasksDir, name, `${name}_MEMORY.md`);
}

/** Whether the folder of a task is there. */
export async function hasTaskFolder(home: Home, name: string): Promise<boolean> {
  checkTaskFolderName(name);
  return await isThere(join(home.cronTasksDir, name));
}

/**
 * Makes the folder of a task, then its entry through `commit`. Returns the folder's name.
 *
 * @throws {TaskFolderError} the name cannot be one, or the folder is there already
 */
export function createTask(home: Home, task: NewTask, commit: Commit): Promise<string> {
  return withTaskLock(home, async () => {
    const name = taskNameOf(task.name);
    const folder = join(home.cronTasksDir, name);
    await refuseExisting(home, name);
    // Made under another name, so that a folder with the task's name is always complete.
    const draft = join(home.cronTasksDir, `.new-${name}`);
    await Deno.remove(draft, { recursive: true }).catch(() => {});
    try {
      await fill(draft, name, task);
      await writeMark(draft, { doing: "create" });
      await Deno.rename(draft, folder);
      await syncFolder(home.cronTasksDir);
      await commit(name);
    } catch (error) {
      for (const path of [draft, folder]) {
        // Only what was made here and not yet promised to anybody.
        if ((await readMark(path).catch(() => undefined))?.doing !== "create") continue;
        await Deno.remove(path, { recursive: true }).catch(() => {});
      }
      throw error;
    }
    await removeMark(folder);
    return name;
  });
}

/**
 * Gives a task another name: its folder, its memory file, and its entry through `commit`. Returns
 * the new name, and whether there was a folder to rename.
 *
 * @throws {TaskFolderError} the new name cannot be one, or there is a folder of that name
 */
export function renameTask(
  home: Home,
  from: string,
  newName: string,
  commit: Commit,
): Promise<{ name: string; folder: boolean }> {
  return withTaskLock(home, async () => {
    const to = taskNameOf(newName);
    checkTaskFolderName(from);
    const [old, folder] = [join(home.cronTasksDir, from), join(home.cronTasksDir, to)];
    if (to === from) return { name: to, folder: await isThere(old) };
    await refuseExisting(home, to);
    if (!await isThere(old)) {
      await commit(to);
      return { name: to, folder: false };
    }
    await writeMark(old, { doing: "rename", from, to });
    try {
      await Deno.rename(old, folder);
      await adoptMemory(folder, to);
      await syncFolder(home.cronTasksDir);
      await commit(to);
    } catch (error) {
      await undoRename(home, from, to);
      throw error;
    }
    await removeMark(folder);
    return { name: to, folder: true };
  });
}

/**
 * Removes the entry of a task through `commit`, then its folder. The folder waits in
 * `cron_tasks/.trash/` for 30 days, with its memory. Returns where, or `undefined` when there was
 * no folder.
 */
export function removeTask(
  home: Home,
  name: string,
  commit: Commit,
  now: Date = new Date(),
): Promise<string | undefined> {
  return withTaskLock(home, async () => {
    checkTaskFolderName(name);
    const folder = join(home.cronTasksDir, name);
    if (!await isThere(folder)) {
      await commit(name);
      return undefined;
    }
    await writeMark(folder, { doing: "remove" });
    try {
      await commit(name);
    } catch (error) {
      await removeMark(folder);
      throw error;
    }
    // Before it moves: what is taken out of the trash again must not be removed at the next start.
    const trashed = await moveToTrash(home, name, now);
    await removeMark(trashed);
    return trashed;
  });
}

/** Runs `fn` while no other process changes a task folder. */
export function withTaskLock<R>(home: Home, fn: () => Promise<R>): Promise<R> {
  return withFileLock(join(home.stateDir, "tasks.lock"), fn);
}

/** After a folder got another name: the memory file takes the name that the agent is told. */
export async function adoptMemory(folder: string, name: string): Promise<void> {
  const wanted = `${name}_MEMORY.md`;
  const found: string[] = [];
  for await (const entry of Deno.readDir(folder)) {
    if (entry.isFile && entry.name.endsWith("_MEMORY.md")) found.push(entry.name);
  }
  const [only] = found;
  if (found.length !== 1 || only === undefined || only === wanted) return;
  await Deno.rename(join(folder, only), join(folder, wanted));
}

/** Takes a rename back, however far it came. */
export async function undoRename(home: Home, from: string, to: string): Promise<void> {
  const [old, folder] = [join(home.cronTasksDir, from), join(home.cronTasksDir, to)];
  if (!await isThere(old)) {
    await Deno.rename(folder, old);
    await adoptMemory(old, from);
  }
  await removeMark(old);
}

async function fill(folder: string, name: string, task: NewTask): Promise<void> {
  await Deno.mkdir(join(folder, "scripts"), { recursive: true });
  const facts = { name, title: oneLine(task.title), description: task.description.trim() };
  const rules = await text("RULES.md");
  const write = (file: string, content: string) =>
    writeFileAtomic(join(folder, file), content, { mode: 0o644 });
  for (const file of RULE_FILES) await write(file, rules);
  await write("TASK_DESCRIPTION.md", fillIn(await text("TASK_DESCRIPTION.md"), facts));
  await write(`${name}_MEMORY.md`, fillIn(await text("MEMORY.md"), facts));
}

function fillIn(template: string, facts: Record<string, string>): string {
  return template.replace(/\{\{(\w+)\}\}/g, (all, key) => facts[key] ?? all);
}

function text(name: string): Promise<string> {
  return Deno.readTextFile(new URL(name, TEXTS));
}

async function refuseExisting(home: Home, name: string): Promise<void> {
  if (!await isThere(join(home.cronTasksDir, name))) return;
  throw new TaskFolderError(
    "exists",
    `cron_tasks/${name} is there already. Choose another name, or remove that task first`,
  );
}

async function isThere(path: string): Promise<boolean> {
  try {
    await Deno.lstat(path);
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

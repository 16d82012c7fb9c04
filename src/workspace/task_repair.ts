/** What a start does about task folders and entries that a crash left in disagreement. */
import { getLogger } from "@logtape/logtape";
import { join } from "node:path";
import type { Home } from "../config/home.ts";
import { readTextIfExists } from "../base/atomic_file.ts";
import { parseJson } from "../base/jsonc.ts";
import { adoptMemory, undoRename, withTaskLock } from "./task_folder.ts";
import { readMark, removeMark } from "./task_mark.ts";
import { emptyTrash, moveToTrash } from "./task_trash.ts";

const log = getLogger(["ductor", "workspace"]);

/**
 * Names of the task folders that `cron_jobs.json` and `webhooks.json` mention, in whatever state
 * their entries are.
 *
 * @throws {SyntaxError} one of the files cannot be read, so nobody can say which folders are wanted
 */
export async function registeredTasks(home: Home): Promise<string[]> {
  const names: string[] = [];
  for (const [path, key] of [[home.cronJobsFile, "jobs"], [home.webhooksFile, "hooks"]] as const) {
    const text = await readTextIfExists(path);
    if (text === undefined) continue;
    const entries = (await parseJson(text) as Record<string, unknown> | null)?.[key];
    if (!Array.isArray(entries)) throw new SyntaxError(`${path} has no list "${key}"`);
    for (const entry of entries) {
      if (typeof entry?.task_folder === "string") names.push(entry.task_folder);
    }
  }
  return names;
}

export interface TaskRepair {
  /** What was done, a sentence each; empty when all was well. */
  done: string[];
  /** Entries without a folder. Only the user can say what was in it, so they stay as they are. */
  missing: string[];
}

/**
 * Brings task folders and registries together again. The entry always decides:
 *
 * | the folder is marked | its entry | what happens |
 * |---|---|---|
 * | create | there | done: the mark goes |
 * | create | not there | the folder goes to the trash |
 * | remove | not there | the folder goes to the trash |
 * | remove | there | taken back: the mark goes |
 * | rename, new name | under the new name | done: the mark goes |
 * | rename, new name | under the old name | the folder gets its old name back |
 * | rename, old name | any | taken back: the mark goes |
 * | not marked | not there | stays: somebody made it by hand, or keeps it for later |
 *
 * A folder `.new-…` is one whose making was broken off; it is removed.
 *
 * @param entries names of the task folders that cron jobs and webhooks mention, read when no other
 *   process can change them
 */
export function repairTasks(
  home: Home,
  entries: () => Promise<Iterable<string>>,
  now: Date = new Date(),
): Promise<TaskRepair> {
  return withTaskLock(home, async () => {
    const registered = new Set(await entries());
    const names = await folderNames(home);
    const done: string[] = [];
    for (const name of names) {
      try {
        const what = await repair(home, name, registered, now);
        if (what !== undefined) done.push(what);
      } catch (error) {
        log.warn("Cannot repair the task folder {name}: {error}", { name, error });
      }
    }
    for (const what of done) log.info("{what}", { what });
    await emptyTrash(home, now);
    const there = new Set(await folderNames(home));
    return { done, missing: [...registered].filter((name) => !there.has(name)) };
  });
}

async function repair(
  home: Home,
  name: string,
  registered: ReadonlySet<string>,
  now: Date,
): Promise<string | undefined> {
  const folder = join(home.cronTasksDir, name);
  if (name.startsWith(".new-")) {
    await Deno.remove(folder, { recursive: true });
    return `Removed ${name}, a task folder whose making was broken off`;
  }
  if (name.startsWith(".")) return undefined;
  const mark = await readMark(folder);
  if (mark === undefined) return undefined;
  const isRegistered = registered.has(name);
  if (mark.doing !== "rename") {
    if (!isRegistered) {
      await removeMark(await moveToTrash(home, name, now));
      return `Moved cron_tasks/${name} to the trash: it has no entry (${mark.doing} was broken off)`;
    }
  } else if (name !== mark.from && !isRegistered && registered.has(mark.from)) {
    await undoRename(home, mark.from, name);
    return `Gave cron_tasks/${name} its old name ${mark.from} back`;
  } else {
    await adoptMemory(folder, name);
  }
  await removeMark(folder);
  return undefined;
}

async function folderNames(home: Home): Promise<string[]> {
  const names: string[] = [];
  for await (const { name, isDirectory, isSymlink } of Deno.readDir(home.cronTasksDir)) {
    if (isDirectory || isSymlink) names.push(name);
  }
  return names.sort();
}

/** Where removed task folders wait until nobody can want them back. */
import { getLogger } from "@logtape/logtape";
import { join } from "node:path";
import type { Home } from "../config/home.ts";

const log = getLogger(["ductor", "workspace"]);

/** How long a removed task can still be taken back. */
export const TRASH_DAYS = 30;

/** Folders that can be made again, and are too big to keep. */
const HEAVY = [".venv", "node_modules", "__pycache__"];

function trashOf(home: Home): string {
  return join(home.cronTasksDir, ".trash");
}

/** Moves a task folder to the trash; returns where it is now. */
export async function moveToTrash(home: Home, name: string, now: Date): Promise<string> {
  const trash = trashOf(home);
  await Deno.mkdir(trash, { recursive: true, mode: 0o700 });
  const stamp = now.toISOString().replaceAll(":", "-");
  const path = join(trash, `${stamp}_${name}`);
  await Deno.rename(join(home.cronTasksDir, name), path);
  if (!(await Deno.lstat(path)).isSymlink) {
    for (const heavy of HEAVY) {
      await Deno.remove(join(path, heavy), { recursive: true }).catch(() => {});
    }
  }
  return path;
}

/** Removes for good what has been in the trash for {@link TRASH_DAYS}. Returns the names. */
export async function emptyTrash(home: Home, now: Date): Promise<string[]> {
  const removed: string[] = [];
  try {
    for await (const { name, isSymlink } of Deno.readDir(trashOf(home))) {
      const since = timeOf(name);
      if (since === undefined || now.getTime() - since < TRASH_DAYS * 86_400_000) continue;
      // Not through a link: what it leads to is not ours.
      await Deno.remove(join(trashOf(home), name), { recursive: !isSymlink });
      removed.push(name);
    }
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) {
      log.warn("Cannot empty the trash of tasks: {error}", { error });
    }
  }
  return removed;
}

/** The time in a name, not that of the file: moving and copying a home changes the latter. */
function timeOf(name: string): number | undefined {
  const [, day, time] = /^(\d{4}-\d\d-\d\d)T(\d\d-\d\d-\d\d\.\d{3}Z)_/.exec(name) ?? [];
  if (day === undefined || time === undefined) return undefined;
  const at = Date.parse(`${day}T${time.replaceAll("-", ":")}`);
  return Number.isNaN(at) ? undefined : at;
}

/** What becomes of a home folder that is given up. */
import { basename, dirname, join } from "node:path";
import { exists, namesIn } from "../../base/on_disk.ts";
import type { Home } from "../../config/home.ts";

/** A free name beside the home: `<home>-backup-<date and time>`. */
function beside(home: Home, now: Date): string {
  const stamp = now.toISOString().slice(0, 19).replace("T", "_").replaceAll(":", "");
  const name = basename(home.root).replace(/^\./, "");
  return join(dirname(home.root), `${name}-backup-${stamp}`);
}

/**
 * Copies the memory beside the home.
 *
 * @returns the folder it is in now, or `undefined` when there was none
 */
export async function keepMemory(home: Home, now = new Date()): Promise<string | undefined> {
  const target = beside(home, now);
  const relative = home.memoryDir.slice(home.root.length + 1);
  return await copy(home.memoryDir, join(target, relative)) ? target : undefined;
}

/**
 * Puts the whole home folder aside, as it is.
 *
 * @returns where it is now, or `undefined` when there was none
 * @throws {Error} it does not look like one, or cannot be moved
 */
export async function putHomeAside(home: Home, now = new Date()): Promise<string | undefined> {
  if (!await looksLikeHome(home)) return undefined;
  const target = beside(home, now);
  try {
    await Deno.rename(home.root, target);
  } catch (error) {
    throw new Error(
      `${home.root} cannot be moved to ${target} (${
        (error as Error).message
      }). Move what is in it ` +
        "elsewhere by hand, then try again; nothing was changed.",
    );
  }
  return target;
}

/** @returns whether there was anything */
async function copy(from: string, to: string): Promise<boolean> {
  const info = await Deno.lstat(from).catch(() => undefined);
  if (info === undefined) return false;
  await Deno.mkdir(dirname(to), { recursive: true, mode: 0o700 });
  if (info.isSymlink) {
    await Deno.symlink(await Deno.readLink(from), to);
  } else if (info.isDirectory) {
    await Deno.mkdir(to, { recursive: true, mode: 0o700 });
    for await (const { name } of Deno.readDir(from)) await copy(join(from, name), join(to, name));
  } else if (info.isFile) {
    await Deno.copyFile(from, to);
  }
  return true;
}

/**
 * Removes the home folder with everything in it.
 *
 * @throws {Error} it does not look like one
 */
export async function removeHome(home: Home): Promise<void> {
  if (await looksLikeHome(home)) await Deno.remove(home.root, { recursive: true });
}

/**
 * Whether there is a home folder.
 *
 * @throws {Error} there is one that looks like something else: a wrong DUCTOR_HOME must not cost
 *   anybody his files
 */
async function looksLikeHome(home: Home): Promise<boolean> {
  if (!await exists(home.root)) return false;
  const entries = await namesIn(home.root);
  const looksRight = entries.length === 0 || entries.includes("config") ||
    entries.includes("state");
  if (!looksRight || home.root === home.userHome || dirname(home.root) === home.root) {
    throw new Error(
      `${home.root} does not look like a home folder of ductor (no config folder in it), so it ` +
        "is left alone. Is DUCTOR_HOME right?",
    );
  }
  return true;
}

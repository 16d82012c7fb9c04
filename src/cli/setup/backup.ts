/** Copies of what cannot be made again, before a home folder is emptied. */
import { basename, dirname, join } from "node:path";
import type { Home } from "../../config/home.ts";

/** What a backup has: what a person or an agent wrote, not what can be downloaded or made again. */
function worthKeeping(home: Home, memoryOnly: boolean): string[] {
  if (memoryOnly) return [home.memoryDir];
  return [
    home.configDir,
    home.memoryDir,
    home.cronTasksDir,
    home.skillsDir,
    home.cronJobsFile,
    home.webhooksFile,
    home.sessionsFile,
  ];
}

/**
 * Copies it to a folder beside the home, `<home>-backup-<date and time>`.
 *
 * @returns that folder, or `undefined` when there was nothing to keep
 */
export async function backUp(
  home: Home,
  { now = new Date(), memoryOnly = false }: { now?: Date; memoryOnly?: boolean } = {},
): Promise<string | undefined> {
  const stamp = now.toISOString().slice(0, 19).replace("T", "_").replaceAll(":", "");
  const name = basename(home.root).replace(/^\./, "");
  const target = join(dirname(home.root), `${name}-backup-${stamp}`);
  let copied = false;
  for (const path of worthKeeping(home, memoryOnly)) {
    const relative = path.slice(home.root.length + 1);
    copied = await copy(path, join(target, relative)) || copied;
  }
  return copied ? target : undefined;
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
 * @throws {Error} it does not look like one: a wrong DUCTOR_HOME must not cost anybody his files
 */
export async function removeHome(home: Home): Promise<void> {
  const entries = [];
  try {
    for await (const { name } of Deno.readDir(home.root)) entries.push(name);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return;
    throw error;
  }
  const looksRight = entries.length === 0 || entries.includes("config") ||
    entries.includes("state");
  if (!looksRight || home.root === home.userHome || dirname(home.root) === home.root) {
    throw new Error(
      `${home.root} does not look like a home folder of ductor (no config folder in it), so it ` +
        "is left alone. Is DUCTOR_HOME right?",
    );
  }
  await Deno.remove(home.root, { recursive: true });
}

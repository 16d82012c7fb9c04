/** What a backup holds: what people and agents made, not what can be made again. */
import { dirname, join } from "node:path";
import type { Home } from "../../config/home.ts";

/** Made anew by whoever needs it. */
const MADE_AGAIN = new Set(["node_modules", ".venv", "__pycache__", ".trash", ".frames"]);

/** A file of a home, by its path below it with `/`. */
export interface Kept {
  name: string;
  path: string;
  folder: boolean;
}

/**
 * All that is kept of a home, folders before what is in them. State of the running program (messages
 * under way, locks), logs, worktrees and links are not: what they lead to is elsewhere.
 *
 * @param logins Whether the logins inside the sandbox are kept too.
 */
export async function* kept(home: Home, { logins }: { logins: boolean }): AsyncGenerator<Kept> {
  const left = new Set([home.logsDir, home.stateDir, home.worktreesDir, home.pidFile]);
  // Of our own files; those in the workspace belong to somebody's packages.
  const isLock = (path: string) =>
    path.endsWith(".lock") && [home.root, home.configDir].includes(dirname(path));
  yield* walk(home.root, "", (path) => left.has(path) || isLock(path));
  if (logins) yield* walk(home.sandboxDir, "state/sandbox/", () => false);
}

async function* walk(
  folder: string,
  prefix: string,
  leftOut: (path: string) => boolean,
): AsyncGenerator<Kept> {
  let entries: Deno.DirEntry[];
  try {
    entries = await Array.fromAsync(Deno.readDir(folder));
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return;
    throw error;
  }
  for (const { name, isDirectory, isFile } of entries.sort((a, b) => a.name < b.name ? -1 : 1)) {
    const path = join(folder, name);
    if (MADE_AGAIN.has(name) || leftOut(path)) continue;
    if (isDirectory) {
      yield { name: `${prefix}${name}/`, path, folder: true };
      yield* walk(path, `${prefix}${name}/`, leftOut);
    } else if (isFile) yield { name: prefix + name, path, folder: false };
  }
}

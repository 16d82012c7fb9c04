/**
 * What a home folder has before anything happens in it.
 *
 * @module
 */
import { getLogger } from "@logtape/logtape";
import type { Home } from "../config/home.ts";
import { readTextIfExists, removeLeftovers, writeFileAtomic } from "../store/atomic_file.ts";

const log = getLogger(["ductor", "workspace"]);
const TEMPLATES = new URL("../../assets/home/", import.meta.url);

/**
 * Makes the folders of `home` (the home folder itself for its owner only) and the first files of
 * the workspace. What is there already is never changed, whoever wrote it.
 */
export async function seedHome(home: Home): Promise<void> {
  await makeFolders(home);
  const rules = await template("workspace/RULES.md");
  const { claude, codex } = home.ruleFiles(home.workspaceDir);
  await writeIfMissing(
    home.mainMemoryFile,
    await template("workspace/memory_system/MAINMEMORY.md"),
  );
  // Each CLI reads a file of its own. A user who has written one of them means it for both.
  await writeIfMissing(claude, await readTextIfExists(codex) ?? rules);
  await writeIfMissing(codex, await readTextIfExists(claude) ?? rules);
  for (const folder of [home.root, home.configDir, home.stateDir]) {
    const removed = await removeLeftovers(folder);
    if (removed.length > 0) {
      log.info("Removed leftovers of a broken-off write: {removed}", { removed });
    }
  }
}

async function makeFolders(home: Home): Promise<void> {
  for (const dir of home.dirs) await Deno.mkdir(dir, { recursive: true, mode: 0o700 });
  if (home.os === "windows") return;
  const { mode } = await Deno.stat(home.root);
  if (((mode ?? 0) & 0o077) === 0) return;
  try {
    await Deno.chmod(home.root, 0o700);
    log.info("{path} was open to other users of this computer; it no longer is", {
      path: home.root,
    });
  } catch (error) {
    // A folder that belongs to somebody else, such as a mounted volume.
    log.warn("{path} is open to other users of this computer: {error}", { path: home.root, error });
  }
}

/** Also a dangling link counts as there: it is the user's. */
async function writeIfMissing(path: string, content: string): Promise<void> {
  try {
    await Deno.lstat(path);
    return;
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
  await writeFileAtomic(path, content, { mode: 0o644 });
}

function template(name: string): Promise<string> {
  return Deno.readTextFile(new URL(name, TEMPLATES));
}

/** Whether anything has changed in files: a text that is the same as long as they are. */
import { createHash } from "node:crypto";
import { join } from "node:path";
import type { Home } from "../../config/home.ts";

/** Made again at will, or our own records; of no interest to anybody who looks for news. */
const IGNORED = new Set([".venv", "node_modules", "__pycache__", ".git", ".trash", "runs"]);
const MAX_FILES = 5000;

/** Of the memory, the jobs and the task folders. Looks at names, sizes and times only. */
export async function fingerprintOf(home: Home): Promise<string> {
  const hash = createHash("sha256");
  for (const path of [home.mainMemoryFile, home.cronJobsFile]) hash.update(await stampOf(path));
  let left = MAX_FILES;
  await walk(home.cronTasksDir);
  return hash.digest("base64url");

  async function walk(folder: string): Promise<void> {
    const entries: Deno.DirEntry[] = [];
    try {
      for await (const entry of Deno.readDir(folder)) entries.push(entry);
    } catch {
      return; // gone, or not readable: nothing to see
    }
    entries.sort((a, b) => a.name < b.name ? -1 : 1);
    for (const { name, isDirectory, isFile } of entries) {
      if (IGNORED.has(name) || --left < 0) continue;
      const path = join(folder, name);
      hash.update(`${path}\n`);
      if (isDirectory) await walk(path);
      else if (isFile) hash.update(await stampOf(path));
    }
  }
}

async function stampOf(path: string): Promise<string> {
  try {
    const { size, mtime } = await Deno.lstat(path);
    return `${size} ${mtime?.getTime()}\n`;
  } catch {
    return "none\n";
  }
}

/** Answers that are too long for messages, as files among those the agent made for the user. */
import { join } from "node:path";
import { writeAll } from "../base/atomic_file.ts";
import type { Home } from "../config/home.ts";
import { isInside, realPath } from "../config/paths.ts";

/**
 * Writes the parts into a new file, which is on disk then, and returns its path.
 *
 * @throws {Error} the folder leads out of the workspace: an agent may have put a link in its place
 */
export async function keepAnswer(
  home: Home,
  parts: Iterable<string>,
  now: Date,
): Promise<string> {
  await Deno.mkdir(home.outputDir, { recursive: true });
  const folder = await Deno.realPath(home.outputDir);
  if (!isInside(folder, await realPath(home.workspaceDir))) {
    throw new Error(`${home.outputDir} leads out of the workspace`);
  }
  const time = now.toISOString().slice(0, 19).replaceAll(":", "-");
  for (let n = 1;; n++) {
    const path = join(folder, `answer-${time}${n === 1 ? "" : `-${n}`}.md`);
    try {
      using file = await Deno.open(path, { createNew: true, write: true, mode: 0o600 });
      const encoder = new TextEncoder();
      for (const part of parts) await writeAll(file, encoder.encode(part));
      await file.sync();
      return path;
    } catch (error) {
      if (!(error instanceof Deno.errors.AlreadyExists)) throw error;
    }
  }
}

/** Where the demo agent keeps its sessions, one small JSON file each. */

import { join } from "node:path";
import { tmpdir } from "node:os";
import { writeFileAtomic } from "../../base/atomic_file.ts";
import type { Turn } from "../brain/thought.ts";

/** What is kept of a session. */
export interface SessionFile {
  version: 1;
  id: string;
  model: string;
  history: Turn[];
}

/** Folder of the sessions: `DUCTOR_DEMO_STATE`, or one in the system's temporary folder. */
export function stateFolder(env: Readonly<Record<string, string>>): string {
  return env.DUCTOR_DEMO_STATE || join(tmpdir(), "ductor-demo-agent");
}

/** The session with this id, or nothing when there is none (or none that can be read). */
export async function load(folder: string, id: string): Promise<SessionFile | undefined> {
  if (!/^[\w-]+$/.test(id)) return undefined;
  try {
    const file = JSON.parse(await Deno.readTextFile(join(folder, `${id}.json`))) as SessionFile;
    return file.version === 1 && Array.isArray(file.history) ? file : undefined;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound || error instanceof SyntaxError) return undefined;
    throw error;
  }
}

/** Writes a session whole: a reader sees the old file or the new one. */
export async function save(folder: string, session: SessionFile): Promise<void> {
  await Deno.mkdir(folder, { recursive: true, mode: 0o700 });
  const path = join(folder, `${session.id}.json`);
  await writeFileAtomic(path, JSON.stringify(session), { sync: false });
}

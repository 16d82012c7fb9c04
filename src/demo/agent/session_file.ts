/**
 * Where the demo agent keeps its sessions, one small JSON file each; and beside it, where it is told a
 * folder for that, as Claude Code writes them down, so that they are found as those are.
 */

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
  /** What the user has called it. */
  title?: string;
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

/** @param configHome `CLAUDE_CONFIG_DIR`. Returns the file. */
export async function writeDown(
  configHome: string | undefined,
  { id, history, title }: SessionFile,
  cwd: string,
): Promise<string | undefined> {
  if (configHome === undefined) return undefined;
  const lines: object[] = history.map(({ role, text }) => ({
    type: role,
    message: { role, content: [{ type: "text", text }] },
    cwd,
    sessionId: id,
  }));
  if (title !== undefined) lines.push({ type: "custom-title", customTitle: title, sessionId: id });
  const folder = join(configHome, "projects", cwd.replaceAll(/[^A-Za-z0-9]/g, "-"));
  await Deno.mkdir(folder, { recursive: true, mode: 0o700 });
  const text = lines.map((line) => JSON.stringify(line) + "\n").join("");
  const path = join(folder, `${id}.jsonl`);
  await writeFileAtomic(path, text, { sync: false });
  return path;
}

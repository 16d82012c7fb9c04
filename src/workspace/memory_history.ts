/**
 * Earlier versions of MAINMEMORY.md, so that nothing an agent drops from it is lost.
 *
 * Each version is a file `memory_system/history/<time>-<hash of its content>.md`: the names sort by
 * time, and there is no list beside them that could disagree.
 *
 * @module
 */
import { getLogger } from "@logtape/logtape";
import { join } from "node:path";
import type { Home } from "../config/home.ts";
import { readWorkspaceText } from "../config/paths.ts";
import { writeFileAtomic } from "../base/atomic_file.ts";
import { withFileLock } from "../base/file_lock.ts";
import { sha256 } from "../base/hash.ts";

const log = getLogger(["ductor", "workspace"]);

/** How many versions are kept. */
export const MEMORY_VERSIONS = 100;

/** How many taken-back versions are kept beside them. */
const UNDONE_VERSIONS = 10;

/** One version of the memory. */
export interface MemoryVersion {
  /** When it was first seen. */
  time: Date;
  /** Start of the SHA-256 of its content, in hex. */
  hash: string;
  /** Absolute path of the copy. */
  path: string;
}

/** The versions of the memory, the newest (what was last seen) first. */
export async function memoryHistory(home: Home): Promise<MemoryVersion[]> {
  return await versions(home, VERSION);
}

/**
 * Keeps what stands in MAINMEMORY.md now, if it has changed since last time. Never throws: a turn
 * must not fail because of it. Returns whether there was something to keep.
 */
export async function snapshotMemory(home: Home, now: Date = new Date()): Promise<boolean> {
  try {
    const text = await readWorkspaceText(home, home.mainMemoryFile);
    if (text === undefined) return false;
    // Looked at without the lock first: after most turns nothing has changed.
    if ((await memoryHistory(home))[0]?.hash === memoryVersion(text)) return false;
    return await locked(home, () => keep(home, text, now));
  } catch (error) {
    log.warn("Cannot keep a version of the memory: {error}", { error });
    return false;
  }
}

/** What {@link undoMemory} did. */
export interface MemoryUndo {
  /** What stands in the memory now. */
  now: string;
  /** What stood in it before; kept in the history folder as `….undone`. */
  before: string;
  /** When the version that is in use again was first seen. */
  time: Date;
}

/**
 * Takes the last change of the memory back; done again, the one before it. `undefined`: there is no
 * earlier version.
 */
export function undoMemory(home: Home, now: Date = new Date()): Promise<MemoryUndo | undefined> {
  return locked(home, async () => {
    const before = await readWorkspaceText(home, home.mainMemoryFile);
    if (before !== undefined) await keep(home, before, now);
    const history = await memoryHistory(home);
    // A memory that was deleted comes back as it was.
    const [current, earlier] = before === undefined ? [undefined, history[0]] : history;
    if (earlier === undefined) return undefined;
    const text = await readWorkspaceText(home, earlier.path) ?? "";
    await writeFileAtomic(home.mainMemoryFile, text, { mode: 0o600 });
    // Out of the way, so that the next undo goes further back; a crash before this only makes the
    // undo a change like any other.
    if (current !== undefined) await Deno.rename(current.path, `${current.path}.undone`);
    await prune(await versions(home, UNDONE), UNDONE_VERSIONS);
    return { now: text, before: before ?? "", time: earlier.time };
  });
}

const VERSION = /^(\d{4}-\d\d-\d\d)T(\d\d)-(\d\d)-(\d\d\.\d{3}Z)-([0-9a-f]{16})\.md$/;
const UNDONE = /^(\d{4}-\d\d-\d\d)T(\d\d)-(\d\d)-(\d\d\.\d{3}Z)-([0-9a-f]{16})\.md\.undone$/;

async function versions(home: Home, names: RegExp): Promise<MemoryVersion[]> {
  const found: MemoryVersion[] = [];
  try {
    for await (const { name, isFile } of Deno.readDir(home.memoryHistoryDir)) {
      const [, day, hour, minute, second, hash] = names.exec(name) ?? [];
      if (!isFile || hash === undefined) continue;
      const time = new Date(`${day}T${hour}:${minute}:${second}`);
      found.push({ time, hash, path: join(home.memoryHistoryDir, name) });
    }
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
  return found.sort((a, b) => a.path < b.path ? 1 : -1);
}

/** Only under the lock. */
async function keep(home: Home, text: string, now: Date): Promise<boolean> {
  const history = await memoryHistory(home);
  const [latest] = history;
  const hash = memoryVersion(text);
  if (latest?.hash === hash) return false;
  // A clock that was set back must not make this older than what was there before it.
  const time = new Date(Math.max(now.getTime(), (latest?.time.getTime() ?? 0) + 1));
  const name = `${time.toISOString().replaceAll(":", "-")}-${hash}.md`;
  await Deno.mkdir(home.memoryHistoryDir, { recursive: true, mode: 0o700 });
  await writeFileAtomic(join(home.memoryHistoryDir, name), text);
  await prune(history, MEMORY_VERSIONS - 1);
  return true;
}

/** Removes all but the first `count`, which are the newest. */
async function prune(history: readonly MemoryVersion[], count: number): Promise<void> {
  for (const { path } of history.slice(count)) await Deno.remove(path).catch(() => {});
}

/** Names a content of the memory, as its copies in the history are named. */
export function memoryVersion(text: string): string {
  return sha256(text).slice(0, 16);
}

function locked<R>(home: Home, fn: () => Promise<R>): Promise<R> {
  return withFileLock(join(home.stateDir, "memory.lock"), fn);
}

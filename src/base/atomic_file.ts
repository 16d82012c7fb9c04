/**
 * Whole-file writes that a crash cannot tear: a reader sees the old content or the new, never a
 * mixture and never an empty file.
 *
 * @module
 */
import { sleep } from "./async/sleep.ts";
import { basename, dirname, join } from "node:path";

/** End of the names of temporary files, so that leftovers of a killed process can be told. */
const TEMPORARY_SUFFIX = ".ductor-tmp";

/** Windows refuses to replace a file that somebody (a virus scanner, an editor) has open. */
const RENAME_PAUSES_MS = [10, 30, 100, 300, 1000] as const;

export interface WriteFileAtomicOptions {
  /** Permission bits of the file; 0600 unless told, because most of our files hold a secret. */
  mode?: number;
  /** Checked until the file is replaced; after that the write is no longer undone. */
  signal?: AbortSignal;
  /**
   * False: leave it to the system when the content reaches the disk. It is still never torn by the
   * end of this process, only by a power cut. For copies that are kept beside a synced original.
   */
  sync?: boolean;
}

/**
 * Replaces the content of `path`, or creates it. When the promise resolves the content is on the
 * disk. A symbolic link at `path` is replaced, not followed: an agent must not be able to choose
 * where we write. On any error the old content is untouched and no temporary file is left.
 */
export async function writeFileAtomic(
  path: string,
  data: string | Uint8Array,
  options: WriteFileAtomicOptions = {},
): Promise<void> {
  const { mode = 0o600, signal, sync = true } = options;
  signal?.throwIfAborted();
  const bytes = typeof data === "string" ? new TextEncoder().encode(data) : data;
  const folder = dirname(path);
  const random = crypto.randomUUID().slice(0, 8);
  const temporary = join(folder, `.${basename(path)}.${random}${TEMPORARY_SUFFIX}`);
  const file = await Deno.open(temporary, { createNew: true, write: true, mode });
  try {
    try {
      await writeAll(file, bytes);
      if (sync) await file.sync();
    } finally {
      file.close();
    }
    signal?.throwIfAborted();
    await replace(temporary, path);
  } catch (error) {
    await Deno.remove(temporary).catch(() => {});
    throw error;
  }
  if (sync) await syncFolder(folder);
}

/** Writes every byte; a single `write` may take only some of them. */
export async function writeAll(
  file: Pick<Deno.FsFile, "write">,
  bytes: Uint8Array,
): Promise<void> {
  let written = 0;
  while (written < bytes.length) written += await file.write(bytes.subarray(written));
}

/**
 * Makes a rename or a new name in `folder` last through a power cut. Windows cannot do it and needs
 * it less. Some network file systems refuse it; the content itself is safe then too.
 */
export async function syncFolder(folder: string): Promise<void> {
  if (Deno.build.os === "windows") return;
  try {
    using handle = await Deno.open(folder, { read: true });
    await handle.sync();
  } catch {
    // See above: nothing that could be done about it, and the file itself is synced.
  }
}

/** The text of a file, or `undefined` when there is none. Other errors are thrown. */
export async function readTextIfExists(path: string): Promise<string | undefined> {
  try {
    return await Deno.readTextFile(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}

/** Like {@link readTextIfExists}, for bytes. */
export async function readFileIfExists(path: string): Promise<Uint8Array | undefined> {
  try {
    return await Deno.readFile(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}

/**
 * Removes temporary files that a killed process left in `folder`, when they are older than
 * `minAgeMs` (a younger one may belong to a write that is going on). Returns their names.
 */
export async function removeLeftovers(
  folder: string,
  { now = Date.now(), minAgeMs = 3_600_000 }: { now?: number; minAgeMs?: number } = {},
): Promise<string[]> {
  const removed: string[] = [];
  for await (const entry of Deno.readDir(folder)) {
    if (!entry.isFile || !entry.name.startsWith(".")) continue;
    if (!entry.name.endsWith(TEMPORARY_SUFFIX)) continue;
    const path = join(folder, entry.name);
    const mtime = (await Deno.stat(path).catch(() => undefined))?.mtime?.getTime();
    if (mtime === undefined || now - mtime < minAgeMs) continue;
    await Deno.remove(path).then(() => removed.push(entry.name), () => {});
  }
  return removed;
}

async function replace(from: string, to: string): Promise<void> {
  if (Deno.build.os === "windows") {
    for (const pause of RENAME_PAUSES_MS) {
      try {
        return await Deno.rename(from, to);
      } catch (error) {
        if (!isHeldOpen(error)) throw error;
        await sleep(pause);
      }
    }
  }
  await Deno.rename(from, to);
}

function isHeldOpen(error: unknown): boolean {
  if (error instanceof Deno.errors.PermissionDenied || error instanceof Deno.errors.Busy) {
    return true;
  }
  const code = (error as { code?: unknown } | null)?.code;
  return code === "EPERM" || code === "EBUSY" || code === "EACCES";
}

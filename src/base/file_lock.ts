/**
 * A lock between processes, such as the bot and a `ductor cron add` beside it.
 *
 * It is the operating system's own advisory lock (`flock`, `LockFileEx`) on a file that stays. The
 * system gives it back when its holder ends, however it ends, so there is no stale lock to guess
 * about. That is why the lock file is never removed, and why what stands in it means nothing.
 *
 * @module
 */
import { after } from "./async/timer.ts";
import { unlessAborted } from "./async/within.ts";

/** Another process kept the lock for longer than the caller wanted to wait. */
export class FileLockError extends Error {
  override name = "FileLockError";
}

export interface FileLockOptions {
  signal?: AbortSignal;
  /** How long to wait for the lock, in milliseconds; default 10 seconds. */
  timeoutMs?: number;
}

/**
 * Runs `fn` while holding the lock at `path` (a file made for that, such as `cron_jobs.json.lock`).
 * Not reentrant: taking the same lock inside `fn` waits for itself until the time is over.
 *
 * @throws {FileLockError} the lock could not be had in time
 */
export async function withFileLock<R>(
  path: string,
  fn: () => R | Promise<R>,
  options: FileLockOptions = {},
): Promise<R> {
  using _lock = await acquireFileLock(path, options);
  return await fn();
}

/** Takes the lock and hands it out; it is given back by disposing it, or when the process ends. */
export async function acquireFileLock(
  path: string,
  { signal, timeoutMs = 10_000 }: FileLockOptions = {},
): Promise<Disposable> {
  signal?.throwIfAborted();
  const limit = new AbortController();
  using _timer = after(timeoutMs, () =>
    limit.abort(
      new FileLockError(
        `Cannot lock ${path}: another process has held it for ${timeoutMs} ms. ` +
          `Look for a second ductor that hangs, and end it`,
      ),
    ));
  const end = signal ? AbortSignal.any([signal, limit.signal]) : limit.signal;
  while (true) {
    const file = await Deno.open(path, { create: true, read: true, write: true, mode: 0o600 });
    try {
      // The system cannot call the wait off. Closing the file gives the lock back even if it is
      // granted after we have gone.
      await unlessAborted(file.lock(true), end);
      // Somebody who cleans up may have removed the file while we waited; a lock on a file that
      // has no name any more locks nobody out.
      if (await isStillAt(file, path)) return { [Symbol.dispose]: () => file.close() };
    } catch (error) {
      file.close();
      throw error;
    }
    file.close();
  }
}

async function isStillAt(file: Deno.FsFile, path: string): Promise<boolean> {
  if (Deno.build.os === "windows") return true; // An open file cannot lose its name there.
  try {
    const [held, named] = await Promise.all([file.stat(), Deno.stat(path)]);
    return held.ino === named.ino && held.dev === named.dev;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

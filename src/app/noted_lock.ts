/**
 * A lock of the operating system with a note beside it about who holds it. What counts is the lock,
 * which ends with its holder however it ends; a pid in a file proves nothing, since the system gives
 * pids out again. The note is for people and for `ductor stop`.
 */
import { diskTroubleOf } from "../base/disk_trouble.ts";
import { writeFileAtomic } from "../base/atomic_file.ts";
import { sleep } from "../base/async/sleep.ts";
import { within } from "../base/async/within.ts";

/** The bot itself, and the process that starts it again when it crashes. */
export type Role = "supervisor" | "bot";

/** What is noted about a holder. */
export interface Holder {
  pid: number;
  role: Role;
  /** Root of its home folder. */
  home: string;
  /** When it began, ISO 8601. */
  since: string;
  /** When the process began, in the system's own unit; a recycled pid has another. */
  start?: number;
  /** Whether a service manager runs it. */
  service?: boolean;
}

/** How often a lock is tried before it counts as taken: others look at it for a moment. */
const TRIES = 5;
const TRY_PAUSE_MS = 40;
/** How long a free lock may take to be granted, where it cannot be asked for without waiting. */
const WAIT_MS = 100;

/** Whether anybody holds the lock at `path`. */
export async function isHeld(path: string): Promise<boolean> {
  let file: Deno.FsFile;
  try {
    file = await openLock(path, false);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
  try {
    return !await lockNow(file);
  } finally {
    file.close();
  }
}

/** Takes the lock at `path`, or returns undefined when somebody holds it. */
export async function tryLock(path: string): Promise<Deno.FsFile | undefined> {
  for (let n = 0; n < TRIES; n++) {
    if (n > 0) await sleep(TRY_PAUSE_MS);
    const file = await openLock(path, true);
    if (await lockNow(file)) return file;
    file.close();
  }
}

/** On a disk that cannot be written a lock that is there works as well. */
async function openLock(path: string, create: boolean): Promise<Deno.FsFile> {
  try {
    return await Deno.open(path, { create, read: true, write: true, mode: 0o600 });
  } catch (error) {
    if (!diskTroubleOf(error)) throw error;
    return await Deno.open(path).catch(() => {
      throw error;
    });
  }
}

/** Takes the lock if it is free, and does not wait for it. */
async function lockNow(file: Deno.FsFile): Promise<boolean> {
  if (typeof file.tryLock === "function") return await file.tryLock(true);
  // Deno before 2.8 can only wait. What is still waited for goes with the file when it is closed.
  return await within(file.lock(true).then(() => true), WAIT_MS) === true;
}

function notePath(lockPath: string): string {
  return lockPath.replace(/\.lock$/, ".json");
}

/** Says who holds the lock at `lockPath`; only its holder may. */
export async function writeNote(lockPath: string, note: Holder): Promise<void> {
  await writeFileAtomic(notePath(lockPath), JSON.stringify(note) + "\n", { sync: false });
}

/** What the last holder of the lock noted, whether it still holds it or not. */
export async function readNote(lockPath: string): Promise<Holder | undefined> {
  try {
    const note = JSON.parse(await Deno.readTextFile(notePath(lockPath)));
    return Number.isInteger(note?.pid) && typeof note.since === "string" ? note : undefined;
  } catch {
    return undefined;
  }
}

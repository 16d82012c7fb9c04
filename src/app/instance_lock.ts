/**
 * One bot for each home folder and for each bot token. What counts is a lock of the operating
 * system, which ends with its holder however it ends; a pid in a file proves nothing, since the
 * system gives pids out again. Beside each lock stands a note about who holds it, for people and
 * for `ductor stop`.
 *
 * @module
 */
import { spawn } from "../base/async/spawn.ts";
import { sleep } from "../base/async/sleep.ts";
import { within } from "../base/async/within.ts";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { getLogger } from "@logtape/logtape";
import { hostProcessTable, type ProcessTable } from "../process/process_table.ts";
import type { Home } from "../config/home.ts";
import { readTextIfExists, writeFileAtomic } from "../base/atomic_file.ts";

const log = getLogger(["ductor", "app"]);

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

/** Another process holds a lock that is needed. */
export class AlreadyRunningError extends Error {
  override name = "AlreadyRunningError";
  constructor(readonly what: "home" | "token", readonly home: Home, readonly holder?: Holder) {
    super(alreadyRunning(what, home, holder));
  }
}

export interface LockOptions {
  /** The bot token, for the role `bot`. */
  token?: string;
  service?: boolean;
  table?: ProcessTable;
  /** Folder of the locks that all homes of this user share. */
  sharedDir?: string;
}

/** How often a lock is tried before it counts as taken: others look at it for a moment. */
const TRIES = 5;
const TRY_PAUSE_MS = 40;
/** How long a free lock may take to be granted, where it cannot be asked for without waiting. */
const WAIT_MS = 100;

/**
 * Takes the locks of `role`. They are given back by disposing, or when the process ends.
 *
 * @throws {AlreadyRunningError} another process has the home or the token
 */
export async function acquireInstance(
  home: Home,
  role: Role,
  options: LockOptions = {},
): Promise<Disposable> {
  const note: Holder = {
    pid: Deno.pid,
    role,
    home: home.root,
    since: new Date().toISOString(),
    ...options.service && { service: true },
  };
  const taken: { lock: Deno.FsFile; path: string }[] = [];
  const release = () => taken.forEach(({ lock }) => lock.close());
  try {
    await Deno.mkdir(home.stateDir, { recursive: true, mode: 0o700 });
    const path = home.instanceLock(role);
    const lock = await tryLock(path);
    if (!lock) throw new AlreadyRunningError("home", home, await readNote(path));
    taken.push({ lock, path });
    const shared = options.token === undefined ? undefined : await tokenLock(options);
    if (shared !== undefined) {
      const lock = await tryLock(shared);
      if (!lock) throw new AlreadyRunningError("token", home, await readNote(shared));
      taken.push({ lock, path: shared });
    }
    for (const { path } of taken) await writeNote(path, note);
    if (role === "bot") await writeFileAtomic(home.pidFile, String(Deno.pid), { mode: 0o644 });
  } catch (error) {
    release();
    throw error;
  }
  // Reading the process table takes a while, and the bot need not wait for it.
  spawn(
    "Noting when this process began",
    addStart(taken.map(({ path }) => path), note, options.table ?? hostProcessTable()),
  );
  return {
    [Symbol.dispose]() {
      if (role === "bot") removePidFile(home);
      release();
    },
  };
}

/** Who runs for this home now. */
export interface Instance {
  supervisor?: Holder;
  bot?: Holder;
  /** A bot of the Python original, known by `bot.pid` only. */
  original?: { pid: number };
}

/** Looks who holds the locks of `home`; changes nothing. Empty: nobody runs. */
export async function findInstance(home: Home): Promise<Instance> {
  const found: Instance = {};
  for (const role of ["supervisor", "bot"] as const) {
    const path = home.instanceLock(role);
    if (!await isHeld(path)) continue;
    found[role] = await readNote(path) ??
      { pid: 0, role, home: home.root, since: new Date(0).toISOString() };
  }
  if (!found.supervisor && !found.bot) {
    const pid = Number(await readTextIfExists(home.pidFile).catch(() => undefined));
    if (Number.isInteger(pid) && pid > 1 && pid !== Deno.pid && await isPythonDuctor(pid)) {
      found.original = { pid };
    }
  }
  return found;
}

/** Whether anybody holds the lock at `path`. */
async function isHeld(path: string): Promise<boolean> {
  let file: Deno.FsFile;
  try {
    file = await Deno.open(path, { read: true, write: true });
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

/** Whether the process of a note still is the one that wrote it. */
export async function isSameProcess(
  holder: Holder,
  table: ProcessTable = hostProcessTable(),
): Promise<boolean> {
  const process = (await table.list()).find(({ pid }) => pid === holder.pid);
  return process !== undefined && (holder.start === undefined || process.start === holder.start);
}

async function tryLock(path: string): Promise<Deno.FsFile | undefined> {
  for (let n = 0; n < TRIES; n++) {
    if (n > 0) await sleep(TRY_PAUSE_MS);
    const file = await Deno.open(path, { create: true, read: true, write: true, mode: 0o600 });
    if (await lockNow(file)) return file;
    file.close();
  }
}

/** Takes the lock if it is free, and does not wait for it. */
async function lockNow(file: Deno.FsFile): Promise<boolean> {
  if (typeof file.tryLock === "function") return await file.tryLock(true);
  // Deno before 2.8 can only wait. What is still waited for goes with the file when it is closed.
  return await within(file.lock(true).then(() => true), WAIT_MS) === true;
}

/**
 * The lock that all homes of this user share for a token. The name holds a hash of it only.
 * `undefined` when there is no folder that nobody else could tamper with.
 */
async function tokenLock({ token = "", sharedDir }: LockOptions): Promise<string | undefined> {
  const folder = sharedDir ?? sharedFolder();
  try {
    await Deno.mkdir(folder, { recursive: true, mode: 0o700 });
    const { isDirectory, uid, mode } = await Deno.lstat(folder);
    const ours = Deno.build.os === "windows" ||
      (uid === Deno.uid() && ((mode ?? 0) & 0o022) === 0);
    if (!isDirectory || !ours) throw new Error(`${folder} belongs to somebody else`);
  } catch (error) {
    log.warn("A second bot with the same token would not be noticed: {error}", { error });
    return undefined;
  }
  return join(folder, `${await fingerprint(token)}.lock`);
}

/** Where the locks for tokens are: not in a home folder, since several may have the same token. */
export function sharedFolder(): string {
  return join(tmpdir(), `ductor-${Deno.uid() ?? "locks"}`);
}

/** A token by which it can be recognised and not used. */
export async function fingerprint(token: string): Promise<string> {
  const hash = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(token));
  return [...new Uint8Array(hash, 0, 8)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

function notePath(lockPath: string): string {
  return lockPath.replace(/\.lock$/, ".json");
}

async function writeNote(lockPath: string, note: Holder): Promise<void> {
  await writeFileAtomic(notePath(lockPath), JSON.stringify(note) + "\n", { sync: false });
}

async function readNote(lockPath: string): Promise<Holder | undefined> {
  try {
    const note = JSON.parse(await Deno.readTextFile(notePath(lockPath)));
    return Number.isInteger(note?.pid) && typeof note.since === "string" ? note : undefined;
  } catch {
    return undefined;
  }
}

async function addStart(paths: string[], note: Holder, table: ProcessTable): Promise<void> {
  try {
    const own = (await table.list()).find(({ pid }) => pid === Deno.pid);
    if (own) { for (const path of paths) await writeNote(path, { ...note, start: own.start }); }
  } catch (error) {
    log.debug("When this process began could not be noted: {error}", { error });
  }
}

/** Only ours, or one that means nothing: another instance may have begun meanwhile. */
function removePidFile(home: Home): void {
  try {
    const pid = Number(Deno.readTextFileSync(home.pidFile));
    if (pid === Deno.pid || !Number.isInteger(pid) || pid <= 0) Deno.removeSync(home.pidFile);
  } catch {
    // There is none.
  }
}

/** A pid alone may belong to anything by now; the command line tells. */
async function isPythonDuctor(pid: number): Promise<boolean> {
  if (Deno.build.os === "windows") return false;
  const [command, args] = Deno.build.os === "linux"
    ? ["/bin/sh", ["-c", 'tr "\\0" " " < "/proc/$1/cmdline"', "sh", String(pid)]] as const
    : ["/bin/ps", ["-o", "command=", "-p", String(pid)]] as const;
  try {
    const { stdout } = await new Deno.Command(command, {
      args: [...args],
      stdout: "piped",
      stderr: "null",
    }).output();
    return /python.*ductor/i.test(new TextDecoder().decode(stdout));
  } catch {
    return false;
  }
}

function alreadyRunning(what: "home" | "token", home: Home, holder: Holder | undefined): string {
  const who = holder === undefined
    ? "another process"
    : `process ${holder.pid}, since ${holder.since.replace("T", " ").slice(0, 16)} UTC`;
  if (what === "home") {
    const stop = holder?.service ? "ductor service stop" : "ductor stop";
    return `ductor runs already for ${home.root}: ${who}.\n` +
      `End it with: ${stop}\nOr put this one in its place with: ductor start --replace`;
  }
  const other = holder === undefined ? "DUCTOR_HOME=<its home>" : `DUCTOR_HOME=${holder.home}`;
  return `Another ductor uses this bot's token: ${who}, home ${holder?.home ?? "not known"}.\n` +
    `Two programs cannot receive one bot's messages. End it with: ${other} ductor stop\n` +
    `Or get this one a token of its own from @BotFather.`;
}

/**
 * One bot for each home folder and for each bot token. Each has a lock, which the system takes back
 * when its holder ends.
 *
 * @module
 */
import { spawn } from "../base/async/spawn.ts";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { getLogger } from "@logtape/logtape";
import { hostProcessTable, type ProcessTable } from "../process/process_table.ts";
import type { Home } from "../config/home.ts";
import { writeFileAtomic } from "../base/atomic_file.ts";
import { ifDiskTakes } from "../base/disk_trouble.ts";
import { type Holder, readNote, type Role, tryLock, writeNote } from "./noted_lock.ts";

const log = getLogger(["ductor", "app"]);

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
    const take = async (what: "home" | "token", path: string) => {
      const lock = await tryLock(path);
      if (!lock) throw new AlreadyRunningError(what, home, await readNote(path));
      taken.push({ lock, path });
    };
    await ifDiskTakes("The lock of the home", async () => {
      await Deno.mkdir(home.stateDir, { recursive: true, mode: 0o700 });
      await take("home", home.instanceLock(role));
    });
    const shared = options.token === undefined ? undefined : await tokenLock(options);
    if (shared !== undefined) {
      await ifDiskTakes("The lock of the token", () => take("token", shared));
    }
    await ifDiskTakes("The note of who runs", async () => {
      for (const { path } of taken) await writeNote(path, note);
      if (role === "bot") await writeFileAtomic(home.pidFile, String(Deno.pid), { mode: 0o644 });
    });
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

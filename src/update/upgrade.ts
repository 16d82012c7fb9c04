/**
 * The whole way from a release to this program being it: nothing is changed before the download is
 * proven to be what the makers signed and to run here.
 *
 * @module
 */
import { isFile } from "../base/on_disk.ts";
import { basename, dirname } from "node:path";
import type { Home } from "../config/home.ts";
import { acquireFileLock, FileLockError } from "../base/file_lock.ts";
import { download } from "./download.ts";
import { UpgradeError } from "./errors.ts";
import { type FetchOptions, getSmall } from "./fetcher.ts";
import type { Release } from "./releases.ts";
import { exchange, newPath, removeOldDownloads, swapBack, swapIn, versionOf } from "./replace.ts";
import { beginTrial } from "./rollback.ts";
import { assetName, CHECKSUMS, PACKED, SIGNATURE, targetOf } from "./target.ts";
import { checksumOf, verifySignature } from "./verify.ts";

export interface UpgradeOptions extends FetchOptions {
  home: Home;
  release: Release;
  /** The running program's version. */
  version: string;
  /** The running program's file, without symbolic links. */
  executable: string;
  /** See public_key.ts. */
  publicKey: string;
  target?: string;
  /** Where to announce it. */
  chatId?: number;
  threadId?: number;
  progress?: (step: Step) => void;
  /** What `--version` of a program says. */
  versionOf?: (program: string, signal?: AbortSignal) => Promise<string>;
}

export type Step =
  | { step: "download"; done: number; all: number | undefined }
  | { step: "check" }
  | { step: "replace" };

const SMALL_BYTES = 1_000_000;

/**
 * Replaces the executable by the one of `release`. The caller then has the bot restart.
 *
 * @throws {UpgradeError} refused or impossible; the program is the same as before
 */
export async function upgrade(options: UpgradeOptions): Promise<void> {
  const { home, executable } = options;
  await alone(home, executable, async () => {
    const fresh = newPath(executable);
    try {
      await removeOldDownloads(executable);
      await fetchVerified(fresh, options);
      await replace(fresh, options);
    } catch (error) {
      await Deno.remove(fresh).catch(() => {});
      throw error;
    }
  });
}

/**
 * Goes back to the program before this one, which is kept: the same again leads forward. The caller
 * then has the bot restart.
 *
 * @returns the version that is in place now
 * @throws {UpgradeError} impossible; the program is the same as before
 */
export async function undo(
  { home, version, executable }: Pick<UpgradeOptions, "home" | "version" | "executable">,
): Promise<string> {
  return await alone(home, executable, async () => {
    await exchange(executable);
    try {
      const newVersion = await versionOf(executable);
      await beginTrial(home, { oldVersion: version, newVersion, executable });
      return newVersion;
    } catch (error) {
      await exchange(executable);
      throw error;
    }
  });
}

/** One change of the program at a time, and none where it cannot be. */
async function alone<T>(home: Home, executable: string, change: () => Promise<T>): Promise<T> {
  await mayReplace(executable);
  await Deno.mkdir(home.stateDir, { recursive: true });
  let lock;
  try {
    lock = await acquireFileLock(home.upgradeLockFile, { timeoutMs: 1000 });
  } catch (error) {
    if (!(error instanceof FileLockError)) throw error;
    throw new UpgradeError("Another upgrade is going on. Wait for its end");
  }
  using _lock = lock;
  try {
    return await change();
  } catch (error) {
    throw explained(error, executable);
  }
}

async function fetchVerified(fresh: string, options: UpgradeOptions): Promise<void> {
  const { release, publicKey, signal, progress } = options;
  const name = assetName(targetOf(options.target));
  const packed = release.files.has(name + PACKED) ? name + PACKED : name;
  const [sums, signature, asset] = [CHECKSUMS, SIGNATURE, packed].map((file) => {
    const url = release.files.get(file);
    if (url) return url;
    throw new UpgradeError(
      file === SIGNATURE
        ? `Version ${release.version} is not signed. It was refused`
        : `Version ${release.version} has no file ${file}. It was refused`,
    );
  }) as [URL, URL, URL];
  const checksums = await getSmall(sums, SMALL_BYTES, options);
  await verifySignature(checksums, await getSmall(signature, SMALL_BYTES, options), publicKey);
  const expected = checksumOf(name, new TextDecoder().decode(checksums));
  const found = await download(asset, fresh, {
    ...options,
    progress: (done, all) => progress?.({ step: "download", done, all }),
  });
  if (found !== expected) {
    throw new UpgradeError(
      `${name} is not the file that was signed (SHA-256 ${found.slice(0, 12)}…, expected ` +
        `${expected.slice(0, 12)}…). It was refused and nothing was changed`,
    );
  }
  signal?.throwIfAborted();
  progress?.({ step: "check" });
  if (Deno.build.os !== "windows") await Deno.chmod(fresh, 0o755);
  const says = await (options.versionOf ?? versionOf)(fresh, signal);
  if (says !== release.version) {
    throw new UpgradeError(
      `The new program says it is version ${says}, not ${release.version}. It was refused`,
    );
  }
}

async function replace(fresh: string, options: UpgradeOptions): Promise<void> {
  const { home, release, version, executable, chatId, threadId, progress } = options;
  progress?.({ step: "replace" });
  const where = {
    ...chatId !== undefined && { chatId },
    ...threadId !== undefined && { threadId },
  };
  await swapIn(executable, fresh);
  try {
    await beginTrial(home, {
      ...where,
      oldVersion: version,
      newVersion: release.version,
      executable,
    });
  } catch (error) {
    await swapBack(executable);
    throw error;
  }
}

/** Before anything is downloaded: can this program put another one in its place? */
async function mayReplace(executable: string): Promise<void> {
  const there = await isFile(executable);
  if (!there) {
    throw new UpgradeError(
      `The file of the running program (${executable}) was moved or replaced. ` +
        "Restart ductor, then try again",
    );
  }
  // Tried, not asked: the program's own permissions let it write anywhere, the system's may not.
  const path = newPath(executable);
  try {
    // Of a process that was killed and had the same id.
    await Deno.remove(path).catch(() => {});
    (await Deno.open(path, { createNew: true, write: true })).close();
    await Deno.remove(path);
  } catch (error) {
    throw explained(error, executable);
  }
}

function notWritable(executable: string): string {
  return `${basename(executable)} may not write the folder it is in, ${dirname(executable)}. ` +
    "Run the install script again (it works over an installation), or whoever installed it has " +
    "to upgrade it";
}

function explained(error: unknown, executable: string): unknown {
  const denied = error instanceof Deno.errors.PermissionDenied ||
    error instanceof Deno.errors.NotCapable;
  if (denied) return new UpgradeError(notWritable(executable));
  if (error instanceof Error && "code" in error && error.code === "ENOSPC") {
    return new UpgradeError("The disk is full. Nothing was changed");
  }
  return error;
}

/**
 * Puts another executable in the place of this one. The path always names a program that runs:
 * there is no moment without one, whenever the machine stops.
 *
 * @module
 */
import { newCommand } from "../base/command.ts";
import { isFile } from "../base/on_disk.ts";
import { shorten } from "../base/text.ts";
import { basename, dirname, join } from "node:path";
import { syncFolder } from "../base/atomic_file.ts";
import { UpgradeError } from "./errors.ts";

/** Where the former program is kept. */
function oldPath(executable: string): string {
  return `${executable}.old`;
}

/**
 * A name beside the executable, on the same disk, for what is being downloaded. It is always the same
 * for a process, since the bot may start only what was named when it started.
 */
export function newPath(executable: string): string {
  const ending = executable.endsWith(".exe") ? ".new.exe" : ".new";
  return join(dirname(executable), `.${basename(executable)}.${Deno.pid}${ending}`);
}

/** Removes downloads that a killed process left beside the executable, an hour old or more. */
export async function removeOldDownloads(executable: string, now = Date.now()): Promise<void> {
  const folder = dirname(executable);
  for await (const { name } of Deno.readDir(folder)) {
    const left = isDownload(name, executable);
    const displaced = name.startsWith(`${basename(oldPath(executable))}.`);
    if (!left && !displaced) continue;
    const path = join(folder, name);
    const { mtime } = await Deno.stat(path).catch(() => ({ mtime: null }));
    if (left && now - (mtime?.getTime() ?? now) < 3_600_000) continue;
    await Deno.remove(path).catch(() => {});
  }
}

/**
 * Removes everything that upgrades put beside the executable: the former program, displaced ones,
 * downloads.
 */
export async function removeBeside(executable: string): Promise<void> {
  const folder = dirname(executable);
  const old = basename(oldPath(executable));
  for await (const { name } of Deno.readDir(folder)) {
    const ours = name === old || name.startsWith(`${old}.`) || isDownload(name, executable);
    if (ours) await Deno.remove(join(folder, name));
  }
}

function isDownload(name: string, executable: string): boolean {
  return name.startsWith(`.${basename(executable)}.`) && /\.new(\.exe)?$/.test(name);
}

/**
 * The new file takes the place of the executable, which is kept as `.old`.
 *
 * @param os Windows does not replace a program that runs, but lets it be renamed.
 */
export async function swapIn(
  executable: string,
  fresh: string,
  os: typeof Deno.build.os = Deno.build.os,
): Promise<void> {
  const old = oldPath(executable);
  if (os === "windows") {
    await clear(old);
    await Deno.rename(executable, old);
    try {
      await Deno.rename(fresh, executable);
    } catch (error) {
      await Deno.rename(old, executable);
      throw error;
    }
    return;
  }
  const kept = `${old}.${crypto.randomUUID().slice(0, 8)}`;
  // Some file systems have no hard links.
  await Deno.link(executable, kept).catch(() => copy(executable, kept));
  try {
    await Deno.rename(kept, old);
    await Deno.rename(fresh, executable);
  } catch (error) {
    await Deno.remove(kept).catch(() => {});
    throw error;
  }
  await syncFolder(dirname(executable));
}

/**
 * The program kept as `.old` takes its place again; what was there is gone.
 *
 * @throws {UpgradeError} there is none
 */
export async function swapBack(
  executable: string,
  os: typeof Deno.build.os = Deno.build.os,
): Promise<void> {
  const old = await formerProgram(executable);
  if (os === "windows") {
    const bad = `${old}.${crypto.randomUUID().slice(0, 8)}`;
    await Deno.rename(executable, bad).catch((error) => {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    });
    await Deno.rename(old, executable);
    // Goes later when it still runs; see removeOldDownloads.
    await Deno.remove(bad).catch(() => {});
    return;
  }
  await Deno.rename(old, executable);
  await syncFolder(dirname(executable));
}

/**
 * The program and the one kept as `.old` change places.
 *
 * @throws {UpgradeError} there is none
 */
export async function exchange(
  executable: string,
  os: typeof Deno.build.os = Deno.build.os,
): Promise<void> {
  const old = await formerProgram(executable);
  const aside = newPath(executable);
  await Deno.rename(old, aside);
  try {
    await swapIn(executable, aside, os);
  } catch (error) {
    await Deno.rename(aside, old);
    throw error;
  }
}

async function formerProgram(executable: string): Promise<string> {
  const old = oldPath(executable);
  if (await isFile(old)) return old;
  throw new UpgradeError(`There is no former program to go back to: ${old} is missing`);
}

async function copy(from: string, to: string): Promise<void> {
  await Deno.copyFile(from, to);
  using file = await Deno.open(to, { read: true, write: true });
  await file.sync();
}

/** Makes a name free: a program that still runs under it can be renamed, not removed. */
async function clear(path: string): Promise<void> {
  try {
    await Deno.remove(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return;
    await Deno.rename(path, `${path}.${crypto.randomUUID().slice(0, 8)}`);
  }
}

/** How long a new program may take to say its version. */
const VERSION_MS = 30_000;

/**
 * What `PROGRAM --version` prints, one line.
 *
 * @throws {UpgradeError} it does not run
 */
export async function versionOf(program: string, signal?: AbortSignal): Promise<string> {
  const timeout = AbortSignal.timeout(VERSION_MS);
  let code;
  let output;
  try {
    const child = newCommand(program, {
      args: ["--version"],
      stdin: "null",
      stdout: "piped",
      stderr: "piped",
      env: { NO_COLOR: "1" },
      signal: signal ? AbortSignal.any([signal, timeout]) : timeout,
    });
    const result = await child.output();
    code = result.code;
    output = new TextDecoder().decode(code === 0 ? result.stdout : result.stderr).trim();
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new UpgradeError(`The new program does not run here: ${why}. It was refused`);
  }
  signal?.throwIfAborted();
  if (code === 0 && /^\S+$/.test(output)) return output;
  throw new UpgradeError(
    `The new program does not run here: --version ended with code ${code}` +
      (output === "" ? "" : ` and said “${shorten(output, 300, { keep: "end" })}”`) +
      ". It was refused",
  );
}

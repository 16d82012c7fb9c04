/** A large file to disk, with its checksum. */
import { Watchdog } from "../base/async/timer.ts";
import { createHash } from "node:crypto";
import { writeAll } from "../base/atomic_file.ts";
import { UpgradeError } from "./errors.ts";
import { type FetchOptions, get } from "./fetcher.ts";

export interface DownloadOptions extends FetchOptions {
  /** Bytes so far, and in all when that is known. */
  progress?: (done: number, all: number | undefined) => void;
  /** More than this is refused; bytes. */
  most?: number;
  /** So long without a byte counts as broken off. */
  stallMs?: number;
}

const MOST_BYTES = 1_000_000_000;
const STALL_MS = 30_000;

/**
 * Downloads into a file that must not be there yet; synced to disk when this resolves. When it
 * fails no file is left.
 *
 * @returns SHA-256 of what was written, 64 hexadecimal digits
 * @throws {UpgradeError} the connection broke, or less came than was announced
 */
export async function download(
  url: URL,
  path: string,
  options: DownloadOptions = {},
): Promise<string> {
  const { most = MOST_BYTES, stallMs = STALL_MS } = options;
  using watchdog = new Watchdog(stallMs, { signal: options.signal });
  const { signal } = watchdog;
  let file: Deno.FsFile | undefined;
  try {
    const response = await get(url, { ...options, signal });
    const all = announced(response);
    file = await Deno.open(path, { createNew: true, write: true, mode: 0o700 });
    const hash = createHash("sha256");
    let done = 0;
    for await (const part of response.body ?? []) {
      watchdog.alive();
      done += part.length;
      if (done > most) throw new UpgradeError(`${url} is larger than ${most} bytes; refused`);
      hash.update(part);
      await writeAll(file, part);
      options.progress?.(done, all);
    }
    if (all !== undefined && done !== all) throw new UpgradeError(brokenOff(url, done, all));
    await file.sync();
    file.close();
    return hash.digest("hex");
  } catch (error) {
    if (file) {
      file.close();
      await Deno.remove(path).catch(() => {});
    }
    if (error instanceof UpgradeError) throw error;
    options.signal?.throwIfAborted();
    if (watchdog.barked) {
      throw new UpgradeError(`The download stood still for ${stallMs / 1000} s. Try again later`);
    }
    if (error instanceof Deno.errors.NotCapable || error instanceof Deno.errors.PermissionDenied) {
      throw error;
    }
    const why = error instanceof Error ? error.message : String(error);
    throw new UpgradeError(`The download broke off: ${why}. Nothing was changed; try again`);
  }
}

/** The size the server promised; says nothing when the body is compressed on the way. */
function announced({ headers }: Response): number | undefined {
  const length = headers.get("content-length");
  return length === null || headers.has("content-encoding") ? undefined : Number(length);
}

function brokenOff(url: URL, done: number, all: number): string {
  return `The download of ${url} broke off after ${done} of ${all} bytes. ` +
    "Nothing was changed; try again";
}

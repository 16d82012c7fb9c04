/** A large file to disk, unpacked on the way, with the checksum of what is written. */
import { Watchdog } from "../base/async/timer.ts";
import { createHash } from "node:crypto";
import { writeAll } from "../base/atomic_file.ts";
import { UpgradeError } from "./errors.ts";
import { type FetchOptions, get } from "./fetcher.ts";

export interface DownloadOptions extends FetchOptions {
  /** Bytes that have come, and in all when that is known. */
  progress?: (done: number, all: number | undefined) => void;
  /** More than this, unpacked, is refused; bytes. */
  most?: number;
  /** So long without a byte counts as broken off. */
  stallMs?: number;
}

const MOST_BYTES = 1_000_000_000;
const STALL_MS = 30_000;

/**
 * Downloads into a file that must not be there yet; synced to disk when this resolves. When it
 * fails no file is left. What is packed by gzip is unpacked.
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
    const coming = async function* () {
      for await (const part of response.body ?? []) {
        watchdog.alive();
        done += part.length;
        options.progress?.(done, all);
        yield part;
      }
      if (all !== undefined && done !== all) throw new UpgradeError(brokenOff(url, done, all));
    };
    let written = 0;
    for await (const part of unpacked(coming(), url)) {
      written += part.length;
      if (written > most) throw new UpgradeError(`${url} is larger than ${most} bytes; refused`);
      hash.update(part);
      await writeAll(file, part);
    }
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

/** By how it begins, not by its name: a server may have unpacked it already. */
async function* unpacked(
  parts: AsyncGenerator<Uint8Array<ArrayBuffer>>,
  url: URL,
): AsyncGenerator<Uint8Array> {
  const { value: first } = await parts.next();
  if (!first) return;
  let failure: unknown;
  const all = async function* () {
    try {
      yield first;
      yield* parts;
    } catch (error) {
      failure = error;
      throw error;
    }
  };
  if (first[0] !== 0x1f || first[1] !== 0x8b) return yield* all();
  try {
    yield* ReadableStream.from(all()).pipeThrough(new DecompressionStream("gzip"));
  } catch (error) {
    if (failure !== undefined) throw failure;
    throw new UpgradeError(
      `What came from ${url} is damaged: it does not unpack. Nothing was changed; try again`,
      { cause: error },
    );
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

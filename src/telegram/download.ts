/** Fetches files from Telegram, straight to the disk. */
import { diskTroubleOf } from "../base/disk_trouble.ts";
import { Watchdog } from "../base/async/timer.ts";
import { backoff } from "../base/async/backoff.ts";
import { isAbsolute, join } from "node:path";
import { sizeOf } from "../base/text.ts";
import type { Clock } from "../base/clock.ts";
import { writeAll } from "../base/atomic_file.ts";
import { type Api, failureOf } from "./api.ts";
import { numbered } from "../files/names.ts";

/** A download without any news for this long is given up. */
const STALL_MS = 30_000;
const ATTEMPTS = 4;
const LONGEST_WAIT_S = 60;

export interface DownloadOptions {
  api: Api;
  /** Bot token; part of the address, so it must not get into an error. */
  token: string;
  /** Without a slash at the end. */
  apiRoot: string;
  /** Bytes a bot may fetch. */
  largest: number;
  clock: Clock;
}

/** Why there is no file; the message is for people, and without any address. */
export class DownloadError extends Error {
  override name = "DownloadError";
  constructor(message: string, readonly tooLarge = false) {
    super(message);
  }
}

/**
 * Saves a file as `folder/name`, or with a number in the name when that is taken, and returns the
 * path. Nothing is left behind when it fails.
 *
 * @throws {DownloadError} Telegram does not give the file; the network failed several times
 */
export async function download(
  fileId: string,
  folder: string,
  name: string,
  options: DownloadOptions,
  signal: AbortSignal,
): Promise<string> {
  const temporary = join(folder, `.${crypto.randomUUID().slice(0, 8)}.ductor-tmp`);
  try {
    await attempts(() => once(fileId, temporary, options, signal), options.clock, signal);
    return await moveTo(temporary, folder, name);
  } catch (error) {
    await Deno.remove(temporary).catch(() => {});
    throw error;
  }
}

class Temporary extends Error {
  constructor(readonly afterMs?: number) {
    super();
  }
}

const pauseAfter = backoff({ first: 500, most: 4000 });

async function attempts(fn: () => Promise<void>, clock: Clock, signal: AbortSignal): Promise<void> {
  for (let attempt = 1;; attempt++) {
    try {
      return await fn();
    } catch (error) {
      signal.throwIfAborted();
      if (!(error instanceof Temporary)) throw error;
      if (attempt === ATTEMPTS) throw new DownloadError("the connection to Telegram failed");
      await clock.sleep(error.afterMs ?? pauseAfter(attempt), signal);
      signal.throwIfAborted();
    }
  }
}

async function once(
  fileId: string,
  path: string,
  { api, token, apiRoot, largest }: DownloadOptions,
  signal: AbortSignal,
): Promise<void> {
  const file_path = await filePath(fileId, api, largest, signal);
  if (isAbsolute(file_path)) return await takeLocal(file_path, path, apiRoot, largest);
  using stall = new Watchdog(STALL_MS, { signal });
  try {
    const url = `${apiRoot}/file/bot${token}/${
      file_path.split("/").map(encodeURIComponent).join("/")
    }`;
    const response = await fetch(url, { signal: stall.signal, redirect: "error" });
    if (!response.ok || !response.body) {
      await response.body?.cancel();
      if (response.status === 429 || response.status >= 500) throw new Temporary();
      throw new DownloadError(`Telegram answers ${response.status}`);
    }
    using file = await Deno.open(path, {
      write: true,
      create: true,
      truncate: true,
      mode: 0o600,
    });
    const expected = Number(response.headers.get("content-length") ?? NaN);
    let size = 0;
    for await (const bytes of response.body) {
      stall.alive();
      size += bytes.length;
      if (size > largest) throw tooLarge(largest);
      await writeAll(file, bytes);
    }
    if (size < expected) throw new Temporary();
  } catch (error) {
    if (error instanceof DownloadError || error instanceof Temporary) throw error;
    if (diskTroubleOf(error) === "full") throw new DownloadError("the disk is full");
    if (error instanceof Deno.errors.PermissionDenied || error instanceof Deno.errors.NotFound) {
      throw new DownloadError("the folder for files cannot be written to");
    }
    // Its own text may hold the address, and with it the token.
    throw new Temporary();
  }
}

/**
 * A server of the user's own that runs with `--local` names files on its disk, which is this one when
 * the server is on this machine.
 */
async function takeLocal(
  from: string,
  to: string,
  apiRoot: string,
  largest: number,
): Promise<void> {
  if (!/^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(new URL(apiRoot).hostname)) {
    throw new DownloadError(
      "the Bot API server runs with --local on another machine, so its files are not here; start " +
        "it without --local",
    );
  }
  const info = await Deno.lstat(from).catch(() => undefined);
  if (!info?.isFile) throw new DownloadError("the Bot API server names a file that is not there");
  if (info.size > largest) throw tooLarge(largest);
  try {
    await Deno.copyFile(from, to);
    await Deno.chmod(to, 0o600).catch(() => {});
  } catch (error) {
    const denied = error instanceof Deno.errors.PermissionDenied;
    throw new DownloadError(
      denied
        ? "the Bot API server's files may not be read by the user ductor runs as"
        : `it could not be copied from the Bot API server (${(error as Error).name})`,
    );
  }
}

async function filePath(
  fileId: string,
  api: Api,
  largest: number,
  signal: AbortSignal,
): Promise<string> {
  try {
    const { file_path } = await api.raw.getFile({ file_id: fileId }, signal as never);
    if (file_path === undefined) throw new DownloadError("Telegram no longer has it");
    return file_path;
  } catch (error) {
    if (error instanceof DownloadError) throw error;
    const failure = failureOf(error);
    if (failure.kind === "network" || failure.kind === "unauthorized") throw new Temporary();
    if (failure.kind === "flood") {
      throw new Temporary(Math.min(failure.retryAfter, LONGEST_WAIT_S) * 1000);
    }
    const reason = "description" in failure ? failure.description : failure.kind;
    if (/too big/i.test(reason)) throw tooLarge(largest);
    throw new DownloadError(`Telegram says: ${reason}`);
  }
}

export function tooLarge(largest: number): DownloadError {
  return new DownloadError(`it is larger than the ${sizeOf(largest)} a bot may fetch`, true);
}

/** Takes the first free name. Its place is taken before the file is moved to it. */
async function moveTo(temporary: string, folder: string, name: string): Promise<string> {
  for (let number = 0;; number++) {
    const path = join(folder, numbered(name, number));
    try {
      (await Deno.open(path, { createNew: true, write: true, mode: 0o600 })).close();
    } catch (error) {
      if (error instanceof Deno.errors.AlreadyExists) continue;
      throw error;
    }
    try {
      await Deno.rename(temporary, path);
    } catch (error) {
      await Deno.remove(path).catch(() => {});
      throw error;
    }
    return path;
  }
}

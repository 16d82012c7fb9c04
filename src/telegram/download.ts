/** Fetches files from Telegram, straight to the disk. */
import { Watchdog } from "../base/async/timer.ts";
import { backoff } from "../base/async/backoff.ts";
import { join } from "node:path";
import type { Clock } from "../base/clock.ts";
import { writeAll } from "../base/atomic_file.ts";
import { type Api, failureOf } from "./api.ts";
import { numbered } from "../files/names.ts";

/** Bytes a bot may fetch. */
export const MAX_DOWNLOAD = 20 * 1024 * 1024;
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
  { api, token, apiRoot }: DownloadOptions,
  signal: AbortSignal,
): Promise<void> {
  const file_path = await filePath(fileId, api, signal);
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
      if (size > MAX_DOWNLOAD) throw tooLarge();
      await writeAll(file, bytes);
    }
    if (size < expected) throw new Temporary();
  } catch (error) {
    if (error instanceof DownloadError || error instanceof Temporary) throw error;
    const { code } = error as { code?: unknown };
    if (code === "ENOSPC" || code === "EDQUOT") throw new DownloadError("the disk is full");
    if (error instanceof Deno.errors.PermissionDenied || error instanceof Deno.errors.NotFound) {
      throw new DownloadError("the folder for files cannot be written to");
    }
    // Its own text may hold the address, and with it the token.
    throw new Temporary();
  }
}

async function filePath(fileId: string, api: Api, signal: AbortSignal): Promise<string> {
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
    if (/too big/i.test(reason)) throw tooLarge();
    throw new DownloadError(`Telegram says: ${reason}`);
  }
}

function tooLarge(): DownloadError {
  return new DownloadError("it is larger than the 20 MB a bot may fetch", true);
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

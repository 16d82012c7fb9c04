/** Requests for release information: bounded in time and size, refused clearly where we may not. */
import { UpgradeError } from "./errors.ts";

export interface FetchOptions {
  fetch?: typeof fetch;
  signal?: AbortSignal;
  /** Whether this program may connect to a host; asks the runtime unless told. */
  mayReach?: (host: string) => Promise<boolean>;
}

/** Answers slower than this count as none. */
const TIMEOUT_MS = 10_000;

/**
 * @throws {UpgradeError} not reachable, not permitted, or not answered with 200
 */
export async function get(url: URL, options: FetchOptions, accept?: string): Promise<Response> {
  if (!/^https?:$/.test(url.protocol)) {
    throw new UpgradeError(`${url} cannot be asked for releases: it is not http or https`);
  }
  if (!await (options.mayReach ?? mayReach)(url.host)) {
    throw new UpgradeError(
      `This program may not connect to ${url.host}: its permissions name Telegram, GitHub and ` +
        "this machine only. A mirror has to be reachable on 127.0.0.1 (by an SSH tunnel, say), " +
        "or its host has to be added under permissions in deno.json and ductor be compiled anew",
    );
  }
  let response;
  try {
    response = await (options.fetch ?? fetch)(url, {
      headers: { "user-agent": "ductor", ...accept !== undefined && { accept } },
      ...options.signal && { signal: options.signal },
    });
  } catch (error) {
    options.signal?.throwIfAborted();
    throw new UpgradeError(`${url.host} cannot be reached: ${reason(error)}`);
  }
  if (response.status === 200) return response;
  await response.body?.cancel();
  const limited = response.status === 403 || response.status === 429;
  throw new UpgradeError(
    `${url} answered ${response.status}` +
      (limited ? "; GitHub takes 60 questions an hour from one address. Try later" : ""),
  );
}

/** A whole small file. `most`: bytes. */
export async function getSmall(
  url: URL,
  most: number,
  options: FetchOptions,
  accept?: string,
): Promise<Uint8Array<ArrayBuffer>> {
  const timeout = AbortSignal.timeout(TIMEOUT_MS);
  const signal = options.signal ? AbortSignal.any([options.signal, timeout]) : timeout;
  try {
    const response = await get(url, { ...options, signal }, accept);
    const parts: Uint8Array[] = [];
    let size = 0;
    for await (const part of response.body ?? []) {
      size += part.length;
      if (size > most) throw new UpgradeError(`${url} is larger than ${most} bytes; refused`);
      parts.push(part);
    }
    const bytes = new Uint8Array(size);
    let at = 0;
    for (const part of parts) {
      bytes.set(part, at);
      at += part.length;
    }
    return bytes;
  } catch (error) {
    if (error instanceof UpgradeError) throw error;
    options.signal?.throwIfAborted();
    if (timeout.aborted) {
      throw new UpgradeError(`${url.host} did not answer within ${TIMEOUT_MS / 1000} s. Try later`);
    }
    throw new UpgradeError(`${url} could not be read: ${reason(error)}`);
  }
}

function reason(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

async function mayReach(host: string): Promise<boolean> {
  const { state } = await Deno.permissions.query({ name: "net", host });
  return state === "granted";
}

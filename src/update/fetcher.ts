/** Requests for release information: bounded in time and size, refused clearly where we may not. */
import { mayReach, notReachable } from "../config/reach.ts";
import { UpgradeError } from "./errors.ts";

export interface FetchOptions {
  fetch?: typeof fetch;
  signal?: AbortSignal;
  /** The key of the config that names the address. */
  key?: string;
}

/** Answers slower than this count as none. */
const TIMEOUT_MS = 10_000;

/** So many redirects in a row are followed. */
const MOST_REDIRECTS = 5;

/**
 * Follows redirects by itself: each host on the way needs a permission of its own.
 *
 * @throws {UpgradeError} not reachable, not permitted, or not answered with 200
 */
export async function get(start: URL, options: FetchOptions, accept?: string): Promise<Response> {
  let url = start;
  let { key } = options;
  for (let redirects = 0; redirects <= MOST_REDIRECTS; redirects++) {
    const response = await ask(url, options, accept, key);
    if (response.status === 200) return response;
    await response.body?.cancel();
    const next = response.status >= 300 ? response.headers.get("location") : null;
    if (response.status >= 400 || next === null || !URL.canParse(next, url)) {
      throw new UpgradeError(`${url} answered ${response.status}${limited(response.status)}`);
    }
    url = new URL(next, url);
    key = undefined;
  }
  throw new UpgradeError(`${start} redirects more than ${MOST_REDIRECTS} times; refused`);
}

async function ask(
  url: URL,
  options: FetchOptions,
  accept: string | undefined,
  key: string | undefined,
): Promise<Response> {
  if (!/^https?:$/.test(url.protocol)) {
    throw new UpgradeError(`${url} cannot be asked for releases: it is not http or https`);
  }
  if (!await mayReach(url)) throw new UpgradeError(notReachable(url, key));
  try {
    return await (options.fetch ?? fetch)(url, {
      headers: { "user-agent": "ductor", ...accept !== undefined && { accept } },
      redirect: "manual",
      ...options.signal && { signal: options.signal },
    });
  } catch (error) {
    options.signal?.throwIfAborted();
    throw new UpgradeError(`${url.host} cannot be reached: ${reason(error)}`);
  }
}

function limited(status: number): string {
  return status === 403 || status === 429
    ? "; GitHub takes 60 questions an hour from one address. Try later"
    : "";
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

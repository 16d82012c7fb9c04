/** Reads what a stranger sends, but not too much of it and not for too long. */
import { LATE, within } from "../base/async/within.ts";
import type { Clock } from "../base/clock.ts";

export interface BodyLimits {
  maxBytes: number;
  /** For the whole body. */
  timeoutMs: number;
  clock: Clock;
}

/** @returns The bytes, or why they were not taken; the rest is not read then. */
export async function readBody(
  request: Request,
  { maxBytes, timeoutMs, clock }: BodyLimits,
): Promise<Uint8Array | "too_large" | "too_slow" | "broken"> {
  if (request.body === null) return new Uint8Array();
  const reader = request.body.getReader();
  const read = await within(readAll(reader, maxBytes), timeoutMs, { clock });
  reader.cancel().catch(() => {});
  return read === LATE ? "too_slow" : read;
}

const UNPACK = { gzip: "gunzip", "x-gzip": "gunzip", deflate: "inflate", br: "brotliDecompress" };

/** The body as it was before it was packed, by its `Content-Encoding`, and no more than `maxBytes`. */
export async function unpack(
  bytes: Uint8Array,
  encoding: string,
  maxBytes: number,
): Promise<Uint8Array | "too_large" | "broken" | "unknown"> {
  const name = encoding.trim().toLowerCase();
  if (name === "" || name === "identity") return bytes;
  if (!Object.hasOwn(UNPACK, name)) return "unknown";
  const zlib = await import("node:zlib");
  const unpacked = zlib[`${UNPACK[name as keyof typeof UNPACK]}Sync` as "gunzipSync"];
  try {
    return new Uint8Array(unpacked(bytes, { maxOutputLength: maxBytes }));
  } catch (error) {
    const { code } = error as { code?: string };
    return code === "ERR_BUFFER_TOO_LARGE" ? "too_large" : "broken";
  }
}

async function readAll(
  reader: ReadableStreamDefaultReader<Uint8Array>,
  maxBytes: number,
): Promise<Uint8Array | "too_large" | "broken"> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  try {
    while (true) {
      const { value, done } = await reader.read();
      if (done) return concat(chunks, size);
      size += value.length;
      if (size > maxBytes) return "too_large";
      chunks.push(value);
    }
  } catch {
    return "broken"; // the sender went away
  }
}

function concat(chunks: Uint8Array[], size: number): Uint8Array {
  if (chunks.length === 1) return chunks[0]!;
  const bytes = new Uint8Array(size);
  let at = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, at);
    at += chunk.length;
  }
  return bytes;
}

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

const UNPACK = {
  gzip: ["gunzipSync"],
  "x-gzip": ["gunzipSync"],
  // With zlib's head, as the standard says; some leave it out.
  deflate: ["inflateSync", "inflateRawSync"],
  br: ["brotliDecompressSync"],
} as const;

/**
 * The body as it was before it was packed, by its `Content-Encoding` (the last was done last), and no
 * more than `maxBytes`.
 */
export async function unpack(
  bytes: Uint8Array,
  encoding: string,
  maxBytes: number,
): Promise<Uint8Array | "too_large" | "broken" | "unknown"> {
  const names = encoding.toLowerCase().split(",").map((name) => name.trim())
    .filter((name) => name !== "" && name !== "identity");
  if (names.length === 0) return bytes;
  if (names.length > 3 || !names.every((name) => Object.hasOwn(UNPACK, name))) return "unknown";
  const zlib = await import("node:zlib");
  let unpacked: Uint8Array | undefined = bytes;
  for (const name of names.toReversed()) {
    const packed: Uint8Array = unpacked;
    unpacked = undefined;
    for (const way of UNPACK[name as keyof typeof UNPACK]) {
      try {
        unpacked ??= new Uint8Array(zlib[way](packed, { maxOutputLength: maxBytes }));
      } catch (error) {
        if ((error as { code?: string }).code === "ERR_BUFFER_TOO_LARGE") return "too_large";
      }
    }
    if (unpacked === undefined) return "broken";
  }
  return unpacked;
}

/**
 * The body as text: UTF-8, unless its first bytes or the `charset` of its type say otherwise.
 * `undefined`: it is no such text.
 */
export function textOf(body: Uint8Array, type: string | null): string | undefined {
  const named = /;\s*charset\s*=\s*"?([\w.:-]+)/i.exec(type ?? "")?.[1] ?? "utf-8";
  const mark = body[0] === 0xff && body[1] === 0xfe
    ? "utf-16le"
    : body[0] === 0xfe && body[1] === 0xff
    ? "utf-16be"
    : undefined;
  try {
    return decoderOf(mark ?? named).decode(body);
  } catch {
    return undefined;
  }
}

function decoderOf(name: string): TextDecoder {
  try {
    return new TextDecoder(name, { fatal: true });
  } catch {
    return new TextDecoder("utf-8", { fatal: true }); // a charset nobody knows
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

/** The few cryptographic steps the checks are made of. None of them throws, whatever it is given. */
import { Buffer } from "node:buffer";
import { createHash, createHmac, randomBytes, timingSafeEqual } from "node:crypto";

/** Seconds a signed time may be off, either way. */
const TOLERANCE_SECONDS = 300;

export type Algorithm = "sha256" | "sha1" | "sha512";

export function digest(
  algorithm: Algorithm,
  secret: string | Uint8Array,
  signed: Uint8Array,
  encoding: "hex" | "base64",
): string {
  return createHmac(algorithm, secret).update(signed).digest(encoding);
}

/**
 * Compares in a time that depends on neither text: both are hashed first, so that length and
 * characters outside ASCII make no difference either.
 */
export function equal(a: string, b: string): boolean {
  return timingSafeEqual(hash(a), hash(b));
}

function hash(text: string): Buffer {
  return createHash("sha256").update(text, "utf8").digest();
}

/** Whether a time in seconds, as a sender writes it, is near enough to `now` (ms). */
export function isRecent(seconds: string, now: number): boolean {
  if (!/^\d{1,12}$/.test(seconds)) return false;
  return Math.abs(Number(seconds) - Math.floor(now / 1000)) <= TOLERANCE_SECONDS;
}

export function unixSeconds(now: number): string {
  return String(Math.floor(now / 1000));
}

/** What senders sign: some text, then the body as it is. */
export function join(prefix: string, body: Uint8Array): Uint8Array {
  return new Uint8Array(Buffer.concat([Buffer.from(prefix, "utf8"), body]));
}

export function bytesOf(length: number): Buffer {
  return randomBytes(length);
}

/** 32 random bytes for a URL or a header. */
export function newToken(): string {
  return randomBytes(32).toString("base64url");
}

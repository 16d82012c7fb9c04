import { Buffer } from "node:buffer";
import { timingSafeEqual } from "node:crypto";

/** A new secret for the page's address: 192 bits, safe in a path. */
export function newSecret(): string {
  return Buffer.from(crypto.getRandomValues(new Uint8Array(24))).toString("base64url");
}

/**
 * Decides whether a request may reach the chat. Whoever can write into it can make an agent run
 * commands, so any other web page that the person has open must be kept out:
 *
 * - the secret is part of the path, not a cookie: cookies of 127.0.0.1 would go to every other
 *   local web server too, whatever its port
 * - `Host` must be ours, so that a foreign name that resolves to 127.0.0.1 (DNS rebinding) is refused
 * - `Origin` must be ours where a browser sends one, and is required for whatever changes something
 * - `Sec-Fetch-Site` must not say that another site asks, except for opening the page itself
 */
export class Guard {
  readonly #secret: Uint8Array;
  readonly #hosts: ReadonlySet<string>;

  constructor(secret: string, port: number) {
    this.#secret = new TextEncoder().encode(secret);
    this.#hosts = new Set([`127.0.0.1:${port}`, `localhost:${port}`]);
  }

  /** The reason for refusing, or undefined. `secret` is the first part of the path. */
  refuse(request: Request, secret: string): string | undefined {
    const host = request.headers.get("host") ?? "";
    if (!this.#hosts.has(host)) return "This address is not the one that ductor listens on.";
    const origin = request.headers.get("origin");
    const changes = request.method !== "GET" && request.method !== "HEAD";
    if (origin === null ? changes : origin !== `http://${host}`) {
      return "Only the chat page itself may ask for this.";
    }
    const site = request.headers.get("sec-fetch-site");
    const opens = request.headers.get("sec-fetch-mode") === "navigate" &&
      request.headers.get("sec-fetch-dest") === "document" && !changes;
    if (site !== null && site !== "same-origin" && site !== "none" && !opens) {
      return "Only the chat page itself may ask for this.";
    }
    if (!this.#knows(secret)) return "Open the address that ductor shows in the terminal.";
    return undefined;
  }

  #knows(secret: string): boolean {
    const given = new TextEncoder().encode(secret);
    return given.length === this.#secret.length && timingSafeEqual(given, this.#secret);
  }
}

/** Headers of every answer: nothing from elsewhere, no frames, no guessing of types. */
export const SECURITY_HEADERS: Readonly<Record<string, string>> = {
  "content-security-policy": [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self' blob:",
    "media-src 'self' blob:",
    "connect-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join("; "),
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-resource-policy": "same-origin",
  "referrer-policy": "no-referrer",
  "x-content-type-options": "nosniff",
  "cache-control": "no-store",
};

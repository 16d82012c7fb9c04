/**
 * Whom the bot may connect to: asked before each connection to an address that a redirect names, or
 * a config that has changed since, because Deno calls a refusal a network error.
 *
 * @module
 */

/** Whom it contacts by itself; docs/permissions.md says why. */
export const CONTACTED = [
  "https://api.telegram.org",
  "https://api.github.com",
  "https://github.com",
  // Where GitHub keeps the files of releases: it redirects to one of these.
  "https://release-assets.githubusercontent.com",
  "https://objects.githubusercontent.com",
  "https://api.openai.com",
] as const;

/** This machine, at any port. */
export const LOOPBACK = ["127.0.0.1", "localhost", "[::1]"] as const;

/**
 * A host as permissions name it: always with the port, without which `api.github.com` would be
 * another right than the granted `api.github.com:443`.
 */
export function netHost({ hostname, port, protocol }: URL): string {
  return `${hostname}:${port || (protocol === "https:" ? "443" : "80")}`;
}

/** Whether the permissions in force here let us connect to where `url` leads. */
export async function mayReach(url: URL): Promise<boolean> {
  const { state } = await Deno.permissions.query({ name: "net", host: netHost(url) });
  return state === "granted";
}

/**
 * What is said when they do not. Only the bot has such limits.
 *
 * @param key Of the config, when it names the address.
 */
export function notReachable(url: URL, key?: string): string {
  const host = netHost(url);
  return key === undefined
    ? `Cannot connect to ${host}: the bot may only reach the addresses in its config, and another ` +
      "one led there. `ductor upgrade` on the computer may"
    : `Cannot connect to ${host}, which ${key} in the config names: the bot may only reach what its ` +
      "config named when it started. Restart it: /restart";
}

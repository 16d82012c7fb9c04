/**
 * Whom this program may connect to: asked before each connection to an address that a config or a
 * redirect names, because Deno stops and asks on a terminal, and calls it a network error elsewhere.
 *
 * @module
 */

/** Whom it contacts by itself. deno.json grants each with its port; docs/permissions.md says why. */
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

/** Whether the permissions in force let this program connect to where `url` leads. */
export async function mayReach(url: URL): Promise<boolean> {
  const { state } = await Deno.permissions.query({ name: "net", host: netHost(url) });
  return state === "granted";
}

/**
 * What is said when they do not.
 *
 * @param key Of the config, when it names the address.
 */
export function notReachable(url: URL, key?: string): string {
  const named = key === undefined ? "" : `, which ${key} in the config names`;
  return `Cannot connect to ${netHost(url)}${named}: the permissions of this program name ` +
    "Telegram, GitHub, " +
    "OpenAI and this machine only. Make it reachable on 127.0.0.1 (by an SSH tunnel, say), or add " +
    "it under permissions in deno.json and recompile ductor";
}

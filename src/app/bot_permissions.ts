/**
 * What the bot itself may do, worked out from its home and config when it starts: it runs in a thread
 * that has these and no more. docs/permissions.md gives each its reason.
 *
 * @module
 */
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { configHomeOf, PROVIDER_NAMES, PROVIDERS } from "../agents/provider.ts";
import type { Home } from "../config/home.ts";
import { CONTACTED, LOOPBACK, mayReach, netHost } from "../config/reach.ts";
import type { Config } from "../config/schema.ts";

type Named = Pick<Config, "telegram_api_root" | "update" | "webhooks">;

export interface BotPermissionsOptions {
  home: Home;
  /** `undefined`: it cannot be used; the bot says so and ends. */
  config: Named | undefined;
  env(name: string): string | undefined;
  /** The program that an upgrade replaces; absent when it runs from its sources. */
  executable?: string;
}

export async function botPermissions(
  options: BotPermissionsOptions,
): Promise<Deno.PermissionOptionsObject> {
  return {
    read: "inherit",
    run: "inherit",
    env: "inherit",
    sys: "inherit",
    write: await writable(options),
    net: await reachable(options),
    ffi: false,
    import: false,
  };
}

/** Folders, and where they really are: each is asked for by the path that the writer knows. */
export async function writable(
  { home, env, executable }: Omit<BotPermissionsOptions, "config">,
): Promise<string[]> {
  const folders = [home.root, tmpdir(), ...await linkedFrom(home)];
  for (const name of home.userHome === undefined ? [] : PROVIDER_NAMES) {
    folders.push(
      join(configHomeOf(name, home.userHome!, env)!, PROVIDERS[name].skillFolder),
    );
  }
  if (executable !== undefined) {
    const real = await Deno.realPath(executable).catch(() => executable);
    folders.push(dirname(executable), dirname(real));
  }
  const real = await Promise.all(folders.map((path) => Deno.realPath(path).catch(() => path)));
  return [...new Set([...folders, ...real])];
}

/**
 * Folders that parts of the home are links to (a config in a folder of dotfiles). The folder a file
 * is in, because it is written anew beside itself.
 */
async function linkedFrom(home: Home): Promise<string[]> {
  const found: string[] = [];
  for (const folder of [home.root, home.configDir]) {
    for (const { name, isSymlink } of await Array.fromAsync(Deno.readDir(folder)).catch(() => [])) {
      if (!isSymlink) continue;
      const path = await Deno.realPath(join(folder, name)).catch(() => undefined);
      if (path === undefined) continue;
      found.push((await Deno.stat(path)).isDirectory ? path : dirname(path));
    }
  }
  return found;
}

/** Where webhooks are received, as a URL: listening needs the same right as connecting. */
function listenUrl({ host, port }: Config["webhooks"]): string {
  const bare = host.replaceAll(/[[\]]/g, "");
  return `http://${bare.includes(":") ? `[${bare}]` : bare}:${port}`;
}

/** Hosts with their ports, of those that this program may reach at all. */
async function reachable({ config, env }: BotPermissionsOptions): Promise<string[]> {
  const needed: Partial<Record<typeof CONTACTED[number], boolean>> = {
    // Stands in the config when it is wanted.
    "https://api.telegram.org": false,
    "https://api.openai.com": Boolean(env("OPENAI_API_KEY")),
  };
  const urls = CONTACTED.filter((url) => needed[url] ?? true);
  const named = config === undefined
    ? []
    : [config.telegram_api_root, config.update.url, listenUrl(config.webhooks)]
      .filter((url) => URL.canParse(url));
  const granted = await Promise.all(
    [...urls, ...named].map(async (text) => {
      const url = new URL(text);
      return await mayReach(url) ? [netHost(url)] : [];
    }),
  );
  return [...new Set([...LOOPBACK, ...granted.flat()])];
}

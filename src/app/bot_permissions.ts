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
import { CONTACTED, LOOPBACK, netHost } from "../config/reach.ts";
import type { Config } from "../config/schema.ts";
import { newPath } from "../update/replace.ts";

type Named = Pick<Config, "telegram_api_root" | "update" | "webhooks" | "docker">;

/** What the bot starts, looked for on PATH; docs/permissions.md says what for. */
const PROGRAMS: readonly string[] = [
  ...PROVIDER_NAMES.map((name) => PROVIDERS[name].program),
  ...["sh", "ln", "env", "git", "ffmpeg", "ffprobe", "whisper", "whisper-cli", "systemd-run"],
];
/** Started by their paths. */
const SYSTEM = ["/bin/sh", "/bin/ps", "/usr/bin/env"];
/** Where the system says temporary files go. */
const TEMPORARY = ["TMPDIR", "TMP", "TEMP"];

export interface BotPermissionsOptions {
  home: Home;
  /** `undefined`: it cannot be used; the bot says so and ends. */
  config: Named | undefined;
  env(name: string): string | undefined;
  /** This program, or the Deno that runs its sources. */
  executable: string;
  /** Whether it is a program that an upgrade may replace. */
  replaceable: boolean;
  os?: typeof Deno.build.os;
}

export async function botPermissions(
  options: BotPermissionsOptions,
): Promise<Deno.PermissionOptionsObject> {
  return {
    read: "inherit",
    run: runnable(options),
    env: TEMPORARY,
    sys: "inherit",
    write: await writable(options),
    net: reachable(options),
    ffi: false,
    import: false,
  };
}

/** Folders, and where they really are: each is asked for by the path that the writer knows. */
async function writable(
  { home, env, executable, replaceable }: BotPermissionsOptions,
): Promise<string[]> {
  const temporary = TEMPORARY.map(env).filter((path) => path !== undefined);
  const folders = [home.root, tmpdir(), ...temporary, ...await linkedFrom(home)];
  for (const name of home.userHome === undefined ? [] : PROVIDER_NAMES) {
    folders.push(
      join(configHomeOf(name, home.userHome!, env)!, PROVIDERS[name].skillFolder),
    );
  }
  if (replaceable) {
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

/**
 * Programs by their paths, also where there is none yet: what is installed later can be used at once.
 * On Windows everything: there the CLIs are started in ways that are not tried with a list.
 */
function runnable(
  { config, env, executable, replaceable, os = Deno.build.os }: BotPermissionsOptions,
): "inherit" | string[] {
  if (os === "windows") return "inherit";
  const engine = config?.docker.command;
  const names = [...PROGRAMS, ...engine === undefined ? [] : [engine]];
  const folders = (env("PATH") ?? "").split(":").filter((folder) => folder !== "");
  const found = names.flatMap((name) =>
    name.includes("/") ? [name] : folders.map((folder) => join(folder, name))
  );
  const own = [executable, ...replaceable ? [newPath(executable)] : []];
  return [...new Set([...SYSTEM, ...own, ...found])];
}

/** Hosts with their ports. */
function reachable({ config, env }: Pick<BotPermissionsOptions, "config" | "env">): string[] {
  const needed: Partial<Record<typeof CONTACTED[number], boolean>> = {
    // Stands in the config when it is wanted.
    "https://api.telegram.org": false,
    "https://api.openai.com": Boolean(env("OPENAI_API_KEY")),
  };
  const urls = [
    ...CONTACTED.filter((url) => needed[url] ?? true),
    config?.telegram_api_root,
    config?.update.url,
    config && listenUrl(config.webhooks),
    env("OPENAI_API_KEY") && env("OPENAI_BASE_URL"),
  ].filter((url) => url && URL.canParse(url)).map((url) => netHost(new URL(url!)));
  return [...new Set([...LOOPBACK, ...urls])];
}

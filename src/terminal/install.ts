/**
 * Puts ductor's hooks into the settings of the CLIs and takes them out again. What stood there before
 * is kept, so that it comes back exactly, unless somebody has changed the file since.
 */
import { readFileIfExists, writeFileAtomic } from "../base/atomic_file.ts";
import { dirname, join } from "node:path";
import { z } from "zod";
import { configHomeOf, PROVIDER_NAMES, type ProviderName, PROVIDERS } from "../agents/provider.ts";
import type { HookFacts } from "../agents/facts.ts";
import { isObject } from "../base/shape.ts";
import { parseJson } from "../base/jsonc.ts";
import { JsonFile } from "../base/json_file.ts";
import { isFolder } from "../base/on_disk.ts";
import type { Home } from "../config/home.ts";
import { commandOf, type Hooks, ownHooks, quote, withHooks, withoutHooks } from "./settings.ts";

/** Seconds; a little longer than a question stays open in the chat. */
const TIMEOUT = 1900;

export interface Target {
  provider: ProviderName;
  facts: HookFacts;
  /** Its settings, which may be missing. */
  path: string;
  hooks: Hooks;
}

/**
 * What there is to know of a target. `absent`: the CLI was never used here; `other`: hooks of ours
 * stand there, but not as this program would write them.
 */
export type State =
  | { is: "absent" | "out" | "in" }
  | { is: "other"; commands: string[] }
  | { is: "off" }
  | { is: "broken"; why: string };

const before = z.record(
  z.string(),
  z.object({ before: z.string().nullable(), after: z.string() }),
);

export interface InstallOptions {
  home: Home;
  program: readonly string[];
  env(name: string): string | undefined;
}

export class Installer {
  readonly #kept: JsonFile<z.infer<typeof before>>;
  readonly targets: readonly Target[];

  constructor({ home, program, env }: InstallOptions) {
    this.#kept = new JsonFile(home.terminalHooksFile, { schema: before, defaultValue: () => ({}) });
    this.targets = PROVIDER_NAMES.flatMap((provider) => {
      const { hooks: facts }: { hooks?: HookFacts } = PROVIDERS[provider];
      const folder = configHomeOf(provider, home.userHome, env);
      if (!facts || folder === undefined) return [];
      const hooks = Object.fromEntries(facts.events.map((event) => {
        const waits = event === facts.asks;
        const conditions = [
          ...facts.attended ? [facts.attended] : [],
          // So often that not even a program is started for nothing.
          ...event.startsWith("PostToolUse") ? [`[ -e ${quote(home.terminalAsksFile)} ]`] : [],
        ];
        const command = commandOf({
          provider,
          program,
          socket: home.terminalSocket,
          conditions,
          waits,
        });
        return [event, { command, ...waits && { timeout: TIMEOUT } }];
      }));
      return [{ provider, facts, path: join(folder, facts.file), hooks }];
    });
  }

  async state({ path, hooks }: Target): Promise<State> {
    if (!await isFolder(dirname(path))) return { is: "absent" };
    try {
      const text = await readSettings(await real(path));
      if (text === undefined) return { is: "out" };
      const own = await ownHooks(text);
      const commands = Object.values(own).flat();
      if (commands.length === 0) return { is: "out" };
      if (await withHooks(text, hooks) !== text) return { is: "other", commands };
      const settings = await parseJson(text);
      return { is: isObject(settings) && settings.disableAllHooks === true ? "off" : "in" };
    } catch (error) {
      return { is: "broken", why: error instanceof Error ? error.message : String(error) };
    }
  }

  /** @returns Whether the file was changed. */
  async install({ path, hooks }: Target): Promise<boolean> {
    const place = await real(path);
    const text = await readSettings(place);
    const wanted = await withHooks(text, hooks);
    if (wanted === text) return false;
    const had = await this.#before(path, text);
    await this.#kept.update((all) => void (all[path] = { before: had, after: wanted }));
    await write(place, wanted);
    return true;
  }

  /** @returns Whether the file was changed. */
  async uninstall({ path }: Target): Promise<boolean> {
    const place = await real(path);
    const text = await readSettings(place);
    const had = await this.#before(path, text);
    if (text !== undefined && had === null) await Deno.remove(place);
    else if (had !== null && had !== text) await write(place, had);
    await this.#kept.update((all) => void delete all[path]);
    return text !== (had ?? undefined);
  }

  /** What the file would be without hooks of ours; null: not there. */
  async #before(path: string, text: string | undefined): Promise<string | null> {
    const kept = (await this.#kept.read())[path];
    if (kept && kept.after === text) return kept.before;
    return text === undefined ? null : await withoutHooks(text);
  }
}

/** Behind links: settings that lie in a folder of dotfiles stay there. */
async function real(path: string): Promise<string> {
  const link = await Deno.lstat(path).catch(() => undefined);
  if (!link?.isSymlink) return path;
  try {
    return await Deno.realPath(path);
  } catch {
    throw new Error("it is a link to nowhere");
  }
}

/** @throws {TypeError} it is not UTF-8 */
async function readSettings(path: string): Promise<string | undefined> {
  const bytes = await readFileIfExists(path);
  return bytes && new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
}

async function write(path: string, text: string): Promise<void> {
  const mode = (await Deno.stat(path).catch(() => undefined))?.mode;
  await writeFileAtomic(
    path,
    text,
    mode === null || mode === undefined ? {} : { mode: mode & 0o777 },
  );
}

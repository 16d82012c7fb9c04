/**
 * The texts that a home folder gets: `assets/home/`, a `RULES.md` for each folder.
 *
 * A line that ends in `<!--WORD-->` is there only when WORD holds: `claude`, `codex` (that CLI is
 * installed), `claude-only`, `codex-only`, `several`, `single` (CLIs), `docker`, `host`. One that
 * ends in `<!--each-->` is there once for each CLI, with its `{{title}}` and where it has its
 * `{{skills}}`. `{{agents}}` is "`claude` or `codex`", `{{container}}` the name of the sandbox. What
 * is in here is all there is; no model has a name in these texts.
 *
 * @module
 */
import { PROVIDER_NAMES, type ProviderName, PROVIDERS } from "../agents/provider.ts";
import type { Launcher } from "../process/launcher.ts";
import type { Config } from "../config/schema.ts";

const TEMPLATES = new URL("../../assets/home/", import.meta.url);

/** Folders with rules, as in the home folder; parents first. */
export const RULE_FOLDERS = [
  "",
  "config",
  "workspace",
  "workspace/cron_tasks",
  "workspace/memory_system",
  "workspace/output_to_user",
  "workspace/skills",
  "workspace/telegram_files",
  "workspace/tools",
  "workspace/tools/cron_tools",
  "workspace/tools/telegram_tools",
  "workspace/tools/user_tools",
  "workspace/tools/webhook_tools",
] as const;

/** What the texts depend on. */
export interface TemplateFacts {
  /** The CLIs that are installed; none: the texts are written as for all of them. */
  installed: readonly ProviderName[];
  /** Name of the sandbox's container, when agents run in one. */
  container?: string;
}

/** The facts of this computer. Only looks whether the CLIs are there: starting them takes long. */
export async function templateFacts(
  launcher: Pick<Launcher, "which">,
  { docker }: Pick<Config, "docker">,
): Promise<TemplateFacts> {
  const installed: ProviderName[] = [];
  for (const name of PROVIDER_NAMES) {
    if (await launcher.which(PROVIDERS[name].program) !== undefined) installed.push(name);
  }
  return { installed, ...docker.enabled && { container: docker.container_name } };
}

/** The rules of one of {@link RULE_FOLDERS}. */
export async function rulesFor(folder: string, facts: TemplateFacts): Promise<string> {
  const path = folder === "" ? "RULES.md" : `${folder}/RULES.md`;
  return render(await template(path), facts);
}

/** The memory as it begins. */
export function firstMemory(): Promise<string> {
  return template("workspace/memory_system/MAINMEMORY.md");
}

/** Fills a text in. */
export function render(text: string, { installed, container }: TemplateFacts): string {
  const here = installed.length === 0
    ? PROVIDER_NAMES
    : PROVIDER_NAMES.filter((name) => installed.includes(name));
  const holds = new Map<string, boolean>([
    ...PROVIDER_NAMES.flatMap((name): [string, boolean][] => [
      [name, here.includes(name)],
      [`${name}-only`, here.includes(name) && here.length === 1],
    ]),
    ["several", here.length > 1],
    ["single", here.length === 1],
    ["docker", container !== undefined],
    ["host", container === undefined],
  ]);
  const agents = new Intl.ListFormat("en-GB", { type: "disjunction" })
    .format(here.map((name) => `\`${name}\``));
  return text.split("\n").flatMap((line) => {
    const [, kept, word] = /^(.*?) ?<!--([a-z-]+)-->$/.exec(line) ?? [];
    if (kept === undefined || word === undefined) return [line];
    if (word === "each") return here.map((name) => ofProvider(kept, name));
    const held = holds.get(word);
    if (held === undefined) throw new TypeError(`A template asks for "${word}"`);
    return held ? [kept] : [];
  }).join("\n").replaceAll("{{container}}", container ?? "").replaceAll("{{agents}}", agents);
}

function ofProvider(line: string, name: ProviderName): string {
  const { title, configHome, skillFolder } = PROVIDERS[name];
  return line.replaceAll("{{title}}", title)
    .replaceAll("{{skills}}", `~/${configHome.folder}/${skillFolder}`);
}

function template(path: string): Promise<string> {
  return Deno.readTextFile(new URL(path, TEMPLATES));
}

/**
 * The texts that a home folder gets: `assets/home/`, a `RULES.md` for each folder.
 *
 * A line that ends in `<!--WORD-->` is there only when WORD holds: `claude`, `codex` (that CLI is
 * installed), `both`, `claude-only`, `codex-only`, `docker`, `host`. `{{container}}` is the name of
 * the sandbox. What is in here is all there is; no model has a name in these texts.
 *
 * @module
 */
import type { ProviderName } from "../agents/agent.ts";
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

/** The names that the rules of a folder have; nothing that cleans up may remove them. */
export const RULE_FILES = ["CLAUDE.md", "AGENTS.md"] as const;

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
  for (const name of ["claude", "codex"] as const) {
    if (await launcher.which(name) !== undefined) installed.push(name);
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
  const has = (name: ProviderName) => installed.length === 0 || installed.includes(name);
  const [claude, codex] = [has("claude"), has("codex")];
  const holds: Record<string, boolean> = {
    claude,
    codex,
    "both": claude && codex,
    "claude-only": claude && !codex,
    "codex-only": codex && !claude,
    docker: container !== undefined,
    host: container === undefined,
  };
  return text.split("\n").flatMap((line) => {
    const [, kept, word] = /^(.*?) ?<!--([a-z-]+)-->$/.exec(line) ?? [];
    if (kept === undefined || word === undefined) return [line];
    if (holds[word] === undefined) throw new TypeError(`A template asks for "${word}"`);
    return holds[word] ? [kept] : [];
  }).join("\n").replaceAll("{{container}}", container ?? "");
}

function template(path: string): Promise<string> {
  return Deno.readTextFile(new URL(path, TEMPLATES));
}

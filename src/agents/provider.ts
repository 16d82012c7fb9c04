/**
 * The table of providers: a row for each agent CLI that ductor can drive. Whatever depends on which
 * providers there are (config, command line, panels, rule files, sandbox, texts) goes through this
 * table, so a new one is a folder beside this file and a row here, and nothing else.
 *
 * The table is light: a provider's code is loaded when its agent is made.
 */
import { join } from "node:path";
import type { Launcher } from "../process/launcher.ts";
import { ACP_EFFORT, type AcpEntry, acpFacts, KNOWN } from "./acp/facts.ts";
import type { Agent } from "./agent.ts";
import { claude } from "./claude/facts.ts";
import { codex } from "./codex/facts.ts";
import type { AgentOptions, ProviderFacts } from "./facts.ts";
import { processEnv } from "../base/process_env.ts";

interface Row extends ProviderFacts {
  create(options: AgentOptions): Promise<Agent>;
}

/** The first one is the provider of a new config, and where all else is equal. */
const TABLE = {
  claude: {
    ...claude,
    create: async (options: AgentOptions) =>
      new (await import("./claude/agent.ts")).ClaudeAgent(options),
  },
  codex: {
    ...codex,
    create: async (options: AgentOptions) =>
      new (await import("./codex/agent.ts")).CodexAgent(options),
  },
} satisfies Record<string, Row>;

/**
 * Names of the providers: in the config, in `sessions.json`, on the command line. Those that
 * {@link learn} adds are not known to the compiler.
 */
export type ProviderName = keyof typeof TABLE;

/** Keys of the config that say how hard a provider thinks. */
export type EffortKey =
  | (typeof TABLE)[ProviderName]["effort"]["key"]
  | typeof ACP_EFFORT.key;

/** A row of the table. */
export interface Provider extends Row {
  readonly effort: Row["effort"] & { readonly key: EffortKey };
}

const rows: Record<ProviderName, Provider> = { ...TABLE };

export const PROVIDERS: Readonly<Record<ProviderName, Provider>> = rows;

/** In the order in which they are shown. */
export const PROVIDER_NAMES = Object.keys(TABLE) as [ProviderName, ...ProviderName[]];

/** The provider of a new config. */
export const DEFAULT_PROVIDER = PROVIDER_NAMES[0];

/** Names of the rule files, each once. */
const ruleFiles = [...new Set(PROVIDER_NAMES.map((name) => PROVIDERS[name].ruleFile))];

export const RULE_FILES: readonly string[] = ruleFiles;

/** What is known, before the program starts, about agents beside those of the table. */
export interface Learnt {
  /** `agents.acp` of the config. */
  entries: Readonly<Record<string, AcpEntry>>;
  /** The config's `provider`: one that has been uninstalled is missing, and no mistake. */
  chosen?: string | undefined;
  /** Whether a program is on this machine. */
  isInstalled(program: string): Promise<boolean>;
}

/**
 * Adds a row for each agent of the Agent Client Protocol that the config names, or that is known and
 * on this machine. Has to be done before anything that is made from the table is loaded.
 */
export async function learn({ entries, chosen, isInstalled }: Learnt): Promise<void> {
  for (const name of new Set([...Object.keys(KNOWN), ...Object.keys(entries)])) {
    if (isProvider(name)) continue;
    const { facts, args, env } = acpFacts(name, entries[name]);
    const wanted = Object.hasOwn(entries, name) || name === chosen;
    if (!wanted && !await isInstalled(facts.program)) continue;
    rows[name as ProviderName] = {
      ...facts,
      create: async (options: AgentOptions) =>
        new (await import("./acp/agent.ts")).AcpAgent({
          ...options,
          provider: name,
          cli: facts,
          args,
          env: { ...env, ...options.env },
        }),
    };
    PROVIDER_NAMES.push(name as ProviderName);
    if (!ruleFiles.includes(facts.ruleFile)) ruleFiles.push(facts.ruleFile);
  }
}

export function isProvider(name: string): name is ProviderName {
  return Object.hasOwn(PROVIDERS, name);
}

/** Something for each provider. */
export function eachProvider<T>(make: (name: ProviderName) => T): Record<ProviderName, T> {
  return Object.fromEntries(PROVIDER_NAMES.map((name) => [name, make(name)])) as Record<
    ProviderName,
    T
  >;
}

/** All of them in a sentence: "Claude Code and Codex". */
export function allTitles(type: "and" | "or" = "and"): string {
  const list = new Intl.ListFormat("en-GB", {
    type: type === "and" ? "conjunction" : "disjunction",
  });
  return list.format(PROVIDER_NAMES.map((name) => PROVIDERS[name].title));
}

/** Where a CLI of this machine keeps its settings; undefined: the user's home is not known. */
export function configHomeOf(
  name: ProviderName,
  userHome: string | undefined,
  env: (name: string) => string | undefined = (name) => processEnv.get(name),
): string | undefined {
  const { variable, folder } = PROVIDERS[name].configHome;
  return env(variable) || (userHome === undefined ? undefined : join(userHome, folder));
}

export interface AgentsOptions {
  launcher: Launcher;
  /** How to start a CLI, where it is not by its own name: a path, or this with first arguments. */
  commands?: Partial<Record<ProviderName, string | readonly string[]>>;
  /** Folder for what they note down; absent: they note nothing. */
  stateDir?: string;
}

/** The agents of all providers; starts none of them. */
export async function createAgents(
  { launcher, commands = {}, stateDir }: AgentsOptions,
): Promise<Record<ProviderName, Agent>> {
  const made = await Promise.all(PROVIDER_NAMES.map(async (name) => {
    const command = commands[name];
    const options = {
      launcher,
      ...command !== undefined && { command },
      ...stateDir !== undefined && { stateDir },
    };
    return [name, await PROVIDERS[name].create(options)] as const;
  }));
  return Object.fromEntries(made) as Record<ProviderName, Agent>;
}

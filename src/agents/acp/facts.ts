/**
 * What there is to know about agents that speak the Agent Client Protocol without starting them:
 * those that are known by name, and what a config says about others.
 */
import type { ProviderFacts } from "../facts.ts";

/** One entry of `agents.acp` in the config. */
export interface AcpEntry {
  /** The program and its arguments; absent: as it is known. */
  command?: readonly string[] | undefined;
  env?: Readonly<Record<string, string>> | undefined;
  title?: string | undefined;
}

/** What is known of an agent by its name. */
interface Known {
  title: string;
  shortTitle?: string;
  command: readonly [string, ...string[]];
  package: string;
  docs: string;
  /** What to type to log in. */
  logIn: string;
  ruleFile?: string;
  configHome: { variable: string; folder: string };
  /** Added to its environment. */
  env?: Readonly<Record<string, string>>;
}

/** Key of the config that says how hard all of these think. */
export const ACP_EFFORT = {
  key: "acp_effort",
  preset: "",
  means: "How hard agents of the Agent Client Protocol think, where they offer it; empty: their " +
    "own default.",
} as const;

/** OpenCode runs everything unasked unless it is told to ask; who is asked is then our matter. */
const OPENCODE_ASKS = JSON.stringify({
  edit: "ask",
  bash: "ask",
  webfetch: "ask",
  doom_loop: "ask",
  external_directory: "ask",
});

/** Agents that are found without an entry in the config. */
export const KNOWN: Readonly<Record<string, Known>> = {
  opencode: {
    title: "OpenCode",
    command: ["opencode", "acp"],
    package: "opencode-ai",
    docs: "https://opencode.ai/docs",
    logIn: "opencode auth login",
    configHome: { variable: "OPENCODE_CONFIG_DIR", folder: ".config/opencode" },
    env: { OPENCODE_PERMISSION: OPENCODE_ASKS },
  },
  gemini: {
    title: "Gemini CLI",
    shortTitle: "Gemini",
    command: ["gemini", "--acp"],
    package: "@google/gemini-cli",
    docs: "https://geminicli.com/docs",
    logIn: "gemini",
    ruleFile: "GEMINI.md",
    configHome: { variable: "GEMINI_CLI_HOME", folder: ".gemini" },
  },
  copilot: {
    title: "GitHub Copilot CLI",
    shortTitle: "Copilot",
    command: ["copilot", "--acp"],
    package: "@github/copilot",
    docs: "https://docs.github.com/copilot/how-tos/copilot-cli",
    logIn: "copilot login",
    configHome: { variable: "COPILOT_HOME", folder: ".copilot" },
  },
  qwen: {
    title: "Qwen Code",
    shortTitle: "Qwen",
    command: ["qwen", "--acp"],
    package: "@qwen-code/qwen-code",
    docs: "https://qwenlm.github.io/qwen-code-docs",
    logIn: "qwen",
    ruleFile: "QWEN.md",
    configHome: { variable: "QWEN_HOME", folder: ".qwen" },
  },
  goose: {
    title: "Goose",
    command: ["goose", "acp"],
    package: "",
    docs: "https://block.github.io/goose",
    logIn: "goose configure",
    configHome: { variable: "GOOSE_HOME", folder: ".config/goose" },
  },
};

/** The row of an agent of that name; what the config says wins over what is known. */
export function acpFacts(name: string, entry: AcpEntry = {}) {
  const known = Object.hasOwn(KNOWN, name) ? KNOWN[name] : undefined;
  const [program, ...args] = entry.command?.length ? entry.command : known?.command ?? [name];
  const title = entry.title || known?.title || name;
  const logIn = known?.logIn ?? program!;
  const facts = {
    title,
    shortTitle: entry.title || known?.shortTitle || title,
    program: program!,
    programFolders: [],
    package: known?.package ?? "",
    install: known?.package ? `npm install -g ${known.package}` : `install ${title}`,
    update: known?.package ? `npm install -g ${known.package}@latest` : `update ${title}`,
    ways: { brew: `brew upgrade ${program}` },
    oldest: "0",
    logIn,
    logInSteps: `On the computer ductor runs on, open a terminal and run \`${logIn}\`.`,
    docs: known?.docs ?? "https://agentclientprotocol.com",
    effort: ACP_EFFORT,
    ruleFile: known?.ruleFile ?? "AGENTS.md",
    configHome: {
      variable: known?.configHome.variable ?? `${name.toUpperCase().replaceAll("-", "_")}_HOME`,
      folder: known?.configHome.folder ?? `.${name}`,
      elsewhere: "open",
    },
    skillFolder: "skills",
    // Whose model a name is can only be told from the list that the agent offers.
    models: { preset: "", always: [], likely: /(?!)/ },
    listsUnused: true,
    refusesRoot: false,
    isolation: () => [],
  } as const satisfies ProviderFacts;
  return { facts, args, env: { ...known?.env, ...entry.env } };
}

/** What there is to know about Codex without starting it. */
import type { ProviderFacts } from "../facts.ts";
import { keyOfLogin, RENEWAL } from "./login.ts";

const PACKAGE = "@openai/codex";

export const codex = {
  title: "Codex",
  shortTitle: "Codex",
  program: "codex",
  programFolders: [],
  package: PACKAGE,
  install: `npm install -g ${PACKAGE}`,
  update: `npm install -g ${PACKAGE}@latest`,
  ways: { brew: "brew upgrade --cask codex" },
  oldest: "0.169.0",
  logIn: "codex login",
  logInWithoutDesktop: "codex login --device-auth",
  logInSteps: "On the computer ductor runs on, open a terminal and run `codex login`.",
  resume: (id) => ["resume", id],
  forks: true,
  logInFromAfar: { args: ["login", "--device-auth"] },
  docs: "https://developers.openai.com/codex",
  effort: {
    // The name that the Python program gave it, when there was no other.
    key: "reasoning_effort",
    preset: "medium",
    means: "How hard Codex thinks; empty: its own default.",
  },
  ruleFile: "AGENTS.md",
  configHome: { variable: "CODEX_HOME", folder: ".codex", elsewhere: "private" },
  skillFolder: "skills",
  models: {
    preset: "",
    always: [],
    likely: /^(?:gpt|codex|o\d)/,
    file: "codex_models.json",
  },
  refusesRoot: false,
  isolation,
  hooks: {
    file: "hooks.json",
    // It has more, but its own question does not appear before a hook has answered.
    events: ["UserPromptSubmit", "Stop"],
    then: "At its next start Codex asks whether you trust them: choose “Trust all and continue”.",
  },
  login: { file: "auth.json", key: keyOfLogin, renewal: RENEWAL },
} as const satisfies ProviderFacts;

/** Codex looks upwards as far as a folder that marks a project; without markers it stays put. */
function isolation(_: readonly string[], own: readonly string[]): string[] {
  return own.some((arg) => arg.includes("project_root_markers"))
    ? []
    : ["-c", "project_root_markers=[]"];
}

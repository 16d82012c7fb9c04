/** What there is to know about Claude Code without starting it. */
import type { ProviderFacts } from "../facts.ts";
import { keyOfLogin, RENEWAL } from "./login.ts";

const PACKAGE = "@anthropic-ai/claude-code";

export const claude = {
  title: "Claude Code",
  shortTitle: "Claude",
  program: "claude",
  programFolders: [".claude/local"],
  package: PACKAGE,
  install: `npm install -g ${PACKAGE}`,
  installer: {
    posix: "curl -fsSL https://claude.ai/install.sh | bash",
    windows: "irm https://claude.ai/install.ps1 | iex",
  },
  update: `npm install -g ${PACKAGE}@latest`,
  ways: { brew: "brew upgrade --cask claude-code", own: "claude update" },
  oldest: "2.1.197",
  logIn: "claude auth login",
  logInSteps: "On the computer ductor runs on, open a terminal, start `claude` and enter `/login`.",
  resume: (id) => ["--resume", id],
  forks: true,
  logInFromAfar: { args: ["auth", "login"], pastes: true },
  docs: "https://code.claude.com/docs",
  effort: {
    key: "claude_effort",
    preset: "",
    means: "How hard Claude Code thinks; empty: its own default.",
  },
  ruleFile: "CLAUDE.md",
  configHome: { variable: "CLAUDE_CONFIG_DIR", folder: ".claude", elsewhere: "open" },
  skillFolder: "skills",
  models: {
    preset: "opus",
    // They always mean the current model of that size.
    always: ["haiku", "sonnet", "opus"],
    // `opus[1m]` is the one with its larger context.
    surely: /^(?:claude-[a-z0-9]|(?:opus|sonnet|haiku)\[1m\]$)/,
    // "anthropic/claude-…" is how agents name it that run models of many makers.
    likely: /^(?![\w-]+\/).*(?:claude|haiku|sonnet|opus)/,
  },
  refusesRoot: true,
  isolation,
  hooks: {
    file: "settings.json",
    events: [
      "PermissionRequest",
      "PostToolUse",
      "PostToolUseFailure",
      "UserPromptSubmit",
      "Notification",
      "Stop",
    ],
    asks: "PermissionRequest",
    // With `-p` it waits for the answer of a hook before it goes on.
    attended: '[ "$CLAUDE_CODE_ENTRYPOINT" = cli ] && [ "$CLAUDE_CODE_SESSION_ATTENDED" != 0 ]',
  },
  login: { file: ".credentials.json", key: keyOfLogin, renewal: RENEWAL },
} as const satisfies ProviderFacts;

/** Claude Code leaves out the files that the setting `claudeMdExcludes` names. */
function isolation(ruleFiles: readonly string[], own: readonly string[]): string[] {
  if (own.some((arg) => arg === "--settings" || arg.startsWith("--settings="))) return [];
  return ["--settings", JSON.stringify({ claudeMdExcludes: ruleFiles })];
}

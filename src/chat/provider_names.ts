import type { ProviderName } from "../agents/agent.ts";

/** What the agents are called in front of people. */
export const PROVIDER_NAMES: Record<ProviderName, string> = {
  claude: "Claude Code",
  codex: "Codex",
};

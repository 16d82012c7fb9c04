/** Which CLIs are here, and what to do about those that are not. */
import type { Agent, AuthState, ProviderName } from "../../agents/agent.ts";

export interface FoundCli extends AuthState {
  provider: ProviderName;
}

const NAMES: Record<ProviderName, string> = { claude: "Claude Code", codex: "Codex" };
const INSTALL: Record<ProviderName, string> = {
  claude: "npm install -g @anthropic-ai/claude-code",
  codex: "npm install -g @openai/codex",
};
const LOG_IN: Record<ProviderName, string> = {
  claude: "claude   (and follow what it says)",
  codex: "codex login",
};

/** Asks every CLI at once; takes a second or two. */
export async function findClis(agents: Record<ProviderName, Agent>): Promise<FoundCli[]> {
  return await Promise.all(
    Object.values(agents).map(async (agent) => ({
      provider: agent.provider,
      ...await agent.authState(),
    })),
  );
}

/** One line for each, with what to type where something is missing. */
export function describeClis(clis: readonly FoundCli[]): string {
  return clis.map((cli) => {
    const name = NAMES[cli.provider];
    const version = cli.version === undefined ? "" : ` ${cli.version}`;
    if (!cli.installed) return `✗ ${name}: not found. Install it: ${INSTALL[cli.provider]}`;
    const detail = cli.detail === undefined ? "" : ` (${cli.detail})`;
    if (cli.login === "no") {
      return `! ${name}${version}: not logged in. Log in: ${LOG_IN[cli.provider]}`;
    }
    return `✓ ${name}${version}: ${cli.login === "yes" ? "logged in" : "installed"}${detail}`;
  }).join("\n");
}

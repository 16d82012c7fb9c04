/** The agents there are: one line a provider. */
import type { Agent, ProviderName } from "./agent.ts";
import { ClaudeAgent } from "./claude/agent.ts";
import { CodexAgent } from "./codex/agent.ts";
import type { Launcher } from "../process/launcher.ts";

export interface AgentsOptions {
  launcher: Launcher;
  /** How to start a CLI, where it is not by its own name: a path, or this with first arguments. */
  commands?: Partial<Record<ProviderName, string | string[]>>;
}

export function createAgents({ launcher, commands = {} }: AgentsOptions): Record<
  ProviderName,
  Agent
> {
  const by = (command: string | string[] | undefined) => ({
    launcher,
    ...(command && { command }),
  });
  return {
    claude: new ClaudeAgent(by(commands.claude)),
    codex: new CodexAgent(by(commands.codex)),
  };
}

/** Which provider and model a conversation runs with. */
import type { Agent } from "../agents/agent.ts";
import { isProvider, PROVIDER_NAMES, type ProviderName } from "../agents/provider.ts";
import type { Config } from "../config/schema.ts";
import type { Address } from "./address.ts";
import type { Sessions } from "./sessions.ts";

export interface Choice {
  provider: ProviderName;
  /** Empty: the CLI's own default. */
  model: string;
}

export interface ChoiceContext {
  config(): Config;
  sessions: Sessions;
  agents: Record<ProviderName, Agent>;
}

/**
 * The conversation's own choice, else the config's. When that CLI is not installed and another is,
 * the other one with its default model: a program that is there beats one that is not.
 */
export async function chooseFor(
  address: Address,
  { config, sessions, agents }: ChoiceContext,
): Promise<Choice> {
  const entry = await sessions.get(address);
  const { provider, model } = config();
  const wanted: Choice = entry && isProvider(entry.provider)
    ? { provider: entry.provider, model: entry.model }
    : { provider, model };
  if (await agents[wanted.provider].isInstalled()) return wanted;
  for (const provider of PROVIDER_NAMES) {
    if (await agents[provider].isInstalled()) return { provider, model: "" };
  }
  return wanted;
}

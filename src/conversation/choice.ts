/** Which provider and model a conversation runs with. */
import type { Agent } from "../agents/agent.ts";
import { isProvider, PROVIDER_NAMES, type ProviderName, PROVIDERS } from "../agents/provider.ts";
import type { Config } from "../config/schema.ts";
import type { Project } from "../projects/project.ts";
import type { Seat } from "./address.ts";
import type { Places } from "./places.ts";
import type { Sessions } from "./sessions.ts";

export interface Choice {
  provider: ProviderName;
  /** Empty: the CLI's own default. */
  model: string;
}

export interface ChoiceContext {
  config(): Config;
  places: Pick<Places, "of">;
  sessions: Sessions;
  agents: Record<ProviderName, Agent>;
}

/**
 * The conversation's own choice where it works, else the project's, else the config's. When that CLI is not installed and another is,
 * the other one with its default model: a program that is there beats one that is not.
 */
export async function chooseFor(
  address: Seat,
  { config, places, sessions, agents }: ChoiceContext,
): Promise<Choice> {
  const { seat, project } = await places.of(address);
  const entry = await sessions.get(seat);
  const wanted: Choice = entry && isProvider(entry.provider)
    ? { provider: entry.provider, model: entry.model }
    : usualIn(project, config());
  if (await agents[wanted.provider].isInstalled()) return wanted;
  for (const provider of PROVIDER_NAMES) {
    if (await agents[provider].isInstalled()) return { provider, model: "" };
  }
  return wanted;
}

/** What runs there when nobody has chosen; a model of the config is not for another provider. */
export function usualIn(
  project: Project | undefined,
  config: Pick<Config, "provider" | "model">,
): Choice {
  const { provider = config.provider, model } = project?.settings ?? {};
  const own = provider === config.provider && !isAnothers(config.model, provider);
  return { provider, model: model ?? (own ? config.model : "") };
}

/** Whether a model is only another provider's: where the config names none, it is the first one's. */
function isAnothers(model: string, provider: ProviderName): boolean {
  return PROVIDER_NAMES.some((name) =>
    name !== provider && PROVIDERS[name].models.always.some((alias) => alias === model)
  );
}

/** Changing the model of a conversation, and saying what that means. */
import type { ModelCatalogue, ModelChoice } from "../../agents/models.ts";
import type { ChangeConfig } from "../../config/load.ts";
import type { Config } from "../../config/schema.ts";
import type { Address } from "../../conversation/address.ts";
import type { Choice } from "../../conversation/choice.ts";
import type { Conversations } from "../../conversation/conversations.ts";
import type { Places } from "../../conversation/places.ts";
import type { Sessions } from "../../conversation/sessions.ts";
import { projectChange } from "../../projects/change.ts";
import { bold, type Part } from "../../telegram/text.ts";
import { PROVIDERS } from "../../agents/provider.ts";
import { modelName } from "./names.ts";
import { texts } from "./texts.ts";

export interface SwitchNeeds {
  choose(address: Address): Promise<Choice>;
  config(): Config;
  places: Pick<Places, "of">;
  /** Changes `config.json`. */
  changeConfig(change: Partial<Config> | ChangeConfig): Promise<void>;
  sessions: Pick<Sessions, "choose" | "get">;
  conversations: Pick<Conversations, "at">;
  models: Pick<ModelCatalogue, "known">;
}

/**
 * Makes the conversation, and new ones, use this model; in a project only the conversation, there.
 * Sessions of all providers stay.
 *
 * @returns what to tell the user
 */
export async function switchModel(
  address: Address,
  { provider, model, effort }: ModelChoice & { effort?: string },
  { choose, config, places, changeConfig, sessions, conversations, models }: SwitchNeeds,
): Promise<Part[]> {
  const before = await choose(address);
  const { seat, project } = await places.of(address);
  const key = PROVIDERS[provider].effort.key;
  const change: Partial<Config> = project
    ? {}
    : { provider, model, ...effort !== undefined && { [key]: effort } };
  const changed = Object.keys(change) as (keyof Config)[];
  const was = Object.fromEntries(changed.map((key) => [key, config()[key]]));
  // First, as it may fail: then the conversation keeps what it has.
  if (!project) await changeConfig(change);
  else if (effort !== undefined) await changeConfig(projectChange(project, { effort }));
  await sessions.choose(seat, { provider, model }, { ...before, config: was });
  const parts: Part[] = [
    texts.model,
    bold(modelName({ models }, provider, model)),
    texts.of(PROVIDERS[provider].title),
    `${texts.effort(effort ?? "")}.`,
    texts.from[conversations.at(address)?.running ? "running" : "now"],
  ];
  if (before.provider === provider) return parts;
  const entry = await sessions.get(seat);
  const old = entry?.provider_sessions[before.provider];
  if (old?.session_id) {
    parts.push(`\n\n${texts.kept(PROVIDERS[before.provider].title, old.message_count)}`);
  }
  const other = entry?.provider_sessions[provider];
  if (other?.session_id) {
    parts.push(`\n\n${texts.earlier(PROVIDERS[provider].title, other.message_count)}`);
  }
  return parts;
}

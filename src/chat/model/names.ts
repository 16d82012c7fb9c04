/** What models are called in front of people, and what stands for "the CLI's own default". */
import type { Model } from "../../agents/agent.ts";
import type { ProviderName } from "../../agents/provider.ts";
import type { ModelCatalogue } from "../../agents/models.ts";
import { texts } from "./texts.ts";

/** In Claude's list; the config says "" for it. */
const DEFAULT = "default";

/** What is kept in the config for a model of a list. */
export function configName({ id }: Pick<Model, "id">): string {
  return id === DEFAULT ? "" : id;
}

/** Whether `chosen`, a name of the config, is this model. */
export function isChosen(model: Model, chosen: string, all: readonly Model[]): boolean {
  if (chosen !== "") return model.id.toLowerCase() === chosen.toLowerCase();
  return all.some(({ id }) => id === DEFAULT) ? model.id === DEFAULT : model.isDefault;
}

/** The name to show for a model of the config. Asks no CLI. */
export function modelName(
  { models }: { models: Pick<ModelCatalogue, "known"> },
  provider: ProviderName,
  chosen: string,
): string {
  if (chosen === "") return texts.default;
  return models.known(provider).find(({ id }) => id.toLowerCase() === chosen.toLowerCase())?.name ??
    chosen;
}

/** A file with the models of a provider, in the format that the original had for Codex's. */
import { z } from "zod";
import { JsonFile } from "../base/json_file.ts";
import type { Model } from "./agent.ts";

const entry = z.looseObject({
  id: z.string(),
  display_name: z.string().nullish(),
  description: z.string().nullish(),
  supported_efforts: z.array(z.string()).nullish(),
  default_effort: z.string().nullish(),
  is_default: z.boolean().nullish(),
});
const schema = z.looseObject({
  /** ISO 8601; absent while nothing was read from the CLI. */
  last_updated: z.string().nullish(),
  models: z.array(entry),
});

export interface CachedModels {
  models: readonly Model[];
  /** Milliseconds since the epoch; 0 when that is not known. */
  updated: number;
}

export class ModelCache {
  readonly #file: JsonFile<z.infer<typeof schema>>;

  constructor(path: string) {
    this.#file = new JsonFile(path, { schema, defaultValue: () => ({ models: [] }) });
  }

  async read(): Promise<CachedModels> {
    const { models, last_updated } = await this.#file.read();
    return {
      models: models.map((model) => ({
        id: model.id,
        name: model.display_name || model.id,
        description: model.description ?? "",
        efforts: model.supported_efforts ?? [],
        ...(model.default_effort && { defaultEffort: model.default_effort }),
        isDefault: model.is_default ?? false,
      })),
      updated: Date.parse(last_updated ?? "") || 0,
    };
  }

  async write({ models, updated }: CachedModels): Promise<void> {
    await this.#file.update((current) => ({
      ...current,
      last_updated: new Date(updated).toISOString(),
      models: models.map((model) => ({
        id: model.id,
        display_name: model.name,
        description: model.description,
        supported_efforts: [...model.efforts],
        default_effort: model.defaultEffort ?? "",
        is_default: model.isDefault,
      })),
    }));
  }
}

/** The models `codex app-server` offers. */
import type { Model } from "../agent.ts";
import type { Params, RpcConnection } from "../json_rpc.ts";
import { objects, text } from "../wire.ts";

/** Far more pages than there are; a server that repeats itself shall not keep us. */
const MAX_PAGES = 50;

/** Reads all pages of `model/list`. */
export async function listModels(rpc: RpcConnection, signal?: AbortSignal): Promise<Model[]> {
  const models: Model[] = [];
  let cursor: string | undefined;
  for (let page = 0; page < MAX_PAGES; page++) {
    const params = cursor === undefined ? {} : { cursor };
    const answer = await rpc.request("model/list", params, signal);
    models.push(...objects(answer, "data").flatMap(modelOf));
    cursor = text(answer, "nextCursor");
    if (cursor === undefined) break;
  }
  return models;
}

function modelOf(entry: Params): Model[] {
  // `model` is what a request takes; `id` names the entry and is the same as a rule.
  const id = text(entry, "model") ?? text(entry, "id");
  if (!id || entry.hidden === true) return [];
  const defaultEffort = text(entry, "defaultReasoningEffort");
  return [{
    id,
    name: text(entry, "displayName") ?? id,
    description: text(entry, "description") ?? "",
    efforts: objects(entry, "supportedReasoningEfforts")
      .flatMap((effort) => text(effort, "reasoningEffort") ?? []),
    ...(defaultEffort !== undefined && { defaultEffort }),
    isDefault: entry.isDefault === true,
  }];
}

/** `ductor config get`, `path` and `schema`: what is set, where that stands, what may be set. */
import { resolveHome } from "../../config/home.ts";
import { configJsonSchema } from "../../config/keys.ts";
import { peekConfig } from "../../config/load.ts";
import { type Config, defaultConfig } from "../../config/schema.ts";
import { answer } from "../reply.ts";
import { masked, valueAt } from "./settings.ts";

export function get(
  key: string | undefined,
  options: { json?: boolean; reveal?: boolean },
): Promise<number> {
  return answer(options, async () => {
    const config: Config = await peekConfig(resolveHome(Deno.env)) ?? defaultConfig();
    const value = key === undefined ? config : valueAt(config, key);
    const shown = options.reveal ? value : masked(value, key ?? "");
    return {
      json: key === undefined ? shown as object : { key, value: shown },
      text: typeof shown === "string" ? shown : JSON.stringify(shown, null, 2),
    };
  });
}

export function path(options: { json?: boolean }): Promise<number> {
  return answer(options, () => {
    const { configFile } = resolveHome(Deno.env);
    return { json: { path: configFile }, text: configFile };
  });
}

export function schema(): Promise<number> {
  return answer({}, () => {
    const json = configJsonSchema();
    return { json, text: JSON.stringify(json, null, 2) };
  });
}

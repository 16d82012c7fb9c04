/** What the schema says about each key, for those who go through all of them. */
import { z } from "zod";
import type { Applies } from "./fields.ts";
import { ConfigSchema, defaultConfig } from "./schema.ts";

/** What a JSON Schema says about a value. */
export interface Kind {
  description?: string;
  applies?: Applies;
  default?: unknown;
  type?: string;
  enum?: string[];
  const?: unknown;
  format?: string;
  minimum?: number;
  maximum?: number;
  anyOf?: Kind[];
  items?: Kind;
  /** Of a group. */
  properties?: Record<string, Kind>;
}

/** The JSON Schema of the config file: for editors, with what each key does and when it acts. */
export function configJsonSchema(): Kind {
  const schema = z.toJSONSchema(ConfigSchema, { io: "input", unrepresentable: "any" }) as Kind;
  // Zod leaves out the defaults of what may also be written as a text.
  const defaults = defaultConfig() as Record<string, unknown>;
  addDefaults(schema.properties, defaults);
  for (const [key, { properties }] of Object.entries(schema.properties ?? {})) {
    addDefaults(properties, defaults[key] as Record<string, unknown>);
  }
  return schema;
}

function addDefaults(kinds: Record<string, Kind> = {}, defaults: Record<string, unknown>): void {
  for (const [key, kind] of Object.entries(kinds)) kind.default = defaults[key];
}

/** All keys, in the order of the schema, those of groups as `group.key`. */
export function configKeys(): Map<string, Kind> {
  const { properties = {} } = configJsonSchema();
  return new Map(
    Object.entries(properties).flatMap(([key, kind]): [string, Kind][] =>
      kind.properties
        ? Object.entries(kind.properties).map(([name, inner]) => [`${key}.${name}`, inner])
        : [[key, kind]]
    ),
  );
}

/** When a change of a key or of a group acts. */
export function appliesWhen(key: string): Applies {
  const found = RESTART_KEYS.some((each) => each === key || each.startsWith(`${key}.`));
  return found ? "restart" : "live";
}

/** Keys that act from the next start on, those of groups as `group.key`. */
export const RESTART_KEYS: readonly string[] = Object.entries(ConfigSchema.shape)
  .flatMap(([key, schema]): [string, z.core.$ZodType][] => {
    const inner = schema.def.innerType;
    return inner instanceof z.ZodObject
      ? Object.entries(inner.shape).map(([name, one]) => [`${key}.${name}`, one as z.ZodType])
      : [[key, schema]];
  })
  .filter(([, schema]) => (schema as z.ZodType).meta()?.applies === "restart")
  .map(([key]) => key);

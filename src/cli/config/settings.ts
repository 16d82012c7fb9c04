/** The settings by their dotted names, read from the schema of the config. */
import { z } from "zod";
import { ConfigSchema } from "../../config/schema.ts";

export interface Setting {
  about?: string;
  /** What may be given, where that is a short list. */
  choices: readonly string[];
}

interface JsonSchema {
  description?: string;
  type?: string;
  enum?: readonly unknown[];
  properties?: Record<string, JsonSchema>;
}

/** Groups stand before what is in them. */
export function settings(): ReadonlyMap<string, Setting> {
  const json = z.toJSONSchema(ConfigSchema, { io: "input", unrepresentable: "any" });
  const found = new Map<string, Setting>();
  collect(json as JsonSchema, "", found);
  return found;
}

function collect(schema: JsonSchema, prefix: string, found: Map<string, Setting>): void {
  for (const [name, inner] of Object.entries(schema.properties ?? {})) {
    const { description: about, type, enum: values = [] } = inner;
    const choices = type === "boolean" ? ["true", "false"] : values.map(String);
    found.set(prefix + name, { choices, ...about !== undefined && { about } });
    collect(inner, `${prefix}${name}.`, found);
  }
}

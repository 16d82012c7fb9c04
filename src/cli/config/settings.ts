/** The settings by their dotted names, read from the schema of the config. */
import { editDistance } from "../../base/edit_distance.ts";
import { isObject } from "../../base/shape.ts";
import { configJsonSchema, type Kind } from "../../config/keys.ts";
import { CommandError } from "../reply.ts";

export interface Setting {
  about?: string;
  /** What may be given, where that is a short list. */
  choices: readonly string[];
}

/** Groups stand before what is in them. */
export function settings(): ReadonlyMap<string, Setting> {
  const found = new Map<string, Setting>();
  collect(configJsonSchema(), "", found);
  return found;
}

function collect(schema: Kind, prefix: string, found: Map<string, Setting>): void {
  for (const [name, inner] of Object.entries(schema.properties ?? {})) {
    const { description: about, type, enum: values = [] } = inner;
    const choices = type === "boolean" ? ["true", "false"] : [...values];
    found.set(prefix + name, { choices, ...about !== undefined && { about } });
    collect(inner, `${prefix}${name}.`, found);
  }
}

/**
 * What stands under a dotted name.
 *
 * @throws {CommandError} there is no such key
 */
export function valueAt(config: unknown, key: string): unknown {
  let value = config;
  for (const part of key.split(".")) {
    if (typeof value !== "object" || value === null || !Object.hasOwn(value, part)) {
      const near = nearest(key);
      throw new CommandError(`There is no setting ${JSON.stringify(key)}`, {
        nearest_keys: near,
        hint: near[0] === undefined ? "ductor config get lists all" : `Did you mean ${near[0]}?`,
      });
    }
    value = (value as Record<string, unknown>)[part];
  }
  return value;
}

function nearest(key: string): string[] {
  return [...settings().keys()].map((known) => ({
    known,
    distance: known.split(".").includes(key) ? 0 : editDistance(key, known),
  }))
    .filter(({ known, distance }) => distance <= Math.max(2, known.length / 3))
    .sort((a, b) => a.distance - b.distance).slice(0, 3).map(({ known }) => known);
}

/** Keys whose values nobody should see by accident. */
const SECRET = /(^|\.)(telegram_token|token)$|_(token|secret|key)$/;

/** The same without what nobody should see. */
export function masked(value: unknown, key: string): unknown {
  if (isObject(value)) {
    return Object.fromEntries(
      Object.entries(value).map(([name, one]) => [
        name,
        masked(one, key === "" ? name : `${key}.${name}`),
      ]),
    );
  }
  if (typeof value !== "string" || value === "" || !SECRET.test(key)) return value;
  return `…${value.length > 12 ? value.slice(-4) : ""} (hidden; --reveal shows it)`;
}

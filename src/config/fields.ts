/**
 * The kinds of value a config key can have. The error text of each says what is allowed, so that a
 * message about a bad key can be put together from the key, what was found, and this.
 *
 * Numbers and switches written as strings are understood, as the Python original did.
 *
 * @module
 */
import { z } from "zod";

/** As a limit: none. */
export const ANY = Number.MAX_SAFE_INTEGER;

/** A whole number from `min` to `max`. */
export function int(min: number, max: number, unit?: string) {
  const error = range("a whole number", min, max, unit);
  return z.preprocess(numberFromString, z.int({ error }).min(min, { error }).max(max, { error }));
}

/** The same, or `null`. */
export function intOrNull(min: number, max: number) {
  const error = range("a whole number", min, max) + ", or null";
  const inner = z.int({ error }).min(min, { error }).max(max, { error });
  return z.preprocess(numberFromString, inner.nullable());
}

/** A number from `min` to `max`. */
export function num(min: number, max: number, unit?: string) {
  const error = range("a number", min, max, unit);
  return z.preprocess(
    numberFromString,
    z.number({ error }).min(min, { error }).max(max, { error }),
  );
}

/** The same, or `null`. */
export function numOrNull(min: number, max: number) {
  const error = range("a number", min, max) + ", or null";
  const inner = z.number({ error }).min(min, { error }).max(max, { error });
  return z.preprocess(numberFromString, inner.nullable());
}

/** `true` or `false`. */
export function bool() {
  return z.preprocess(boolFromString, z.boolean({ error: "true or false" }));
}

export interface TextOptions {
  nonEmpty?: boolean;
  allowed?: string;
}

/** A string, without blanks around it. */
export function text({ nonEmpty = false, allowed }: TextOptions = {}) {
  const error = allowed ?? (nonEmpty ? "a text that is not empty" : "a text");
  const schema = z.string({ error }).trim();
  return nonEmpty ? schema.min(1, { error }) : schema;
}

/** A string that matches. */
export function matching(pattern: RegExp, allowed: string) {
  return z.string({ error: allowed }).trim().regex(pattern, { error: allowed });
}

/** One of these words. */
export function oneOf<const V extends readonly [string, ...string[]]>(values: V) {
  return z.enum(values, { error: "one of " + values.map((v) => JSON.stringify(v)).join(", ") });
}

/** A list of what `item` allows. */
export function list<S extends z.ZodType>(item: S, allowed: string) {
  return z.array(item, { error: allowed });
}

/** Whether it can be the name of a project: short, in one line, nothing that means something in a path. */
export function isProjectName(name: string): boolean {
  return /^[\p{L}\p{N}](?:[\p{L}\p{N}._ -]{0,38}[\p{L}\p{N}_-])?$/u.test(name);
}

/** The path of a folder, absolute or below the user's home. */
export function folder() {
  const error = 'a folder, such as "~/code/shop" or "/srv/shop"';
  return z.string({ error }).trim().regex(/^(?:~(?:$|[\\/])|\/|[A-Za-z]:[\\/])/, { error });
}

/** When a change of a key acts: while the bot runs, or from its next start on. */
export type Applies = "live" | "restart";

/**
 * A key that acts while the bot runs.
 *
 * @param effect What it does, for docs/config.md and the JSON Schema.
 */
export function live<S extends z.ZodType>(effect: string, schema: S): S {
  return key(effect, "live", schema);
}

/** A key that acts from the next start on. The value in use stays until then. */
export function restart<S extends z.ZodType>(effect: string, schema: S): S {
  return key(effect, "restart", schema);
}

function key<S extends z.ZodType>(description: string, applies: Applies, schema: S): S {
  return schema.meta({ description, applies });
}

/**
 * A group of keys; a missing group is one with all defaults.
 *
 * @param effect What they are about.
 */
export function group<S extends z.ZodRawShape>(effect: string, shape: S) {
  // deno-lint-ignore no-explicit-any -- every key has a default, which the type cannot know.
  return z.object(shape, { error: "an object" }).prefault({} as any).describe(effect);
}

function range(kind: string, min: number, max: number, unit?: string): string {
  const of = unit === undefined ? kind : `${kind} of ${unit}`;
  if (max < ANY) return `${of} from ${min} to ${max}`;
  return min > -ANY ? `${of}, at least ${min}` : of;
}

function numberFromString(value: unknown): unknown {
  return typeof value === "string" && /^\s*-?\d+(\.\d+)?\s*$/.test(value) ? Number(value) : value;
}

function boolFromString(value: unknown): unknown {
  if (typeof value !== "string") return value;
  const word = value.trim().toLowerCase();
  return word === "true" ? true : word === "false" ? false : value;
}

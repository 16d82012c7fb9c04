/**
 * From a JSON object to a {@link Config}, or to a message that names every bad key.
 *
 * @module
 */
import { isObject, kindOf } from "../base/shape.ts";
import { shorten } from "../base/text.ts";
import { redact } from "../base/redaction.ts";
import { ConfigError } from "./config_error.ts";
import { type Config, ConfigSchema } from "./schema.ts";

const SECRET_KEY = /token|secret|password|api_?key|credential/i;
const MAX_SHOWN = 60;

/**
 * Checks `raw`, which was read from `path`.
 *
 * @param before What stood there before a change that made `raw`.
 * @throws {ConfigError} with one line for each bad key: what was found, what is allowed
 */
export function validateConfig(path: string, raw: unknown, before?: unknown): Config {
  const result = ConfigSchema.safeParse(raw);
  if (result.success) return result.data;
  if (before !== undefined && ConfigSchema.safeParse(before).success) {
    // The file is fine, what somebody wants to put into it is not.
    const wrong = result.error.issues.map(({ path: keys, message }) =>
      `${keys.join(".")} cannot be ${show(keys.map(String), raw)}; allowed: ${message}`
    );
    throw new ConfigError(path, `${wrong.join("\n")}\nNothing was changed.`);
  }
  const problems = result.error.issues.map((issue) => {
    const keys = issue.path.map(String);
    return `  ${keys.join(".")}: found ${show(keys, raw)}, allowed: ${issue.message}`;
  });
  const what = problems.length === 1 ? "a value that is" : "values that are";
  throw new ConfigError(
    path,
    `Cannot use ${path}: it has ${what} not allowed\n${problems.join("\n")}\n` +
      "Change this and start again; a key that is removed gets its default",
  );
}

/** Warnings for keys we don't know that look like a slip of the pen. */
export function suspectKeys(raw: unknown, known: unknown, prefix = ""): string[] {
  if (!isObject(raw) || !isObject(known)) return [];
  return Object.entries(raw).flatMap(([key, value]) => {
    if (Object.hasOwn(known, key)) return suspectKeys(value, known[key], `${prefix}${key}.`);
    const meant = Object.keys(known).find((name) => isNear(key, name));
    if (meant === undefined) return [];
    return [`The key ${prefix}${key} is not known and has no effect; is ${prefix}${meant} meant?`];
  });
}

function show(keys: readonly string[], raw: unknown): string {
  let value: unknown = raw;
  for (const key of keys) value = (value as Record<string, unknown> | undefined)?.[key];
  if (value === undefined) return "nothing";
  if (typeof value === "object") return kindOf(value);
  if (keys.some((key) => SECRET_KEY.test(key)) && typeof value !== "boolean") {
    return `a ${typeof value === "string" ? "text" : "number"} (not shown, it may be secret)`;
  }
  const text = redact(JSON.stringify(value));
  return shorten(text, MAX_SHOWN);
}

/** Whether one is the other with one letter changed, left out, added or swapped with its neighbour. */
function isNear(a: string, b: string): boolean {
  const [x, y] = [a, b].map((name) => name.toLowerCase().replaceAll("-", "_")) as [string, string];
  if (x === y) return true;
  if (Math.abs(x.length - y.length) > 1 || Math.min(x.length, y.length) < 4) return false;
  let start = 0;
  while (start < x.length && x[start] === y[start]) start++;
  const rests = (i: number, j: number) => x.slice(start + i) === y.slice(start + j);
  const swapped = x[start] === y[start + 1] && x[start + 1] === y[start] && rests(2, 2);
  return swapped || rests(1, 1) || rests(1, 0) || rests(0, 1);
}

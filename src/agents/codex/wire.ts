/** Reads values out of messages whose exact shape another program decides. */
import { isObject, type Params } from "./rpc.ts";

/** The object under `key`; an empty one when there is none. */
export function object(value: Params, key: string): Params {
  const found = value[key];
  return isObject(found) ? found : {};
}

export function text(value: Params, key: string): string | undefined {
  const found = value[key];
  return typeof found === "string" ? found : undefined;
}

export function number(value: Params, key: string): number | undefined {
  const found = value[key];
  return typeof found === "number" && Number.isFinite(found) ? found : undefined;
}

/** The objects of the list under `key`. */
export function objects(value: Params, key: string): Params[] {
  const found = value[key];
  return Array.isArray(found) ? found.filter(isObject) : [];
}

/** One line of at most `max` characters. */
export function oneLine(value: string, max = 200): string {
  const line = value.replace(/\s+/g, " ").trim();
  return line.length <= max ? line : line.slice(0, max - 1).replace(/[\ud800-\udbff]$/, "") + "…";
}

/** The start of a longer text, cut at a line where there is one. */
export function start(value: string, max = 1500): string {
  if (value.length <= max) return value;
  const cut = value.slice(0, max);
  const line = cut.lastIndexOf("\n");
  return (line > max / 2 ? cut.slice(0, line) : cut.replace(/[\ud800-\udbff]$/, "")) + "\n…";
}

/** Reads values out of messages whose exact shape another program decides. */
import { oneLine as onOneLine, shorten } from "../base/text.ts";
import * as shape from "../base/shape.ts";
import type { Params } from "./json_rpc.ts";

/** What stands under `key`, whatever `value` is. */
function field(value: unknown, key: string): unknown {
  return shape.isObject(value) ? value[key] : undefined;
}

/** The object under `key`; an empty one when there is none. */
export function object(value: unknown, key: string): Params {
  const found = field(value, key);
  return shape.isObject(found) ? found : {};
}

export function text(value: unknown, key: string): string | undefined {
  return shape.text(field(value, key));
}

export function number(value: unknown, key: string): number | undefined {
  return shape.number(field(value, key));
}

/** Seconds since the epoch, of a time that a Date can hold. */
export function seconds(value: unknown, key: string): number | undefined {
  return shape.seconds(field(value, key));
}

/** The objects of the list under `key`. */
export function objects(value: unknown, key: string): Params[] {
  const found = field(value, key);
  return Array.isArray(found) ? found.filter(shape.isObject) : [];
}

/** One line of at most `max` characters. */
export function oneLine(value: string, max = 200): string {
  return shorten(onOneLine(value), max);
}

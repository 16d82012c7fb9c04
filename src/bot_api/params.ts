import { badRequest } from "./errors.ts";
import type { Upload } from "./types.ts";

/** What a call carries, read as Telegram reads it: everything may come as a string. */
export class Params {
  readonly raw: Readonly<Record<string, unknown>>;

  constructor(raw: Readonly<Record<string, unknown>>) {
    this.raw = raw;
  }

  has(name: string): boolean {
    const value = this.raw[name];
    return value !== undefined && value !== null && value !== "";
  }

  /** `""` when absent. */
  text(name: string): string {
    const value = this.raw[name];
    if (value === undefined || value === null) return "";
    return typeof value === "object" ? JSON.stringify(value) : String(value);
  }

  /** Undefined when absent or not a whole number, as Telegram ignores those. */
  int(name: string): number | undefined {
    const text = this.text(name).trim();
    return /^[+-]?\d+$/.test(text) ? Number(text) : undefined;
  }

  flag(name: string): boolean {
    return /^(true|yes|1)$/i.test(this.text(name).trim());
  }

  /**
   * A parameter that is JSON: given as such, or as a string of it.
   * Throws `can't parse <what> JSON object` when the string is not JSON.
   */
  json(name: string, what: string): unknown {
    const value = this.raw[name];
    if (value === undefined || value === null || value === "") return undefined;
    if (typeof value !== "string") return value;
    try {
      return JSON.parse(value);
    } catch {
      throw badRequest(`can't parse ${what} JSON object`);
    }
  }
}

export function isUpload(value: unknown): value is Upload {
  return isObject(value) && value["upload"] === true && value["bytes"] instanceof Uint8Array;
}

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

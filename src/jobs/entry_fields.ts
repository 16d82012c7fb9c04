/**
 * Fields of an entry that people and agents make on the command line (a job, a hook), each described
 * once: how it is stored and checked, by which options it is given, whether lists show it. What
 * reads, asks for, checks and shows them goes through the table, so that no field is forgotten
 * somewhere.
 *
 * @module
 */
import { z } from "zod";

/** An entry as somebody wrote it. */
export type RawEntry = Record<string, unknown> | null | undefined;

/** Entries are read one by one, so that one that is nothing stays in the file and harms no other. */
export const rawEntries = z.array(z.custom<RawEntry>(() => true));

/** An option of `add` and `edit` by which a field is given. */
export interface FieldOption {
  /** As commander reads them: `--quiet-start <hour>`. */
  flags: string;
  help: string;
  /** What a text has to be; anything else is wrong usage. Default: any text. */
  value?: "whole" | "id" | "hour";
  /** What may be given; anything else is wrong usage. */
  choices?: readonly string[];
  default?: string;
  /** Other options, as {@link nameOf} has them, that cannot be given with it. */
  conflicts?: readonly string[];
  /** `add` does not work without it. */
  required?: boolean;
  /** The only command that has it. */
  only?: "add" | "edit";
  /** Stands at the end of the help, after `--json`. */
  last?: boolean;
  /** What the field becomes when this is given; default: what was given. Throws what is wrong. */
  to?: (given: string) => unknown;
  /** The command itself makes the field's value, with more than this option. */
  elsewhere?: boolean;
}

/** One row of a table. */
export function option(
  flags: string,
  help: string,
  more: Omit<FieldOption, "flags" | "help"> = {},
): FieldOption {
  return { flags, help, ...more };
}

/** An option by which `edit` clears a field. */
export function clearing(flags: string, help: string): FieldOption {
  return { flags, help, only: "edit", last: true, to: () => null };
}

export interface Field<S extends z.ZodType = z.ZodType> {
  schema: S;
  options?: readonly FieldOption[];
  /** What a value must be, for people; said when it is something else. */
  expected?: string;
  /** Whether lists show it: also when it says nothing (as `null`), or only when it says something. */
  listed?: "always" | "if set";
}

export type Fields = Readonly<Record<string, Field>>;

/** The shape for `z.looseObject`. */
export function schemasOf<F extends Fields>(fields: F): { [K in keyof F]: F[K]["schema"] } {
  const entries = Object.entries(fields).map(([key, { schema }]) => [key, schema]);
  return Object.fromEntries(entries) as { [K in keyof F]: F[K]["schema"] };
}

/** The options of a command in the order of its help, each once. */
export function optionsOf(fields: Fields, command: "add" | "edit"): FieldOption[] {
  const all = Object.values(fields).flatMap(({ options = [] }) => options)
    .filter(({ only = command }) => only === command);
  // One that sets several fields stands with the last of them.
  const unique = all.filter((option, index) => all.lastIndexOf(option) === index);
  return [...unique.filter(({ last }) => !last), ...unique.filter(({ last }) => last)];
}

/** The name under which commander hands over what was given: `quietStart`. */
export function nameOf({ flags }: FieldOption): string {
  const [, long = ""] = /--(?:no-)?([a-z-]+)/.exec(flags) ?? [];
  return long.replaceAll(/-(.)/g, (_, letter: string) => letter.toUpperCase());
}

/** What the options say about the fields, in the order of the table. Throws what `to` throws. */
export function givenFields(
  fields: Fields,
  given: Readonly<Record<string, unknown>>,
): Record<string, unknown> {
  const found: Record<string, unknown> = {};
  for (const [key, { options = [] }] of Object.entries(fields)) {
    for (const option of options) {
      const value = given[nameOf(option)];
      if (value === undefined || option.elsewhere) continue;
      found[key] = option.to ? option.to(value as string) : value;
    }
  }
  return found;
}

/** The same fields in the order of the table, so that what was changed is told in that order. */
export function inOrder<T extends object>(fields: Fields, values: T): T {
  const keys = Object.keys(fields).filter((key) => Object.hasOwn(values, key));
  return Object.fromEntries(keys.map((key) => [key, values[key as keyof T]])) as T;
}

/** What lists show of an entry. */
export function listed(fields: Fields, entry: object): Record<string, unknown> {
  const values = entry as Record<string, unknown>;
  return Object.fromEntries(
    Object.entries(fields).flatMap(([key, { listed }]) => {
      const value = values[key] ?? null;
      const says = value !== null && value !== "";
      return listed === "always" || (listed && says) ? [[key, value]] : [];
    }),
  );
}

/** A list of texts, given as JSON. */
export function listIn(json: string): string[] {
  try {
    const value: unknown = JSON.parse(json);
    if (Array.isArray(value) && value.every((one) => typeof one === "string")) return value;
  } catch {
    // Said below.
  }
  throw new FieldError(`--cli-parameters is ${json}; expected a JSON list of texts`, {
    hint: `For example: --cli-parameters '["--max-turns","5"]'`,
  });
}

/** A value that makes no sense; `more` helps whoever gave it. */
export class FieldError extends Error {
  override name = "FieldError";
  constructor(message: string, readonly more: Record<string, unknown> = {}) {
    super(message);
  }
}

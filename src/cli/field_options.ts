/** The options of a command, made from the table of the fields they give. */
import { type Command, InvalidArgumentError, Option } from "commander";
import { type FieldOption, type Fields, optionsOf } from "../jobs/entry_fields.ts";

/** Adds the options of a table, `--json` among them. */
// deno-lint-ignore no-explicit-any -- the options of a command are in its type
export function withFields<C extends Command<any, any, any>>(
  command: C,
  fields: Fields,
  which: "add" | "edit",
  json: string,
): C {
  const options = optionsOf(fields, which);
  for (const option of options.filter(({ last }) => !last)) {
    command.addOption(optionOf(option, which));
  }
  command.option("--json", json);
  for (const option of options.filter(({ last }) => last)) {
    command.addOption(optionOf(option, which));
  }
  return command;
}

function optionOf(row: FieldOption, which: "add" | "edit"): Option {
  const option = new Option(row.flags, row.help);
  if (row.choices) option.choices(row.choices);
  if (row.value) option.argParser(READERS[row.value]);
  if (row.conflicts) option.conflicts([...row.conflicts]);
  if (which === "add" && row.default !== undefined) option.default(row.default);
  if (which === "add" && row.required) option.makeOptionMandatory();
  return option;
}

/** Read what is given, or say that it is wrong usage. */
export const READERS = {
  whole: (text: string) => numberIn(text, /^\d{1,6}$/, "Expected a whole number."),
  id: (text: string) => numberIn(text, /^-?\d{1,16}$/, "Expected the number of a chat or topic."),
  hour: (text: string) =>
    numberIn(text, /^([01]?\d|2[0-3])$/, "An hour is a whole number from 0 to 23."),
};

function numberIn(text: string, pattern: RegExp, expected: string): number {
  if (pattern.test(text)) return Number(text);
  throw new InvalidArgumentError(expected);
}

/**
 * The text of `.env`: `KEY=value` a line, single and double quotes, `export`, comments, also behind
 * a value. Read as Node reads it; changed so that everything else in it stays as it is.
 */
import { parseEnv } from "node:util";

/** Names that mean something to ductor itself, and so are nobody's to set. */
const OURS = /^DUCTOR_/;

/** What a file sets, in its order. Lines that make no sense set nothing. */
export function parseEnvFile(text: string): Record<string, string> {
  const found = Object.entries(parseEnv(text.replace(/^\uFEFF/, "")))
    .filter((entry): entry is [string, string] => typeof entry[1] === "string")
    .filter(([name, value]) => isVariableName(name) && !value.includes("\0"));
  return Object.fromEntries(found);
}

/** Whether a file may set a variable of this name. */
export function isVariableName(name: string): boolean {
  return /^[A-Za-z_]\w*$/.test(name) && !OURS.test(name);
}

/**
 * The text with other values; `undefined` takes a variable out.
 *
 * @throws {Error} a value cannot be written, or the file has lines that cannot be told apart
 */
export function changeEnvFile(
  text: string,
  changes: Readonly<Record<string, string | undefined>>,
): string {
  const wanted = { ...parseEnvFile(text) };
  for (const [name, value] of Object.entries(changes)) {
    const line = value === undefined ? undefined : `${name}=${quoted(name, value)}\n`;
    if (value === undefined) delete wanted[name];
    else wanted[name] = value;
    let written = false;
    text = text.replace(assignmentOf(name), () => {
      const first = !written;
      written = true;
      return first ? line ?? "" : "";
    });
    if (line === undefined || written) continue;
    text += (text === "" || text.endsWith("\n") ? "" : "\n") + line;
  }
  if (!same(parseEnvFile(text), wanted)) {
    throw new Error(
      `Cannot change ${Object.keys(changes).join(", ")}: a quotation mark that does ` +
        "not end stands in the file, expected each value on its own line. Edit it by hand",
    );
  }
  return text;
}

/** The lines that set a variable; a quoted value may go over several. */
function assignmentOf(name: string): RegExp {
  const value = String.raw`(?:"(?:\\"|[^"])*"|'[^']*'|${"`[^`]*`"}|(?!["'${"`"}])|.)[^\n]*`;
  return new RegExp(`^[ \\t]*(?:export[ \\t]+)?${name}[ \\t]*=[ \\t]*${value}(?:\\n|$)`, "gm");
}

function quoted(name: string, value: string): string {
  if (/^[\w@%+=:,./~-]*$/.test(value)) return value;
  const mark = ["'", '"', "`"].find((mark) =>
    !value.includes(mark) && (mark !== '"' || !value.includes("\\"))
  );
  if (mark !== undefined && !/[\r\0]/.test(value)) return mark + value + mark;
  throw new Error(
    `Cannot write the value of ${name}: it has all kinds of quotation marks, or characters that a ` +
      "line cannot hold, expected at most two kinds of marks",
  );
}

function same(one: Record<string, string>, other: Record<string, string>): boolean {
  const names = Object.keys(one);
  return names.length === Object.keys(other).length &&
    names.every((name) => one[name] === other[name]);
}

/**
 * The text of `.env`: `KEY=value` a line, single and double quotes, `export`, comments, also behind
 * a value. Changed so that everything else in it stays as it is.
 */

/** Names that mean something to ductor itself, and so are nobody's to set. */
const OURS = /^DUCTOR_/;

/**
 * A line that sets a variable. What is in quotes may go over several, but nothing other than a
 * comment follows: so a mark that does not end spoils only its own line.
 */
const ASSIGNMENT = new RegExp(
  String.raw`^[ \t]*(?:export[ \t]+)?(?<name>[A-Za-z_]\w*)[ \t]*=[ \t]*` +
    String.raw`(?:(?:"(?<double>(?:\\[^]|[^"\\])*)"|'(?<single>[^']*)'|${"`(?<back>[^`]*)`"})` +
    String.raw`[ \t]*(?:#.*)?|(?<bare>.*?)(?:(?<=\s)#.*)?)(?:\n|$(?![^]))`,
  "gm",
);

/** What a file sets, the last of a name. Lines that make no sense set nothing. */
export function parseEnvFile(text: string): Record<string, string> {
  const found: Record<string, string> = {};
  for (const { groups = {} } of unixLines(text).matchAll(ASSIGNMENT)) {
    const { name = "", double, single, back, bare = "" } = groups;
    const value = double?.replace(/\\([nrt"\\])/g, (_, char) => ESCAPES[char] ?? char) ??
      single ?? back ?? bare.trim();
    if (isVariableName(name) && !value.includes("\0")) found[name] = value;
  }
  return found;
}

const ESCAPES: Record<string, string> = { n: "\n", r: "\r", t: "\t" };

/** Whether a file may set a variable of this name. */
export function isVariableName(name: string): boolean {
  return /^[A-Za-z_]\w*$/.test(name) && !OURS.test(name);
}

/** The text with other values; `undefined` takes a variable out. */
export function changeEnvFile(
  text: string,
  changes: Readonly<Record<string, string | undefined>>,
): string {
  const left = new Map(Object.entries(changes));
  const lineOf = (name: string) => {
    const value = left.get(name);
    left.set(name, undefined);
    return value === undefined ? "" : `${name}=${quoted(value)}\n`;
  };
  const changed = unixLines(text).replace(
    ASSIGNMENT,
    (line, name) => left.has(name) ? lineOf(name) : line,
  );
  const added = [...left.keys()].map(lineOf).join("");
  const gap = added !== "" && changed !== "" && !changed.endsWith("\n") ? "\n" : "";
  const below = changed + gap + added;
  // A quote that is open at the end would take the new lines in.
  const [is, wanted] = [parseEnvFile(below), parseEnvFile(added)];
  const reads = Object.keys(wanted).every((name) => is[name] === wanted[name]);
  const whole = reads ? below : added + changed;
  return text.includes("\r\n") ? whole.replaceAll("\n", "\r\n") : whole;
}

function unixLines(text: string): string {
  return text.replace(/^\uFEFF/, "").replaceAll("\r\n", "\n");
}

function quoted(value: string): string {
  if (/^[\w@%+=:,./~-]*$/.test(value)) return value;
  if (!/['\r]/.test(value)) return `'${value}'`;
  const escaped = value.replace(/["\\]/g, "\\$&").replaceAll("\n", "\\n").replaceAll("\r", "\\r");
  return `"${escaped}"`;
}

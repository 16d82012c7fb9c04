/**
 * Writes docs/config.md from the schema of the config and the comments on its keys, so that it
 * cannot say anything else than the program does: `deno run -A scripts/config_doc.ts`.
 */
import { z } from "zod";
import { appliesWhen, ConfigSchema, defaultConfig } from "../src/config/schema.ts";

export const CONFIG_DOC = new URL("../docs/config.md", import.meta.url);
const SOURCE = new URL("../src/config/schema.ts", import.meta.url);

/** From here on a limit is none. */
const NO_LIMIT = Number.MAX_SAFE_INTEGER;
const PERMISSIONS = [
  "| `bypassPermissions` | Full access: does everything without asking. Claude Code refuses it as root. |",
  "| `acceptEdits` | Changes files in its folder without asking; asks before commands that do more. |",
  "| `default` | Asks in the chat before every change and every command that is not harmless. |",
  "| `plan` | Reads and thinks, but changes nothing. |",
];

interface Kind {
  description?: string;
  type?: string;
  enum?: string[];
  const?: unknown;
  format?: string;
  minimum?: number;
  maximum?: number;
  anyOf?: Kind[];
  items?: Kind;
  properties?: Record<string, Kind>;
}

/** The whole page, as `deno fmt` leaves it, but for the widths of the tables. */
export async function configDoc(): Promise<string> {
  const comments = commentsOf(await Deno.readTextFile(SOURCE));
  const schema = z.toJSONSchema(ConfigSchema, { io: "input", unrepresentable: "any" }) as Kind;
  const defaults = defaultConfig() as Record<string, unknown>;
  const parts = [INTRODUCTION];
  const single: string[] = [];
  const groups: string[] = [];
  for (const [key, kind] of Object.entries(schema.properties ?? {})) {
    if (!kind.properties) {
      single.push(row(key, kind, defaults[key], meaning(comments, key, kind)));
      continue;
    }
    const values = defaults[key] as Record<string, unknown>;
    const rows = Object.entries(kind.properties).map(([name, inner]) =>
      row(name, inner, values[name], meaning(comments, `${key}.${name}`, inner), key)
    );
    groups.push(`## \`${key}\`\n\n${meaning(comments, key, kind)}\n\n${table(rows)}`);
  }
  parts.push(`## General\n\n${table(single)}`);
  parts.push(`### \`permission_mode\`\n\n| value | |\n|---|---|\n${PERMISSIONS.join("\n")}`);
  parts.push(...groups);
  return parts.join("\n\n") + "\n";
}

const INTRODUCTION = `# Settings

<!-- Made by scripts/config_doc.ts from src/config/schema.ts. Change it there. -->

All settings are in \`~/.ductor/config/config.json\` (\`DUCTOR_HOME\` puts the folder elsewhere). Most
are easier to change by saying so in the chat, with a panel (\`/model\`, \`/status\`), with
\`ductor onboarding\`, or with a command that checks the value first:

\`\`\`sh
ductor config get                                  # all of them
ductor config get heartbeat
ductor config set user_timezone Europe/Berlin
ductor config set quiet_hours '{"start": 22, "end": 7}'
ductor config schema > config.schema.json          # for your editor
\`\`\`

The file may have comments (\`//\`, \`/* */\`) and a comma behind the last entry; they stay when a key is
set. Keys that are missing have their defaults. Keys that ductor does not know are left alone. A value that
is not allowed is reported with the key, what was found and what is allowed; your file is never
overwritten.

A running bot takes changes over at once; where a key waits for a restart, the table says so, and so
does the bot.`;

function table(rows: string[]): string {
  return ["| key | value | default | meaning |", "|---|---|---|---|", ...rows].join("\n");
}

function row(key: string, kind: Kind, preset: unknown, means: string, group = key): string {
  const when = appliesWhen(group) === "live" ? "" : " Takes effect after a restart.";
  return `| \`${key}\` | ${typeOf(kind)} | ${shown(preset)} | ${means}${when} |`;
}

function typeOf(kind: Kind): string {
  if (kind.enum) return kind.enum.map((one) => `\`${one}\``).join(", ");
  if (kind.anyOf) return kind.anyOf.map(typeOf).join(" or ");
  if (kind.const !== undefined) return `\`${JSON.stringify(kind.const)}\``;
  if (kind.type === "array") return `list of ${typeOf(kind.items ?? {})}`;
  if (kind.type === "integer") return `whole number${range(kind)}`;
  if (kind.type === "number") return `number${range(kind)}`;
  if (kind.type === "boolean") return "`true`, `false`";
  if (kind.type === "null") return "`null`";
  if (kind.format === "uri") return "URL";
  return "text";
}

function range({ minimum = -NO_LIMIT, maximum = NO_LIMIT }: Kind): string {
  if (minimum > -NO_LIMIT && maximum < NO_LIMIT) return ` ${minimum}–${maximum}`;
  return minimum > -NO_LIMIT ? ` from ${minimum}` : "";
}

function shown(value: unknown): string {
  const text = JSON.stringify(value);
  return text.length > 60 ? "a text in English" : `\`${text}\``;
}

/** @throws {Error} a key has no comment, so nobody would know what it means */
function meaning(comments: ReadonlyMap<string, string>, key: string, kind: Kind): string {
  // What comes out of a table has its description with it.
  const found = comments.get(key) ?? kind.description;
  if (found === undefined) throw new Error(`src/config/schema.ts: no comment on ${key}`);
  return found.replaceAll("|", "\\|");
}

/** The comment before each key of the schema, by `key` or `group.key`. */
function commentsOf(source: string): Map<string, string> {
  const comments = new Map<string, string>();
  const body = source.slice(source.indexOf("export const ConfigSchema"));
  let group: string | undefined;
  for (const [, comment = "", indent = "", key = ""] of body.matchAll(KEY)) {
    if (indent.length === 2) group = key;
    const text = comment.replaceAll(/^\s*\/?\*+\/?/gm, " ").replaceAll("*/", " ");
    const name = indent.length === 2 ? key : `${group}.${key}`;
    if (text.trim() !== "") comments.set(name, text.replaceAll(/\s+/g, " ").trim());
  }
  return comments;
}

/** A key at the beginning of a line, and the comment before it. */
const KEY = /(?:^ *(\/\*\*(?:[^*]|\*(?!\/))*\*\/)\n)?^( {2}| {4})([a-z_]+): /gm;

if (import.meta.main) {
  await Deno.writeTextFile(CONFIG_DOC, await configDoc());
  await new Deno.Command(Deno.execPath(), { args: ["fmt", CONFIG_DOC.pathname] }).spawn().status;
}

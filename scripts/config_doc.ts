/**
 * Writes docs/config.md from the schema of the config, so that it cannot say anything else than the
 * program does: `deno run -A scripts/config_doc.ts`.
 */
import { configJsonSchema, type Kind } from "../src/config/keys.ts";

export const CONFIG_DOC = new URL("../docs/config.md", import.meta.url);

/** From here on a limit is none. */
const NO_LIMIT = Number.MAX_SAFE_INTEGER;
const PERMISSIONS = [
  "| `bypassPermissions` | Full access: does everything without asking. Claude Code refuses it as root. |",
  "| `acceptEdits` | Changes files in its folder without asking; asks before commands that do more. |",
  "| `default` | Asks in the chat before every change and every command that is not harmless. |",
  "| `plan` | Reads and thinks; changes nothing before you approve its plan. |",
];

/** The whole page, as `deno fmt` leaves it, but for the widths of the tables. */
export function configDoc(): string {
  const single: string[] = [];
  const groups: string[] = [];
  for (const [key, kind] of Object.entries(configJsonSchema().properties ?? {})) {
    if (!kind.properties) {
      single.push(row(key, kind));
      continue;
    }
    const rows = Object.entries(kind.properties).map(([name, inner]) => row(name, inner));
    groups.push(`## \`${key}\`\n\n${meaning(key, kind)}\n\n${table(rows)}`);
  }
  return [
    INTRODUCTION,
    `## General\n\n${table(single)}`,
    `### \`permission_mode\`\n\n| value | |\n|---|---|\n${PERMISSIONS.join("\n")}`,
    ...groups,
  ].join("\n\n") + "\n";
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

The column _acts_ says when a change takes effect. \`live\`: immediately, even while the bot is running.
\`restart\`: from the next start on; a running bot keeps the old value and says so in the chat, and
\`/restart\` takes the new one.`;

function table(rows: string[]): string {
  return [
    "| key | value | default | acts | meaning |",
    "|---|---|---|---|---|",
    ...rows,
  ].join("\n");
}

function row(key: string, kind: Kind): string {
  if (kind.applies === undefined) throw new Error(`src/config/schema.ts: when does ${key} act?`);
  return `| ${
    [`\`${key}\``, typeOf(kind), shown(kind.default), kind.applies, meaning(key, kind)].join(" | ")
  } |`;
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
  if (kind.type === "object") return "names and folders";
  return "text";
}

function range({ minimum = -NO_LIMIT, maximum = NO_LIMIT }: Kind): string {
  if (minimum > -NO_LIMIT && maximum < NO_LIMIT) return ` ${minimum}–${maximum}`;
  return minimum > -NO_LIMIT ? ` from ${minimum}` : "";
}

function shown(value: unknown): string {
  if (value === undefined) return "not set";
  const text = JSON.stringify(value);
  return text.length > 60 ? "a text in English" : `\`${text}\``;
}

/** @throws {Error} nothing says what the key means */
function meaning(key: string, { description }: Kind): string {
  if (!description) throw new Error(`src/config/schema.ts: nothing says what ${key} does`);
  return description.replaceAll("|", "\\|");
}

if (import.meta.main) {
  await Deno.writeTextFile(CONFIG_DOC, configDoc());
  await new Deno.Command(Deno.execPath(), { args: ["fmt", CONFIG_DOC.pathname] }).spawn().status;
}

/**
 * Writes docs/commands.md from the command tree: `deno run -A scripts/commands_doc.ts`. What it says
 * is what `--help` says.
 */
import { build } from "../src/cli/tree.ts";

export const COMMANDS_DOC = new URL("../docs/commands.md", import.meta.url);

/** As much of a command as is looked at. */
interface Command {
  name(): string;
  aliases(): string[];
  description(): string;
  usage(): string;
  createHelp(): { visibleCommands(of: Command): readonly Command[] };
  configureHelp(settings: { helpWidth: number }): unknown;
  configureOutput(settings: { writeOut(text: string): void }): unknown;
  outputHelp(): void;
}

/** The whole page, as `deno fmt` leaves it, but for the widths of the table. */
export async function commandsDoc(): Promise<string> {
  const program = await build(() => {}) as unknown as Command;
  const top = visible(program);
  const rows = top.map((command) =>
    `| [\`ductor ${command.name()}\`](#ductor-${command.name()}) | ${
      command.description().replaceAll("|", "\\|")
    } |`
  );
  return [
    INTRODUCTION,
    ["| command | |", "|---|---|", ...rows].join("\n"),
    ...top.map((command) => section(command, `ductor ${command.name()}`, 2)),
  ].join("\n\n") + "\n";
}

const INTRODUCTION = `# The command line

<!-- Made by scripts/commands_doc.ts from the commands themselves. Change it there. -->

\`ductor\` alone is \`ductor start\`, or the set-up when there is none yet. The agents use the same
commands: \`cron\`, \`webhook\`, \`file\`, \`send\`, \`memory\`, \`config\`. Where they have \`--json\`, they
answer in JSON when piped, too.

Exit codes: 0 all is well, 1 it failed, 2 wrong usage; \`status\` and \`doctor\` say their own below.`;

function section(command: Command, path: string, level: number): string {
  const inner = visible(command);
  const text = help(command);
  const head = `${"#".repeat(level)} \`${path}\``;
  return [
    head,
    "```text\n" + text + "\n```",
    ...inner.map((one) => section(one, `${path} ${one.name()}`, level + 1)),
  ].join("\n\n");
}

function visible(command: Command): Command[] {
  return command.createHelp().visibleCommands(command).filter((one) => one.name() !== "help");
}

/** What `--help` prints on a terminal of 90 columns. */
function help(command: Command): string {
  let text = "";
  command.configureHelp({ helpWidth: 90 });
  command.configureOutput({ writeOut: (part) => text += part });
  command.outputHelp();
  return text.trimEnd().split("\n").map((line) => line.trimEnd()).join("\n");
}

if (import.meta.main) {
  await Deno.writeTextFile(COMMANDS_DOC, await commandsDoc());
  const args = ["fmt", COMMANDS_DOC.pathname];
  await new Deno.Command(Deno.execPath(), { args }).spawn().status;
}

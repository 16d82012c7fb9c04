import assert from "node:assert/strict";
import { join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { type Command, CommanderError } from "commander";
import { build } from "../cli/tree.ts";
import { OLD_TOOLS } from "./old_tools.ts";
import { RULE_FOLDERS } from "./templates.ts";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));

// deno-lint-ignore no-explicit-any -- options differ from command to command
type AnyCommand = Command<any, any, any>;

/** Every text that tells an agent what to call. */
async function texts(): Promise<string[]> {
  const files = [join(ROOT, "assets", "task", "RULES.md")];
  for (const folder of RULE_FOLDERS) files.push(join(ROOT, "assets", "home", folder, "RULES.md"));
  for await (const { name, isDirectory } of Deno.readDir(join(ROOT, "skills"))) {
    if (isDirectory) files.push(join(ROOT, "skills", name, "SKILL.md"));
  }
  return files;
}

/** The `ductor …` command lines in the code of a Markdown text. */
function commandLines(markdown: string): string[] {
  const lines: string[] = [];
  for (const [, span = ""] of markdown.matchAll(/`([^`]+)`/g)) {
    const line = span.replaceAll(/\s+/g, " ").trim();
    if (/^ductor( |$)/.test(line) && line !== "ductor") lines.push(line);
  }
  return lines;
}

/** Words as a shell splits them. */
function words(line: string): string[] {
  const found = line.matchAll(/(?:"((?:[^"\\]|\\.)*)"|'([^']*)'|([^\s"']+))+/g);
  return [...found].map(([all]) =>
    all.replaceAll(/"((?:[^"\\]|\\.)*)"|'([^']*)'/g, (_, double, single) => double ?? single)
  );
}

/** The real command tree, whose commands do nothing. */
async function tree(): Promise<AnyCommand> {
  const program = await build(() => {}) as AnyCommand;
  const still = (command: AnyCommand) => {
    command.configureOutput({ writeOut: () => {}, writeErr: () => {} });
    if (command.commands.length === 0) command.action(() => {});
    for (const sub of command.commands) still(sub as AnyCommand);
  };
  still(program);
  return program;
}

/** The command that a line calls, and what is left of the line. */
async function find(
  line: string,
): Promise<{ command: AnyCommand | undefined; rest: string[] }> {
  const rest = words(line).slice(1);
  let command = await tree();
  while (command.commands.length > 0) {
    const [name] = rest;
    const sub = command.commands.find((sub) => sub.name() === name);
    if (sub === undefined) {
      // `--help` is something that a group itself knows.
      const own = name === undefined || name.startsWith("-");
      return { command: own ? command : undefined, rest };
    }
    command = sub as AnyCommand;
    rest.shift();
  }
  return { command, rest };
}

/** Why the program would refuse a line; `undefined`: it would not. */
async function refusal(line: string): Promise<string | undefined> {
  const { command, rest } = await find(line);
  if (command === undefined) return "there is no such command";
  // The name of a group stands for all that is in it.
  if (command.commands.length > 0 && rest.length === 0) return undefined;
  try {
    await (await tree()).parseAsync(words(line).slice(1), { from: "user" });
    return undefined;
  } catch (error) {
    if (error instanceof CommanderError && error.exitCode === 0) return undefined;
    return error instanceof Error ? error.message : String(error);
  }
}

/** Lines by the command they begin with; `where` says which text has the line. */
async function taught(): Promise<Map<string, { line: string; where: string }[]>> {
  const found = Object.entries(OLD_TOOLS).map(([where, line]) => ({ line, where }));
  for (const file of await texts()) {
    for (const line of commandLines(await Deno.readTextFile(file))) {
      found.push({ line, where: relative(ROOT, file) });
    }
  }
  return Map.groupBy(found, ({ line }) => words(line)[1] ?? "");
}

Deno.test("each command that rules, skills and old scripts teach is one that ductor knows", async (t) => {
  const byCommand = await taught();
  assert.deepEqual([...byCommand.keys()].sort(), [
    "config",
    "cron",
    "file",
    "memory",
    "send",
    "webhook",
  ]);
  for (const [name, lines] of byCommand) {
    await t.step(`ductor ${name}`, async () => {
      for (const { line, where } of lines) {
        assert.equal(await refusal(line), undefined, `${where}: ${line}`);
      }
    });
  }
});

Deno.test("a command line that ductor does not know is found out", async () => {
  for (
    const line of [
      "ductor crom list",
      "ductor cron ad --title x",
      'ductor cron add --title "a b" --colour red',
      "ductor webhook add x --mode wake",
      "ductor config set model",
    ]
  ) assert.notEqual(await refusal(line), undefined, line);
});

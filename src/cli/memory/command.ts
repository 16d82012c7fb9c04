/** `ductor memory`: what the agent remembers of the user. */
import type { Command } from "commander";

/** Adds it to the program; `done` is given the exit code. */
// deno-lint-ignore no-explicit-any -- the options of the program differ as commands are added
export function addMemory(program: Command<[], any, any>, done: (code: number) => void): void {
  const memory = program.command("memory")
    .description("show what the agent remembers, and undo changes")
    .addHelpText("after", EXAMPLES);
  const commands = () => import("./memory.ts");
  memory.command("show")
    .description("print the memory")
    .option("--json", "answer in JSON")
    .action(async (options) => done(await (await commands()).show(options)));
  memory.command("history")
    .description("when it changed, and where each version is kept")
    .option("--json", "answer in JSON")
    .action(async (options) => done(await (await commands()).history(options)));
  memory.command("undo")
    .description("undo the last change; again: the one before it")
    .option("--json", "answer in JSON")
    .action(async (options) => done(await (await commands()).undo(options)));
}

const EXAMPLES = `
Examples:
  ductor memory show
  ductor memory history
  ductor memory undo`;

/** `ductor send`: a message to the user without asking a model. */
import type { Command } from "commander";
import { InvalidArgumentError } from "commander";

/** Adds it to the program; `done` is given the exit code. */
// deno-lint-ignore no-explicit-any -- the options of the program differ as commands are added
export function addSend(program: Command<[], any, any>, done: (code: number) => void): void {
  program.command("send")
    .description("send the user a message in Telegram, without asking a model")
    .argument("[text...]", "Markdown; - reads it from standard input")
    .option("--file <path>", "send this file too (may be given several times)", collect)
    .option("--chat <id>", "to this chat (default: the conversation this is called from)", id)
    .option("--thread <id>", "… and this topic of it", id)
    .option("--everyone", "to every allowed user")
    .option("--json", "answer in JSON")
    .addHelpText("after", EXAMPLES)
    .action(async (text, options) => {
      const { send } = await import("./send.ts");
      done(await send(text, options));
    });
}

const EXAMPLES = `
The message waits in the home folder until the bot runs, so it is not lost.

Examples:
  ductor send "The backup is *done*."
  ductor send --file output_to_user/report.pdf "Here is the report."
  make 2>&1 | tail -5 | ductor send -`;

function collect(path: string, before: string[] = []): string[] {
  return [...before, path];
}

function id(value: string): number {
  if (/^-?\d{1,16}$/.test(value)) return Number(value);
  throw new InvalidArgumentError("Expected the number of a chat or topic.");
}

/** `ductor sessions` and `ductor handoff`: what the agents' CLIs keep, and one of it to the phone. */
import type { Command } from "commander";

/** Adds them to the program; `done` is given the exit code. */
// deno-lint-ignore no-explicit-any -- the options of the program differ as commands are added
export function addSessions(program: Command<[], any, any>, done: (code: number) => void): void {
  program.command("sessions")
    .description("list the agents' sessions in a folder, newest first")
    .argument("[folder]", "the folder (default: this one)")
    .option("--all", "those of all folders")
    .option("--json", "answer in JSON")
    .addHelpText("after", SESSIONS_EXAMPLES)
    .action(async (folder, options) => {
      const { listSessions } = await import("./sessions.ts");
      done(await listSessions(folder, options));
    });

  program.command("handoff")
    .description("offer a session on the phone, to go on with there")
    .argument("[id]", "the session, or how its id begins (default: the newest of this folder)")
    .option("--json", "answer in JSON")
    .addHelpText("after", HANDOFF_EXAMPLES)
    .action(async (id, options) => {
      const { handoff } = await import("./sessions.ts");
      done(await handoff(id, options));
    });
}

const SESSIONS_EXAMPLES = `
Examples:
  ductor sessions
  ductor sessions --all --json
  ductor sessions ~/code/shop`;

const HANDOFF_EXAMPLES = `
Close the session here before you go on with it there; while it is open, only a copy goes on.

Examples:
  ductor handoff
  ductor handoff 53468ccc`;

/** `ductor hooks`: Claude Code and Codex in your own terminals, on the phone. */
import type { Command } from "commander";

/** Adds it to the program; `done` is given the exit code. */
// deno-lint-ignore no-explicit-any -- the options of the program differ as commands are added
export function addHooks(program: Command<[], any, any>, done: (code: number) => void): void {
  const hooks = program.command("hooks")
    .description("questions and ends of long turns of your own terminals, in the chat")
    .addHelpText("after", HELP);
  const add = (name: "install" | "status" | "uninstall", description: string) =>
    hooks.command(name)
      .description(description)
      .option("--json", "answer in JSON")
      .action(async (options) => done(await (await import("./hooks.ts"))[name](options)));
  add("install", "put hooks into the settings of Claude Code and Codex, beside what is there");
  add("status", "what is installed, and whether the bot listens");
  add("uninstall", "take them out again; the settings are as they were");
}

const HELP = `
While the bot does not run, terminals behave as if nothing was installed.
Settings: hooks.notify_after_seconds, hooks.quiet_when_active_seconds (ductor config list hooks).`;

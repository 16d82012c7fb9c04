/** `ductor backup` and `ductor restore`. */
import type { Command } from "commander";

/** Adds them to the program; `done` is given the exit code. */
// deno-lint-ignore no-explicit-any -- the options of the program differ as commands are added
export function addBackup(program: Command<[], any, any>, done: (code: number) => void): void {
  program.command("backup")
    .description("put everything worth keeping into one file; also while the bot runs")
    .argument("[file]", "what to call it (default: ductor-backup-DATE.tar.gz, here)")
    .option("--with-logins", "the logins inside the sandbox too")
    .option("--json", "one JSON object")
    .action(async (file, options) => {
      const { backup } = await import("./backup.ts");
      done(await backup(file, options));
    });

  program.command("restore")
    .description("make the home folder from a backup, on this or another machine")
    .argument("<file>", "made by ductor backup")
    .option("--replace", "put a home that is there aside first")
    .option("--json", "one JSON object")
    .action(async (file, options) => {
      const { restore } = await import("./restore.ts");
      done(await restore(file, options));
    });
}

/** `ductor config`: look at the settings and change them. */
import type { Command } from "commander";

/** Adds it to the program; `done` is given the exit code. */
// deno-lint-ignore no-explicit-any -- the options of the program differ as commands are added
export function addConfig(program: Command<[], any, any>, done: (code: number) => void): void {
  const config = program.command("config")
    .description("show and change settings")
    .addHelpText("after", EXAMPLES);
  config.command("get")
    .description("print one setting, a group of them, or all")
    .argument("[key]", "such as model, or streaming.mode")
    .option("--reveal", "print tokens too")
    .option("--json", "answer in JSON")
    .action(async (key, options) => done(await (await import("./get.ts")).get(key, options)));
  config.command("set")
    .description("change a setting; a value that is not allowed is refused and nothing is written")
    .argument("<key>", "such as model, or streaming.mode")
    .argument("<value>", "a text, number, true, false, null, or JSON")
    .option("--json", "answer in JSON")
    .action(async (key, value, options) =>
      done(await (await import("./set.ts")).set(key, value, options))
    );
  config.command("path")
    .description("where the file is")
    .option("--json", "answer in JSON")
    .action(async (options) => done(await (await import("./get.ts")).path(options)));
  config.command("schema")
    .description("print the JSON Schema, for editors")
    .action(async () => done(await (await import("./get.ts")).schema()));
}

const EXAMPLES = `
Examples:
  ductor config get
  ductor config get heartbeat
  ductor config set user_timezone Europe/Berlin
  ductor config set quiet_hours '{"start": 22, "end": 7}'
  ductor config schema > config.schema.json`;

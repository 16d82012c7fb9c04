/** `ductor env`: the variables that the agents and the service get. */
import type { Command } from "commander";

/** Adds it to the program; `done` is given the exit code. */
// deno-lint-ignore no-explicit-any -- the options of the program differ as commands are added
export function addEnv(program: Command<[], any, any>, done: (code: number) => void): void {
  const env = program.command("env")
    .description("keys, proxies and other variables for the agents, kept in ~/.ductor/.env")
    .addHelpText("after", HELP);
  env.command("list")
    .description("what is set; secrets are masked")
    .option("--json", "answer in JSON")
    .action(async (options) => done(await (await import("./env.ts")).list(options)));
  env.command("set")
    .description("set a variable; without a value it is asked for, or read from a pipe")
    .argument("<name>", "such as ANTHROPIC_API_KEY")
    .argument("[value]", "others on this machine can see it here while the command runs")
    .option("--json", "answer in JSON")
    .action(async (name, value, options) =>
      done(await (await import("./env.ts")).set(name, value, options))
    );
  env.command("unset")
    .description("take variables out")
    .argument("<name...>", "such as HTTPS_PROXY")
    .option("--json", "answer in JSON")
    .action(async (names, options) => done(await (await import("./env.ts")).unset(names, options)));
  env.command("import")
    .description("take over from this shell the known variables it has, or those that are named")
    .argument("[name...]", "such as HTTPS_PROXY")
    .option("--json", "answer in JSON")
    .action(async (names, options) =>
      done(await (await import("./env.ts")).takeOver(names, options))
    );
}

const HELP = `
A service starts without your shell, so it has none of its variables. What is set here reaches the
agents, jobs, webhooks and ductor itself, wherever it runs, and wins over the shell's own.

Examples:
  ductor env import
  ductor env set HTTPS_PROXY http://127.0.0.1:3128
  ductor env set ANTHROPIC_API_KEY < key.txt`;

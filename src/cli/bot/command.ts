/** The commands that start, end and look at the bot, for the command tree. */
import { type Command, CommanderError, Option } from "commander";
import { printError } from "../output.ts";

/** Loaded when it is needed: what only keeps a bot running holds on to no more than it must. */
async function leftToBot(...argv: string[]): Promise<boolean> {
  if (!Deno.env.has("DUCTOR_CHILD")) return false;
  return await (await import("./agent.ts")).leftToBot(...argv);
}

/** Adds them to `program`; `done` is given the exit code. */
export function addBot(
  // deno-lint-ignore no-explicit-any -- the options of the program differ as commands are added
  program: Command<[], any, any>,
  done: (code: number) => void,
  version: string,
): void {
  const verbose = (): boolean => program.opts().verbose ?? false;

  program.command("start")
    .description("run the bot here, in the foreground")
    .option("--replace", "stop the bot that is already running, and take its place")
    .option("--no-supervisor", "do not start the bot again when it crashes or wants a restart")
    .addOption(new Option("--as-service").hideHelp())
    // For service managers that cannot set variables.
    .addOption(new Option("--home <folder>").hideHelp())
    .addOption(new Option("--search-path <path>").hideHelp())
    .action(async ({ replace = false, supervisor, asService: service = false, ...variables }) => {
      if (variables.home !== undefined) Deno.env.set("DUCTOR_HOME", variables.home);
      if (variables.searchPath !== undefined) Deno.env.set("PATH", variables.searchPath);
      const { start } = await import("./start.ts");
      if (replace && await leftToBot("start", "--replace")) return done(0);
      done(await start({ verbose: verbose(), replace, supervisor, service }));
    });

  // What the supervisor starts.
  program.command("run-bot", { hidden: true })
    .option("--as-service")
    .action(async ({ asService: service = false }) => {
      const { runConfined } = await import("./confined.ts");
      done(await runConfined({ verbose: verbose(), supervised: true, service }));
    });

  program.command("stop")
    .description("stop the bot, wherever it runs")
    .action(async () => {
      if (await leftToBot("stop")) return done(0);
      const { stop } = await import("./stop.ts");
      done(await stop());
    });

  program.command("restart")
    .description("restart the bot")
    .action(async () => {
      if (await leftToBot("restart")) return done(0);
      const { restart } = await import("./restart.ts");
      const next = await restart();
      if (typeof next === "number") return done(next);
      const { start } = await import("./start.ts");
      const replace = next === "replace";
      done(await start({ verbose: verbose(), replace, supervisor: true, service: false }));
    });

  program.command("status")
    .description("whether the bot is running (exit code 0) or not (3), and how")
    .option("--json", "one JSON object")
    .action(async ({ json = false }) => {
      const { status } = await import("./status.ts");
      done(await status({ json, version }));
    });

  program.command("logs")
    .description("the last lines of the log")
    .option("-f, --follow", "keep printing new lines")
    .option("-n, --lines <n>", "how many lines (default: 50)", (value) => count(value))
    .action(async ({ follow = false, lines = 50 }) => {
      const { logs } = await import("./logs.ts");
      done(await logs({ follow, lines }));
    });
}

/** Adds `service` to `program`; `done` is given the exit code. */
// deno-lint-ignore no-explicit-any -- as above
export function addService(program: Command<[], any, any>, done: (code: number) => void): void {
  const service = program.command("service")
    .description("start the bot at every boot or login");
  const actions = {
    install: "install the service and start it",
    status: "whether it is running (exit code 0), not (3), or not installed (4)",
    start: "start it",
    stop: "stop it until the next boot or login",
    logs: "follow its log",
    uninstall: "stop and remove it",
  } as const;
  for (const [name, description] of Object.entries(actions)) {
    const command = service.command(name).description(description);
    if (name === "install") {
      command.option("--env", "copy keys and proxies of this shell to the service without asking")
        .option("--no-env", "leave them where they are");
    }
    command.action(async ({ env }: { env?: boolean }) => {
      const looks = name === "status" || name === "logs";
      if (!looks && await leftToBot("service", name)) return done(0);
      const { service } = await import("./service.ts");
      done(await service(name as keyof typeof actions, undefined, undefined, { take: env }));
    });
  }
}

function count(value: string): number {
  const number = Number(value);
  if (Number.isInteger(number) && number >= 0) return number;
  throw wrong(`--lines takes a whole number, not ${value}`);
}

function wrong(what: string): CommanderError {
  printError(`error: ${what}`);
  return new CommanderError(2, "ductor.value", what);
}

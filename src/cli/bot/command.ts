/** The commands that start, end and look at the bot, for the command tree. */
import { PROVIDER_NAMES } from "../../agents/provider.ts";
import { Argument, type Command, CommanderError, Option } from "commander";
import { PERMISSION_MODES } from "../../agents/agent.ts";
import { isTimeZone } from "../../config/timezone.ts";
import { printError } from "../output.ts";

/** Adds them to `program`; `done` is given the exit code. */
export function addLifecycle(
  // deno-lint-ignore no-explicit-any -- the options of the program differ as commands are added
  program: Command<[], any, any>,
  done: (code: number) => void,
  version: string,
): void {
  const verbose = (): boolean => program.opts().verbose ?? false;

  program.command("start")
    .description("run the bot here, in the foreground")
    .option("--replace", "end the bot that runs already, and take its place")
    .option("--no-supervisor", "do not start the bot again when it crashes or wants a restart")
    .addOption(new Option("--as-service").hideHelp())
    // For service managers that cannot set variables.
    .addOption(new Option("--home <folder>").hideHelp())
    .addOption(new Option("--search-path <path>").hideHelp())
    .action(async ({ replace = false, supervisor, asService: service = false, ...variables }) => {
      if (variables.home !== undefined) Deno.env.set("DUCTOR_HOME", variables.home);
      if (variables.searchPath !== undefined) Deno.env.set("PATH", variables.searchPath);
      const { start } = await import("./start.ts");
      done(await start({ verbose: verbose(), replace, supervisor, service }));
    });

  // What the supervisor starts.
  program.command("run-bot", { hidden: true })
    .option("--as-service")
    .action(async ({ asService: service = false }) => {
      const { runBot } = await import("./run_bot.ts");
      done(await runBot({ verbose: verbose(), supervised: true, service }));
    });

  program.command("stop")
    .description("end the bot, wherever it runs")
    .action(async () => {
      const { stop } = await import("./stop.ts");
      done(await stop());
    });

  program.command("restart")
    .description("end the bot and start it again")
    .action(async () => {
      const { restart } = await import("./restart.ts");
      const next = await restart();
      if (typeof next === "number") return done(next);
      const { start } = await import("./start.ts");
      const replace = next === "replace";
      done(await start({ verbose: verbose(), replace, supervisor: true, service: false }));
    });

  program.command("status")
    .description("whether the bot runs (exit code 0) or not (3), and with what")
    .option("--json", "one JSON object")
    .action(async ({ json = false }) => {
      const { status } = await import("./status.ts");
      done(await status({ json, version }));
    });

  program.command("logs")
    .description("the last lines of the log")
    .option("-f, --follow", "go on with what is added")
    .option("-n, --lines <n>", "how many lines (default: 50)", (value) => count(value))
    .action(async ({ follow = false, lines = 50 }) => {
      const { logs } = await import("./logs.ts");
      done(await logs({ follow, lines }));
    });

  program.command("onboarding").alias("setup").alias("reset")
    .description("set ductor up, change or repair it; every answer can be given as an option")
    .option("--token <token>", "the bot's token from @BotFather")
    .option("--user <ids>", "Telegram ids that may talk to it, with commas", (value) => ids(value))
    .option("--timezone <zone>", "such as Europe/Berlin (default: that of the system)", zone)
    .addOption(
      new Option("--provider <provider>", "who answers (default: what is installed)")
        .choices(PROVIDER_NAMES),
    )
    .option("--model <model>", 'its model ("": its own default)')
    .addOption(
      new Option("--permission-mode <mode>", "what the agent may do without asking")
        .choices(PERMISSION_MODES),
    )
    .option("--docker", "run the agents in a Docker sandbox")
    .option("--no-docker", "run them on this machine")
    .option("--service", "start the bot at every boot or login")
    .option("--no-service", "do not")
    .option("--api-root <url>", "Bot API server (default: Telegram's own)", apiRoot)
    .option("--reset", "begin from nothing, after a backup")
    .option("-y, --yes", "ask nothing; take the proposals for what is not said")
    .action(async ({ yes = false, ...answers }) => {
      const { onboarding } = await import("../setup/onboarding.ts");
      const { code, startNow } = await onboarding({ ...answers, yes });
      if (!startNow) return done(code);
      const { start } = await import("./start.ts");
      done(await start({ verbose: verbose(), replace: true, supervisor: true, service: false }));
    });

  program.command("doctor")
    .description("look for everything that can be wrong; the exit code is the number of problems")
    .option("--json", "one JSON object")
    .action(async ({ json = false }) => {
      const { doctor } = await import("../doctor/doctor.ts");
      done(await doctor({ json }));
    });

  program.command("uninstall")
    .description("take ductor off this machine")
    .option("--keep-memory", "keep a copy of the memory beside the home folder")
    .option("--keep-home", "keep the home folder as it is")
    .option("--keep-program", "keep the program itself")
    .option("-y, --yes", "do not ask")
    .action(async ({ keepMemory = false, keepHome = false, keepProgram = false, yes = false }) => {
      const { uninstall } = await import("../uninstall.ts");
      done(await uninstall({ keepMemory, keepHome, keepProgram, yes }));
    });

  program.command("completions")
    .description(
      'print completions for a shell; its start file may have: eval "$(ductor completions bash)"',
    )
    .addArgument(
      new Argument("<shell>").choices(["bash", "zsh", "fish", "powershell"] as const),
    )
    .action(async (shell) => {
      const { completions } = await import("../completions/completions.ts");
      completions(shell);
      done(0);
    });

  const service = program.command("service")
    .description("start the bot at every boot or login");
  const actions = {
    install: "install the service and start it",
    status: "whether it runs (exit code 0), not (3), or is not installed (4)",
    start: "start it",
    stop: "end it until the next boot or login",
    logs: "follow its log",
    uninstall: "end it and take it away",
  } as const;
  for (const [name, description] of Object.entries(actions)) {
    service.command(name).description(description).action(async () => {
      const { service } = await import("./service.ts");
      done(await service(name as keyof typeof actions));
    });
  }
}

function count(value: string): number {
  const number = Number(value);
  if (Number.isInteger(number) && number >= 0) return number;
  throw wrong(`--lines takes a whole number, not ${value}`);
}

function ids(value: string): number[] {
  const ids = value.split(",").map((id) => Number(id.trim()));
  if (ids.every((id) => Number.isSafeInteger(id) && id > 0)) return ids;
  throw wrong(`--user takes Telegram ids, whole numbers above 0, not ${value}`);
}

function zone(value: string): string {
  if (isTimeZone(value)) return value;
  throw wrong(`--timezone takes a name such as Europe/Berlin or UTC, not ${value}`);
}

function apiRoot(value: string): string {
  if (/^https?:\/\/[^/]/.test(value) && URL.canParse(value)) return value;
  throw wrong(`--api-root takes a URL such as https://api.telegram.org, not ${value}`);
}

function wrong(what: string): CommanderError {
  printError(`error: ${what}`);
  return new CommanderError(2, "ductor.value", what);
}

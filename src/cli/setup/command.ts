/** `ductor onboarding`, for the command tree. */
import { type Command, CommanderError, Option } from "commander";
import { PERMISSION_MODES } from "../../agents/agent.ts";
import { PROVIDER_NAMES } from "../../agents/provider.ts";
import { isTimeZone } from "../../config/timezone.ts";
import { printError } from "../output.ts";

/** Adds it to `program`; `done` is given the exit code. */
// deno-lint-ignore no-explicit-any -- the options of the program differ as commands are added
export function addOnboarding(program: Command<[], any, any>, done: (code: number) => void): void {
  program.command("onboarding").alias("setup").alias("reset")
    .description("set ductor up, change or repair it; every answer can be given as an option")
    .option("--token <token>", "the bot's token from @BotFather")
    .option(
      "--user <ids>",
      "Telegram ids that may talk to it, separated by commas",
      (value) => ids(value),
    )
    .option("--timezone <zone>", "such as Europe/Berlin (default: the system's)", zone)
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
    .option("--reset", "begin anew; the home folder is put aside, whole")
    .option("-y, --yes", "ask nothing; use the defaults for what is not given")
    .action(async ({ yes = false, ...answers }) => {
      const { onboarding } = await import("./onboarding.ts");
      const { code, startNow } = await onboarding({ ...answers, yes });
      if (!startNow) return done(code);
      const { start } = await import("../bot/start.ts");
      done(
        await start({
          verbose: program.opts().verbose ?? false,
          replace: true,
          supervisor: true,
          service: false,
        }),
      );
    });
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

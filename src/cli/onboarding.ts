/** `ductor onboarding`: from a fresh machine to a bot that runs, by questions or by flags. */
import { HostLauncher } from "../process/launcher.ts";
import { createAgents } from "../agents/provider.ts";
import { endInstance } from "../app/end_instance.ts";
import { ConfigError } from "../config/config_error.ts";
import { type Home, resolveHome } from "../config/home.ts";
import { peekConfig } from "../config/load.ts";
import { type Config, isBotToken, isConfigured } from "../config/schema.ts";
import { serviceManager } from "../service/manager.ts";
import { setAside } from "../base/set_aside.ts";
import { print, printError } from "./output.ts";
import { installService } from "./service.ts";
import {
  type Answers,
  modeWarning,
  propose,
  type SetupFlags,
  writeAnswers,
} from "./setup/answers.ts";
import { backUp, removeHome } from "./setup/backup.ts";
import { describeClis, findClis } from "./setup/clis.ts";
import { checkToken } from "./setup/telegram.ts";

/** `startNow`: everything is set up, and the bot is to start in this terminal. */
export interface SetUp {
  code: number;
  startNow: boolean;
}

const LEFT: SetUp = { code: 0, startNow: false };
const FAILED: SetUp = { code: 1, startNow: false };
const WRONG_USE: SetUp = { code: 2, startNow: false };

export async function onboarding(flags: SetupFlags): Promise<SetUp> {
  const home = resolveHome(Deno.env);
  const asks = !flags.yes && Deno.stdin.isTerminal() && Deno.stdout.isTerminal();
  if (asks) {
    const { wizard } = await import("./setup/wizard.ts");
    return await wizard(home, flags);
  }
  const found = await readConfig(home);
  if (found.problem !== undefined) {
    if (!flags.yes) {
      printError(`${found.problem}\n\nTo keep it under another name and make a new one: --yes`);
      return WRONG_USE;
    }
    print(`The old config is kept as ${await putAside(home)}.`);
  }
  if (flags.reset) {
    if (!flags.yes) {
      printError("--reset empties the home folder. To say that you mean it: --reset --yes");
      return WRONG_USE;
    }
    print(await resetHome(home));
  }
  return await byFlags(home, flags, found.config);
}

async function byFlags(home: Home, flags: SetupFlags, config?: Config): Promise<SetUp> {
  const clis = await findClis(createAgents({ launcher: new HostLauncher() }));
  const answers = propose(flags, config, clis);
  const missing = [
    ...isBotToken(answers.token) ? [] : ["--token <token>   the bot's token from @BotFather"],
    ...answers.users.length > 0
      ? []
      : ["--user <id>       your Telegram id (@userinfobot tells it)"],
  ];
  if (missing.length > 0) {
    const why = flags.token !== undefined && !isBotToken(flags.token)
      ? "What --token has is no bot token (digits, a colon, 35 letters and digits)."
      : "There is no terminal to ask in (or --yes was given), and an answer is missing.";
    printError(
      `${why}\n\n  ductor onboarding ${missing.join("\n                    ")}\n\n` +
        "ductor onboarding --help lists every answer that can be given so.",
    );
    return WRONG_USE;
  }
  print(describeClis(clis));
  if (!clis.some(({ installed }) => installed)) {
    print("The set-up goes on; the bot can answer once one of them is there.");
  }
  const bot = await checkToken(answers.token, answers.apiRoot);
  if (typeof bot === "string") {
    printError(bot);
    return FAILED;
  }
  const warning = modeWarning(answers, { uid: Deno.uid(), env: Deno.env });
  if (warning !== undefined) printError(`! ${warning}`);
  await writeAnswers(home, answers);
  print(`Set up for @${bot.username} in ${home.root}.`);
  return await finish(home, answers, false);
}

/** What comes after writing: the service, or how to start. */
export async function finish(home: Home, answers: Answers, startNow: boolean): Promise<SetUp> {
  if (answers.service) {
    try {
      if (await installService(home, serviceManager(home))) return LEFT;
    } catch (error) {
      printError(error instanceof Error ? error.message : String(error));
    }
    printError("\nThe rest is set up. Until the service works, start it with: ductor start");
    return startNow ? { code: 0, startNow } : FAILED;
  }
  if (!startNow) print("Start it with: ductor start");
  return { code: 0, startNow };
}

/** The config that is there, or what is wrong with it. Nothing is made or changed. */
export async function readConfig(
  home: Home,
): Promise<{ config?: Config; configured: boolean; problem?: string }> {
  try {
    const config = await peekConfig(home);
    return config === undefined
      ? { configured: false }
      : { config, configured: isConfigured(config) };
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return { configured: false, problem: error.message };
  }
}

/** Keeps a config that cannot be read under another name; returns that. */
export async function putAside(home: Home): Promise<string> {
  const bytes = await Deno.readFile(home.configFile);
  const aside = await setAside(home.configFile, "corrupt", bytes, new Date());
  await Deno.remove(home.configFile);
  return aside;
}

/** Ends the bot, backs up and empties the home; says what was done. */
export async function resetHome(home: Home): Promise<string> {
  await endInstance(home, { say: print });
  const backup = await backUp(home);
  await removeHome(home);
  return backup === undefined
    ? "The home folder was emptied; there was nothing to back up."
    : `The home folder was emptied. Config, memory, tasks and skills are kept in ${backup}`;
}

/** `ductor onboarding`: from a fresh machine to a bot that runs, by questions or by flags. */
import { HostLauncher } from "../../process/launcher.ts";
import { createAgents } from "../../agents/provider.ts";
import { type Home, resolveHome } from "../../config/home.ts";
import { type Config, isBotToken } from "../../config/schema.ts";
import { print, printError } from "../output.ts";
import { modeWarning, propose, type SetupFlags, writeAnswers } from "./answers.ts";
import { describeClis, engineOn, findClis } from "./clis.ts";
import { FAILED, finish, putAside, readConfig, resetHome, type SetUp } from "./steps.ts";
import { checkToken } from "./telegram.ts";

const WRONG_USE: SetUp = { code: 2, startNow: false };

export async function onboarding(flags: SetupFlags): Promise<SetUp> {
  const home = resolveHome(Deno.env);
  const asks = !flags.yes && Deno.stdin.isTerminal() && Deno.stdout.isTerminal();
  if (asks) {
    const { wizard } = await import("./wizard.ts");
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
      printError("--reset puts the home folder aside and begins anew. To confirm: --reset --yes");
      return WRONG_USE;
    }
    print(await resetHome(home));
  }
  return await byFlags(home, flags, found.config);
}

async function byFlags(home: Home, flags: SetupFlags, config?: Config): Promise<SetUp> {
  const clis = await findClis(await createAgents({ launcher: new HostLauncher() }));
  const answers = propose(flags, config, clis);
  const engine = answers.docker ? await engineOn(new HostLauncher()) : undefined;
  if (engine !== undefined) answers.engine = engine;
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
    print("Setup continues; the bot can answer once one of them is installed.");
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
  return await finish(home, answers, false, { ask: null });
}

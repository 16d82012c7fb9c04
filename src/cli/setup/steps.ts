/** What the two ways to set up have in common: asking on a terminal, and flags. */
import { endInstance } from "../../app/end_instance.ts";
import { setAside } from "../../base/set_aside.ts";
import { ConfigError } from "../../config/config_error.ts";
import type { Home } from "../../config/home.ts";
import { peekConfig } from "../../config/load.ts";
import { type Config, isConfigured } from "../../config/schema.ts";
import { serviceManager } from "../../service/manager.ts";
import { print, printError } from "../output.ts";
import { installService } from "../bot/service.ts";
import type { Offer } from "../env/offer.ts";
import type { Answers } from "./answers.ts";
import { putHomeAside } from "./old_home.ts";

/** `startNow`: everything is set up, and the bot is to start in this terminal. */
export interface SetUp {
  code: number;
  startNow: boolean;
}

const LEFT: SetUp = { code: 0, startNow: false };
export const FAILED: SetUp = { code: 1, startNow: false };

/** What comes after writing: the service, or how to start. */
export async function finish(
  home: Home,
  answers: Answers,
  startNow: boolean,
  offer: Offer = {},
): Promise<SetUp> {
  if (answers.service) {
    try {
      if (await installService(home, serviceManager(home), offer)) return LEFT;
    } catch (error) {
      printError(error instanceof Error ? error.message : String(error));
    }
    printError("\nEverything else is set up. Until the service works, start it with: ductor start");
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

/** Ends the bot and puts the home aside, whole; says what was done. */
export async function resetHome(home: Home): Promise<string> {
  await endInstance(home, { say: print });
  const aside = await putHomeAside(home);
  return aside === undefined
    ? "There was no home folder; it begins anew."
    : `It begins anew. All that was in the home folder is in ${aside} now; nothing was deleted.`;
}

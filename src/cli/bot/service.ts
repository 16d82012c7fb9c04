/** `ductor service …`: what starts the bot after every boot or login. */
import { isFile } from "../../base/on_disk.ts";
import { dirname } from "node:path";
import { endInstance } from "../../app/end_instance.ts";
import { findInstance } from "../../app/find_instance.ts";
import { type Home, resolveHome } from "../../config/home.ts";
import { peekConfig } from "../../config/load.ts";
import { isConfigured } from "../../config/schema.ts";
import { frozenPath } from "../../service/frozen_path.ts";
import { serviceManager } from "../../service/manager.ts";
import { ServiceError, type ServiceManager } from "../../service/service.ts";
import { type Offer, offerEnvironment } from "../env/offer.ts";
import { type Before, beforeStart, untilHears, WAIT_MS } from "./hears.ts";
import { logs as showLogs } from "./logs.ts";
import { print, printError } from "../output.ts";
import { selfCommand } from "../self.ts";

export const SERVICE_ACTIONS = ["install", "status", "start", "stop", "logs", "uninstall"] as const;
export type ServiceAction = (typeof SERVICE_ACTIONS)[number];

/** @returns 0 done; 1 failed; `status` like `ductor status`: 0 running, 3 not, 4 not installed */
export async function service(
  action: ServiceAction,
  home: Home = resolveHome(Deno.env),
  manager: ServiceManager = serviceManager(home),
  offer: Offer = {},
): Promise<number> {
  try {
    if (action === "install") return await installService(home, manager, offer) ? 0 : 1;
    if (!await manager.installed()) {
      printError(`The service is not installed. Install it with: ductor service install`);
      return action === "uninstall" ? 0 : action === "status" ? 4 : 1;
    }
    return await ACTIONS[action](home, manager);
  } catch (error) {
    if (!(error instanceof ServiceError)) throw error;
    printError(error.message);
    return 1;
  }
}

const ACTIONS: Record<
  Exclude<ServiceAction, "install">,
  (home: Home, manager: ServiceManager) => Promise<number>
> = {
  async status(home, manager) {
    const running = await manager.running();
    print(`${manager.name} service: installed, ${running ? "running" : "not running"}`);
    if (!running) print("Start it with: ductor service start");
    for (const problem of await serviceProblems(home, manager)) print(`! ${problem}`);
    return running ? 0 : 3;
  },
  async start(home, manager) {
    const { bot, supervisor } = await findInstance(home);
    const other = supervisor ?? bot;
    if (other && !other.service) {
      printError(
        `ductor is already running (process ${other.pid}). Stop it first with: ductor stop`,
      );
      return 1;
    }
    const before = await beforeStart(home);
    await manager.start();
    return await tellStart(home, manager, before, "The service is running") ? 0 : 1;
  },
  async stop(home, manager) {
    await manager.stop();
    await endInstance(home, { say: print });
    print(`The service has stopped; it starts again at the next ${manager.when}.`);
    return 0;
  },
  async logs(_, manager) {
    return await manager.logs() ? 0 : await showLogs({ follow: true, lines: 50 });
  },
  async uninstall(home, manager) {
    await manager.stop();
    await endInstance(home, { say: print });
    await manager.uninstall();
    print("The service is removed. The home folder is unchanged.");
    return 0;
  },
};

/**
 * Installs and starts it; `false`: it cannot work yet. What is to do is on the screen then.
 *
 * @param offer what becomes of the variables of this shell
 */
export async function installService(
  home: Home,
  manager: ServiceManager,
  offer: Offer = {},
): Promise<boolean> {
  const config = await peekConfig(home);
  if (!config || !isConfigured(config)) {
    printError("ductor is not configured yet. Run first: ductor onboarding");
    return false;
  }
  await offerEnvironment({ home, ...offer });
  const command = selfCommand();
  const path = await frozenPath(dirname(command[0]));
  // A bot in a terminal would have the lock, and the service would find no place.
  const { bot, supervisor } = await findInstance(home);
  if (bot || supervisor) {
    print("Stopping the running bot; the service takes its place.");
    await endInstance(home, { say: print });
  }
  const before = await beforeStart(home);
  const hints = await manager.install({ command, path });
  const installed = `The ${manager.name} service is installed; it starts at every ${manager.when}`;
  const started = await tellStart(home, manager, before, installed);
  for (const hint of hints) print(`\n${hint}`);
  return started;
}

/** Waits for the bot to work, and says so or why not. `false`: it has ended. */
async function tellStart(
  home: Home,
  manager: ServiceManager,
  before: Before,
  done: string,
): Promise<boolean> {
  const result = await untilHears(home, manager, before);
  if (result.kind === "hears") {
    print(`${done}. The bot is connected to Telegram.`);
    return true;
  }
  const why = result.why === undefined ? "" : `:\n  ${result.why.replaceAll("\n", "\n  ")}`;
  if (result.kind === "waiting") {
    print(
      `${done}. It keeps trying, but Telegram has not answered within ${WAIT_MS / 1000} s${why}`,
    );
    print("What it does: ductor service logs");
    return true;
  }
  printError(`The service was started, but the bot does not work${why}`);
  printError("Its whole log: ductor service logs");
  return false;
}

/** What does not fit between an installed service and this program, each with what to type. */
export async function serviceProblems(home: Home, manager: ServiceManager): Promise<string[]> {
  const problems: string[] = [];
  const again = "Fix it with: ductor service install";
  const started = await manager.command();
  const own = selfCommand();
  const program = started?.find((part) => !part.startsWith("-"));
  if (program !== undefined) {
    const there = await isFile(program);
    if (!there) {
      problems.push(`The service starts ${program}, which is gone. ${again}`);
    } else if (started!.slice(0, own.length).join("\0") !== own.join("\0")) {
      problems.push(`The service starts ${program}, not this program (${own[0]}). ${again}`);
    }
  }
  const frozen = await manager.path();
  const now = await frozenPath(dirname(own[0]));
  const missing = frozen === undefined
    ? []
    : now.split(":").filter((folder) => !frozen.split(":").includes(folder));
  if (Deno.build.os !== "windows" && missing.length > 0) {
    problems.push(`The service does not search in ${missing.join(", ")}. ${again}`);
  }
  if (problems.length === 0 && await manager.outdated?.()) {
    problems.push(`The service was made by another version, or changed by hand. ${again}`);
  }
  const { bot } = await findInstance(home);
  const changed = program && (await Deno.stat(program).catch(() => undefined))?.mtime;
  if (bot?.service && changed && changed.getTime() > Date.parse(bot.since)) {
    problems.push("The program was changed after the bot began. Use the new one: ductor restart");
  }
  return problems;
}

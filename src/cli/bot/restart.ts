/** `ductor restart`: a running bot starts anew where it is; else one is started here. */
import { isRunning } from "../../app/end_instance.ts";
import { findInstance } from "../../app/find_instance.ts";
import { requestRestart } from "../../service/restart.ts";
import { systemClock } from "../../base/clock.ts";
import { resolveHome } from "../../config/home.ts";
import { print, printError } from "../output.ts";

/** Running turns have their time, and then the bot has to start. */
const WAIT_MS = 60_000;

export async function restart(): Promise<number | "start" | "replace"> {
  const home = resolveHome(Deno.env);
  const before = await findInstance(home);
  if (!isRunning(before)) return "start";
  // Without anybody who starts it again it would only end.
  if (!before.supervisor && !before.bot?.service) return "replace";
  await requestRestart(home);
  print("Restarting; it finishes what it is working on first…");
  const end = systemClock.now() + WAIT_MS;
  while (systemClock.now() < end) {
    await systemClock.sleep(200);
    const { bot } = await findInstance(home);
    if (bot && bot.pid !== 0 && bot.pid !== before.bot?.pid) {
      print(`ductor has restarted (process ${bot.pid}).`);
      return 0;
    }
  }
  printError("It has not restarted yet. See what it is doing: ductor logs -f");
  return 1;
}

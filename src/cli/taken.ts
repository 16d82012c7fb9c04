/** Whether the running bot has taken what was left for it. */
import { systemClock } from "../base/clock.ts";
import type { Home } from "../config/home.ts";
import { isHeld } from "../jobs/spool.ts";

/** How long the running bot may take to pick it up before that is said. */
const TAKEN_MS = 5000;
const LOOK_MS = 50;

/** @returns `busy`: a bot runs and has not taken it yet */
export async function takenBy(
  home: Pick<Home, "spoolLockFile">,
  spool: { has(name: string): Promise<boolean> },
  name: string,
): Promise<"taken" | "busy" | "no bot"> {
  if (!await isHeld(home.spoolLockFile)) return "no bot";
  const end = systemClock.elapsed() + TAKEN_MS;
  while (systemClock.elapsed() < end) {
    await systemClock.sleep(LOOK_MS);
    if (!await spool.has(name)) return "taken";
  }
  return "busy";
}

/**
 * Whether the bot that a service manager has just started works: that its process lives says little,
 * so it has to have heard from Telegram; or else it is told why not.
 *
 * @module
 */
import { findInstance } from "../../app/find_instance.ts";
import { lastWords } from "../../app/last_words.ts";
import { type Clock, systemClock } from "../../base/clock.ts";
import { readEnd } from "../../base/file_end.ts";
import { oneLine, shorten } from "../../base/text.ts";
import type { Home } from "../../config/home.ts";
import type { ServiceManager } from "../../service/service.ts";

/** How long a start may take on a slow machine. */
export const WAIT_MS = 20_000;
const POLL_MS = 200;
/** So often in a row it has to be seen not running: some managers take a moment to know. */
const GONE_AFTER = 5;
/** How much of the log is looked at, bytes. */
const LOG_BYTES = 64 * 1024;
const WHY_LENGTH = 600;

/** `waiting`: it runs and has not heard yet. */
export type Hears = { kind: "hears" } | { kind: "ended" | "waiting"; why: string | undefined };

/** What the log was before the start, so that only what came after is told. */
export interface Before {
  at: number;
  logSize: number;
}

export async function beforeStart(home: Home): Promise<Before> {
  const logSize = await Deno.stat(home.logFile).then(({ size }) => size, () => 0);
  // File systems know the time a little less exactly than clocks do.
  return { at: Date.now() - 50, logSize };
}

export async function untilHears(
  home: Home,
  manager: Pick<ServiceManager, "running">,
  before: Before,
  clock: Clock = systemClock,
): Promise<Hears> {
  const end = clock.now() + WAIT_MS;
  let gone = 0;
  while (clock.now() < end && gone < GONE_AFTER) {
    if (await hears(home)) return { kind: "hears" };
    gone = await manager.running() ? 0 : gone + 1;
    await clock.sleep(POLL_MS);
  }
  const said = await lastWords(home, before.at);
  const why = said ?? await lastTrouble(home, before.logSize);
  return {
    kind: gone === GONE_AFTER || said !== undefined ? "ended" : "waiting",
    why: why && shorten(why, WHY_LENGTH),
  };
}

/** Whether the bot that runs now is the one that last noted an answer of Telegram. */
async function hears(home: Home): Promise<boolean> {
  const { bot } = await findInstance(home);
  if (!bot || bot.pid === 0) return false;
  try {
    const [pid] = (await Deno.readTextFile(home.workedFile)).split("\n");
    const { mtime } = await Deno.stat(home.workedFile);
    // Another life may have had this pid.
    return pid === String(bot.pid) && (mtime?.getTime() ?? 0) >= Date.parse(bot.since);
  } catch {
    return false;
  }
}

/** The last warning or error that was logged since. */
async function lastTrouble(home: Home, sizeBefore: number): Promise<string | undefined> {
  const size = await Deno.stat(home.logFile).then(({ size }) => size, () => 0);
  const added = size >= sizeBefore ? size - sizeBefore : size;
  const end = added > 0 ? await readEnd(home.logFile, Math.min(added + 1, LOG_BYTES)) : undefined;
  const line = end?.lines.findLast((line) =>
    /^\S+ \S+ \[(WARNING|ERROR|CRITICAL)\]|^\{.*"level":"(WARNING|ERROR|CRITICAL)"/.test(line)
  );
  return line && oneLine(line.replace(/^\S+ \S+ \[\w+\] \S+: /, ""));
}

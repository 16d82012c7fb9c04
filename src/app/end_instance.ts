/**
 * Ending the bot of a home from another process: `ductor stop`, `restart`, `start --replace`.
 *
 * @module
 */
import { hostProcessTable, type ProcessTable } from "../process/process_table.ts";
import { type Clock, systemClock } from "../base/clock.ts";
import type { Home } from "../config/home.ts";
import { findInstance, type Instance, isSameProcess } from "./find_instance.ts";
import { requestStop } from "../service/restart.ts";

/** A little more than a bot gives its running turns. */
const GRACE_MS = 40_000;
const KILL_MS = 5000;
const POLL_MS = 100;

export interface EndOptions {
  clock?: Clock;
  table?: ProcessTable;
  graceMs?: number;
  /** Told when it takes longer. */
  say?(text: string): void;
  /** Stands in for `Deno.kill`. */
  signal?(pid: number, name: "SIGTERM" | "SIGKILL"): void;
  os?: typeof Deno.build.os;
}

/** `forced`: it did not end by itself. */
export type Ended = "not_running" | "ended" | "forced";

/**
 * Ends what runs for `home`: asks, waits until running turns had their time, then kills. Resolves
 * when the locks are free, so that a new one can start at once.
 *
 * @throws {Error} it cannot be told which process to end, or it withstands
 */
export async function endInstance(home: Home, options: EndOptions = {}): Promise<Ended> {
  const { clock = systemClock, graceMs = GRACE_MS } = options;
  const found = await findInstance(home);
  if (!isRunning(found)) return "not_running";
  await checked(found, options);
  await ask(home, found, options);
  if (await freeWithin(home, Math.min(2000, graceMs), clock)) return "ended";
  options.say?.("It finishes what it is working on…");
  if (await freeWithin(home, graceMs - 2000, clock)) return "ended";
  for (const pid of pids(await findInstance(home))) send(pid, "SIGKILL", options);
  if (await freeWithin(home, KILL_MS, clock)) return "forced";
  throw new Error(
    `Process ${pids(found).join(" and ")} cannot be ended; it may belong to another user. ` +
      "End it by hand and try again",
  );
}

/** Whether anything runs. */
export function isRunning({ supervisor, bot, original }: Instance): boolean {
  return (supervisor ?? bot ?? original) !== undefined;
}

/** The bot first: its supervisor, when killed, has nobody left to end. */
function pids({ supervisor, bot, original }: Instance): number[] {
  return [bot, supervisor, original].flatMap((holder) => holder ? [holder.pid] : []);
}

/** A signal must reach who holds the lock and nobody else. */
async function checked(found: Instance, { table = hostProcessTable() }: EndOptions) {
  for (const holder of [found.supervisor, found.bot]) {
    if (holder === undefined || await isSameProcess(holder, table)) continue;
    throw new Error(
      `Something holds the lock of this home, but process ${holder.pid}, which should, is ` +
        "another one or gone. Look for a ductor that is just starting, and try again",
    );
  }
}

async function ask(home: Home, found: Instance, options: EndOptions): Promise<void> {
  if ((options.os ?? Deno.build.os) === "windows") {
    // There a signal from another process is a kill.
    await requestStop(home);
    return;
  }
  const first = found.supervisor ?? found.bot ?? found.original;
  if (first) send(first.pid, "SIGTERM", options);
}

function send(pid: number, name: "SIGTERM" | "SIGKILL", options: EndOptions): void {
  try {
    (options.signal ?? Deno.kill)(pid, name);
  } catch (error) {
    // Gone meanwhile: what was wanted.
    if (!(error instanceof Deno.errors.NotFound) && !(error instanceof TypeError)) throw error;
  }
}

async function freeWithin(home: Home, ms: number, clock: Clock): Promise<boolean> {
  const end = clock.elapsed() + ms;
  do {
    if (!isRunning(await findInstance(home))) return true;
    await clock.sleep(POLL_MS);
  } while (clock.elapsed() < end);
  return false;
}

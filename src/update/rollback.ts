/**
 * A new program is on trial until it has heard from Telegram. If it ends before, or does not hear
 * within a minute, the old program comes back. The process that judges is the supervisor, which
 * still runs the old code, so whatever is wrong with the new one cannot hinder it.
 *
 * @module
 */
import { type Clock, systemClock } from "../clock.ts";
import type { Home } from "../config/home.ts";
import { readTextIfExists, writeFileAtomic } from "../store/atomic_file.ts";
import { parseObject, placeIn, textIn } from "./fields.ts";
import { swapBack } from "./replace.ts";
import { writeUpgradeSentinel } from "./sentinel.ts";

/** How long a new program has, from its start. */
export const TRIAL_MS = 60_000;
/** How long it may take to end when its time is over. */
const END_MS = 10_000;
const LOOK_MS = 250;

/** Asked for a restart: no failure of its own. */
const RESTART = 42;

export interface Trial {
  oldVersion: string;
  newVersion: string;
  /** Path of the program that was replaced. */
  executable: string;
  /** Who asked for the upgrade; absent: a terminal. */
  chatId?: number;
  threadId?: number;
}

/** Notes that the program that starts next is new. To be called when it has taken its place. */
export async function beginTrial(home: Home, trial: Trial): Promise<void> {
  const { oldVersion, newVersion, executable, chatId, threadId } = trial;
  const content = {
    old_version: oldVersion,
    new_version: newVersion,
    executable,
    ...chatId !== undefined && { chat_id: chatId },
    ...threadId !== undefined && { thread_id: threadId },
  };
  await writeFileAtomic(home.upgradeTrialFile, JSON.stringify(content, null, 2) + "\n");
}

/** The trial that goes on; `undefined`: none, or the file makes no sense. */
export async function currentTrial(home: Home): Promise<Trial | undefined> {
  const raw = parseObject(await readTextIfExists(home.upgradeTrialFile));
  const executable = textIn(raw, "executable");
  const [oldVersion, newVersion] = [textIn(raw, "old_version"), textIn(raw, "new_version")];
  if (!executable || !oldVersion || !newVersion) return undefined;
  return { oldVersion, newVersion, executable, ...placeIn(raw) };
}

/** Ends the trial, however it went. */
export async function endTrial(home: Home): Promise<void> {
  await Deno.remove(home.upgradeTrialFile).catch((error) => {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  });
}

/**
 * Called by a program that has heard from Telegram. Ends the trial, whichever program it was for: if
 * this is another one, somebody has put it there by hand since.
 *
 * @returns the trial that is over; `undefined`: there was none
 */
export async function markHealthy(home: Home): Promise<Trial | undefined> {
  const trial = await currentTrial(home);
  if (trial) await endTrial(home);
  return trial;
}

/** How a program on trial is doing. */
export interface Doing {
  /** Milliseconds since it was started. */
  ran: number;
  /** Its exit code, when it has ended. */
  code: number | undefined;
}

/** Whether a program whose trial is not over has failed, and why; `undefined`: not so far. */
export function shouldRollBack({ ran, code }: Doing): string | undefined {
  // Ended on purpose, or wants to be started again: it goes on with the next start.
  if (code === 0 || code === RESTART) return undefined;
  if (code !== undefined) return `it ended with code ${code} before it could reach Telegram`;
  if (ran >= TRIAL_MS) return `it did not reach Telegram within ${TRIAL_MS / 1000} s`;
  return undefined;
}

/** Puts the old program back and leaves word for it to tell. */
export async function rollBack(home: Home, trial: Trial, why: string): Promise<void> {
  await swapBack(trial.executable);
  const { chatId, threadId, oldVersion, newVersion } = trial;
  await writeUpgradeSentinel(home, {
    ...chatId !== undefined && { chatId },
    ...threadId !== undefined && { threadId },
    oldVersion,
    newVersion,
    failed: why,
  });
  await endTrial(home);
}

/** As the supervisor sees the bot. */
interface Watched {
  readonly exited: Promise<number>;
  signal(name: Deno.Signal): void;
}

export interface WatchOptions {
  clock?: Clock;
  /** For the user. */
  say(text: string): void;
}

/**
 * Watches a bot that was just started, if it is on trial. Its exit code then is that of a wish to
 * be started again when the old program was put back.
 */
export function watchTrial<B extends Watched>(home: Home, bot: B, options: WatchOptions): B {
  return { ...bot, exited: watched(home, bot, options) };
}

async function watched(home: Home, bot: Watched, options: WatchOptions): Promise<number> {
  const { clock = systemClock, say } = options;
  const began = clock.now();
  const over = new AbortController();
  let code: number | undefined;
  const exited = bot.exited.then((exit) => {
    code = exit;
    over.abort();
    return exit;
  });
  while (true) {
    const trial = await currentTrial(home).catch(() => undefined);
    if (!trial) return await exited;
    const why = shouldRollBack({ ran: clock.now() - began, code });
    if (why === undefined) {
      if (code !== undefined) return code;
      await clock.sleep(LOOK_MS, over.signal);
      continue;
    }
    say(`ductor ${trial.newVersion} does not work here: ${why}. Going back to the old version.`);
    await end(bot, over.signal, clock);
    const ended = await exited;
    try {
      await rollBack(home, trial, why);
      return RESTART;
    } catch (error) {
      say(
        `The old version could not be put back: ${error instanceof Error ? error.message : error}`,
      );
      // Else it would be tried again with every start.
      await endTrial(home).catch(() => {});
      return ended;
    }
  }
}

async function end(bot: Watched, gone: AbortSignal, clock: Clock): Promise<void> {
  if (gone.aborted) return;
  bot.signal("SIGTERM");
  await clock.sleep(END_MS, gone);
  if (!gone.aborted) bot.signal("SIGKILL");
}

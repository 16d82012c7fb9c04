/**
 * A new program is on trial until it has heard from Telegram. If it ends before, or does not hear
 * within a minute in which others could, the old program comes back. The process that judges is the
 * supervisor, which still runs the old code, so whatever is wrong with the new one cannot hinder it.
 *
 * @module
 */
import { type Clock, systemClock } from "../base/clock.ts";
import type { Home } from "../config/home.ts";
import { readTextIfExists, writeFileAtomic } from "../base/atomic_file.ts";
import { parseJson } from "../base/jsonc.ts";
import { parseObject, placeIn, textIn } from "./fields.ts";
import { swapBack } from "./replace.ts";
import { writeUpgradeSentinel } from "./sentinel.ts";

/** How long a new program has, from its first start. */
export const TRIAL_MS = 60_000;
/** How long it may take to end when its time is over. */
const END_MS = 10_000;
const LOOK_MS = 250;
/** How long Telegram may take to answer the question whether it is there. */
const ONLINE_MS = 5000;

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
  /** Milliseconds since it was first started. */
  ran: number;
  /** Its exit code, when it has ended. */
  code: number | undefined;
}

/** Whether a program whose trial is not over has failed, and why; `undefined`: not so far. */
export function shouldRollBack({ ran, code }: Doing): string | undefined {
  // Wanting to be started again is no failure, until it has done nothing else for so long.
  if (code !== undefined && code !== RESTART) {
    return `it ended with code ${code} before it could reach Telegram`;
  }
  if (ran >= TRIAL_MS) return `it did not reach Telegram within ${TRIAL_MS / 1000} s`;
  return undefined;
}

/** Puts the old program back and leaves word for it to tell. */
async function rollBack(home: Home, trial: Trial, why: string): Promise<void> {
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
  /** Whether Telegram can be reached from here at all; asked before it is held against a program. */
  online?(): Promise<boolean>;
  os?: typeof Deno.build.os;
}

/** Watches the bots that one supervisor starts, one after the other, while there is a trial. */
export class TrialWatch {
  readonly #home: Home;
  readonly #options: WatchOptions;
  /** The version on trial, and since when it has had its time. */
  #version: string | undefined;
  #since: number | undefined;

  constructor(home: Home, options: WatchOptions) {
    this.#home = home;
    this.#options = options;
  }

  /**
   * The bot that was just started. Its exit code is that of a wish to be started again when the old
   * program was put back.
   */
  over<B extends Watched>(bot: B): B {
    let asked = false;
    const exited = this.#outcome(bot, () => asked);
    const signal = (name: Deno.Signal) => {
      asked = true;
      bot.signal(name);
    };
    return { ...bot, exited, signal };
  }

  async #outcome(bot: Watched, asked: () => boolean): Promise<number> {
    const { clock = systemClock, os = Deno.build.os } = this.#options;
    const online = this.#options.online ?? (() => telegramAnswers(this.#home));
    const began = clock.elapsed();
    const over = new AbortController();
    let code: number | undefined;
    let reachable = false;
    let own: string | undefined;
    const exited = bot.exited.then((exit) => {
      code = exit;
      over.abort();
      return exit;
    });
    while (true) {
      const trial = await currentTrial(this.#home).catch(() => undefined);
      if (trial?.newVersion !== this.#version) this.#since = undefined;
      this.#version = trial?.newVersion;
      own ??= trial?.newVersion;
      // Another one that has been put on trial since is started next.
      if (!trial || trial.newVersion !== own) return await exited;
      // Who was told to end has not failed. On Windows a file tells it, and we don't hear of that.
      if (asked() || (code === 0 && os === "windows")) return await exited;
      this.#since ??= began;
      const why = shouldRollBack({ ran: clock.elapsed() - this.#since, code });
      if (why === undefined) {
        if (code !== undefined) return code;
        await clock.sleep(LOOK_MS, over.signal);
        continue;
      }
      if ((code === undefined || code === RESTART) && !reachable) {
        reachable = await online();
        if (!reachable) this.#since = clock.elapsed();
        continue;
      }
      return await this.#goBack(trial, why, bot, exited, over.signal);
    }
  }

  async #goBack(
    trial: Trial,
    why: string,
    bot: Watched,
    exited: Promise<number>,
    gone: AbortSignal,
  ): Promise<number> {
    const { clock = systemClock, say } = this.#options;
    say(`ductor ${trial.newVersion} does not work here: ${why}. Going back to the old version.`);
    await end(bot, gone, clock);
    const ended = await exited;
    try {
      await rollBack(this.#home, trial, why);
      return RESTART;
    } catch (error) {
      say(
        `The old version could not be put back: ${error instanceof Error ? error.message : error}`,
      );
      // Else it would be tried again with every start.
      await endTrial(this.#home).catch(() => {});
      return ended;
    }
  }
}

/** Whether the server the bot speaks to answers, whatever it says. */
async function telegramAnswers(home: Home): Promise<boolean> {
  try {
    const text = await readTextIfExists(home.configFile).catch(() => undefined);
    const config = await parseJson(text ?? "{}").catch(() => ({}));
    const url = new URL(textIn(Object(config), "telegram_api_root") ?? "https://api.telegram.org");
    using client = await clientOf(home);
    const signal = AbortSignal.timeout(ONLINE_MS);
    const response = await fetch(url, { client, method: "HEAD", redirect: "manual", signal });
    await response.body?.cancel();
    return true;
  } catch {
    return false;
  }
}

/** Connects as the bot does: by the proxies and certificates that `.env` names, too. */
async function clientOf(home: Home): Promise<Deno.HttpClient> {
  // Here, because hardly any process that supervises needs it.
  const { Environment } = await import("../config/environment.ts");
  using _environment = new Environment(home);
  return Deno.createHttpClient({});
}

async function end(bot: Watched, gone: AbortSignal, clock: Clock): Promise<void> {
  if (gone.aborted) return;
  bot.signal("SIGTERM");
  await clock.sleep(END_MS, gone);
  if (!gone.aborted) bot.signal("SIGKILL");
}

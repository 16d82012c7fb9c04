/** `ductor upgrade`: the newest release in the place of this program. */
import { REPOSITORY, VERSION } from "../base/about.ts";
import { isRunning } from "../app/end_instance.ts";
import { findInstance, type Instance } from "../app/find_instance.ts";
import { requestRestart } from "../service/restart.ts";
import { type Clock, systemClock } from "../base/clock.ts";
import { type Home, resolveHome } from "../config/home.ts";
import { peekOrLastGood } from "../config/load.ts";
import { defaultConfig } from "../config/schema.ts";
import { readTextIfExists } from "../base/atomic_file.ts";
import { PUBLIC_KEY } from "../update/public_key.ts";
import { currentTrial } from "../update/rollback.ts";
import { howToPull, runningExecutable, Updater } from "../update/updater.ts";
import { type Step, undo as undoUpgrade } from "../update/upgrade.ts";
import { progressText } from "../chat/upgrade/texts.ts";
import { print, printError, printPart } from "./output.ts";

export interface UpgradeOptions {
  /** Only say whether there is a newer version. */
  check: boolean;
  /** Go back to the program before the last upgrade. */
  undo: boolean;
}

/** Running turns may have theirs, then a new program has a minute, then the old one starts. */
const WAIT_MS = 180_000;

/** @returns exit code: 0 well (or nothing to do), 1 not possible; it says why */
export async function upgrade({ check, undo }: UpgradeOptions): Promise<number> {
  const home = resolveHome(Deno.env);
  const executable = await runningExecutable();
  if (executable === undefined && !check) {
    printError(`${howToPull()}.`);
    return 1;
  }
  try {
    if (undo) return await goBack(home, executable!);
    const config = await peekOrLastGood(home) ?? defaultConfig();
    const updater = new Updater({
      home,
      config: () => config,
      version: VERSION,
      repository: REPOSITORY,
      publicKey: PUBLIC_KEY,
      executable,
    });
    const release = await updater.newer();
    if (!release) {
      print(`ductor ${VERSION} is the newest version.`);
      return 0;
    }
    if (check) {
      print(
        `ductor ${release.version} is available; this is ${VERSION}.` +
          (release.page === undefined ? "" : `\n${release.page}`),
      );
      return 0;
    }
    await updater.install(release, { progress: shown(release.version) });
    print(`ductor ${release.version} is in place (was ${VERSION}).`);
    return await restartInto(home, release.version);
  } catch (error) {
    printError(error instanceof Error ? error.message : String(error));
    return 1;
  }
}

async function goBack(home: Home, executable: string): Promise<number> {
  const version = await undoUpgrade({ home, version: VERSION, executable });
  print(`ductor ${version} is in place (was ${VERSION}). The same again leads back.`);
  return await restartInto(home, version);
}

/** Has a running bot start anew, and waits until the new program has shown that it works. */
async function restartInto(home: Home, version: string): Promise<number> {
  const before = await findInstance(home);
  if (!isRunning(before)) return 0;
  if (!before.supervisor && !before.bot?.service) {
    print("The running bot is still the old version. Restart it with: ductor restart");
    return 0;
  }
  await requestRestart(home);
  print("The bot is restarting; it finishes what it is working on first…");
  const end = await outcome(home, before);
  if (end === "runs") print(`ductor ${version} is running.`);
  else if (end === "unheard") {
    print(
      `ductor ${version} is running, but Telegram has not answered it yet. It goes on trying; if ` +
        "Telegram can be reached from here and this version cannot do it, the previous one comes back.",
    );
  } else if (end === "back") {
    printError(
      `ductor ${version} did not work here, so the previous version is back and running. ` +
        "See: ductor logs",
    );
  } else printError("It has not restarted yet. See what it is doing: ductor logs -f");
  return end === "runs" || end === "unheard" ? 0 : 1;
}

/**
 * What becomes of the bot that starts anew. `unheard`: it has, and nothing is known of it yet;
 * `unknown`: it has not.
 */
export async function outcome(
  home: Home,
  before: Instance,
  clock: Clock = systemClock,
): Promise<"runs" | "back" | "unheard" | "unknown"> {
  const restarted = async () => {
    const { bot } = await findInstance(home);
    return bot !== undefined && bot.pid !== 0 && bot.pid !== before.bot?.pid;
  };
  const end = clock.elapsed() + WAIT_MS;
  while (clock.elapsed() < end) {
    await clock.sleep(250);
    if (await wentBack(home)) return "back";
    if (await currentTrial(home) || !await restarted()) continue;
    return await wentBack(home) ? "back" : "runs";
  }
  return await restarted() ? "unheard" : "unknown";
}

/** Whether the old program has word to tell that it was put back; see update/rollback.ts. */
async function wentBack(home: Home): Promise<boolean> {
  const text = await readTextIfExists(home.upgradeSentinelFile).catch(() => undefined);
  return text !== undefined && text.includes('"failed"');
}

/** Draws over one line on a terminal; else says each step once. */
function shown(version: string): (step: Step) => void {
  const terminal = Deno.stdout.isTerminal();
  let last = "";
  return (step) => {
    if (step.step === "replace") return;
    const far = terminal || step.step === "check";
    const text = far ? progressText(step, version) : `Downloading ${version}…`;
    if (text === last) return;
    last = text;
    if (!terminal) return print(text);
    printPart(`\r\x1b[K${text}${step.step === "download" ? "" : "\n"}`);
  };
}

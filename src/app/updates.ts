/** Wires the part that keeps ductor up to date into the running bot. */
import { getLogger } from "@logtape/logtape";
import { REPOSITORY, VERSION } from "../base/about.ts";
import { type Clock, systemClock } from "../base/clock.ts";
import { spawn } from "../base/async/spawn.ts";
import type { Home } from "../config/home.ts";
import type { Config } from "../config/schema.ts";
import type { Speaker } from "../conversation/speaker.ts";
import type { Outbox } from "../telegram/outbox.ts";
import { UpgradePanel } from "../chat/upgrade/panel.ts";
import { UpdateObserver } from "../update/observer.ts";
import { PUBLIC_KEY } from "../update/public_key.ts";
import { currentTrial, markHealthy } from "../update/rollback.ts";
import { announceUpgrade, hasUpgradeSentinel, writeUpgradeSentinel } from "../update/sentinel.ts";
import { runningExecutable, Updater } from "../update/updater.ts";
import { requestRestart } from "../service/restart.ts";

const log = getLogger(["ductor", "update"]);

export interface UpdatesOptions {
  home: Home;
  config(): Config;
  speaker: Speaker;
  outbox: Outbox;
  signal: AbortSignal;
  clock?: Clock;
  /** Ends the program so that it is started again; absent: asks for it by the marker file. */
  restart?(): void;
  /** Stands in for the real one, which depends on how this program runs. */
  updater?: Updater;
}

export interface Updates {
  /** `/upgrade`, the notice, and their buttons. */
  panel: UpgradePanel;
  /** Looks for new versions from now on. */
  start(): void;
  /** Called when Telegram has answered: the program works, and can say how it came here. */
  connected(): Promise<void>;
}

export async function updatesOf(options: UpdatesOptions): Promise<Updates> {
  const { home, config, speaker, outbox, signal, clock = systemClock } = options;
  const updater = options.updater ?? new Updater({
    home,
    config,
    version: VERSION,
    repository: REPOSITORY,
    publicKey: PUBLIC_KEY,
    executable: await runningExecutable(),
  });
  const observer: UpdateObserver = new UpdateObserver({
    file: home.updateFile,
    version: VERSION,
    wanted: () => updater.knowsSource && config().update.check,
    newerThan: (_, stop) => updater.newer(stop),
    notify: (release) => panel.notify(release),
    clock,
  });
  const panel: UpgradePanel = new UpgradePanel({
    updater,
    speaker,
    outbox,
    users: () => config().allowed_user_ids,
    restart: async () => options.restart ? options.restart() : await requestRestart(home),
    seen: (version) => observer.seen(version),
    signal,
  });
  return {
    panel,
    start() {
      // From source there is nothing to offer.
      if (updater.replaceable) spawn("Looking for releases", observer.run(signal));
    },
    async connected() {
      const trial = await currentTrial(home);
      // Before the trial is over: a crash right after must not lose how it went.
      if (trial && !await hasUpgradeSentinel(home)) {
        await writeUpgradeSentinel(home, trial).catch((error) =>
          log.error("How the upgrade went is told now or never: {error}", { error })
        );
      }
      await markHealthy(home);
      await announceUpgrade(home, (sentinel, at) => panel.announce(sentinel, at));
    },
  };
}

/** Takes over changes of `config.json` while the bot runs. */
import { getLogger } from "@logtape/logtape";
import { watchFolders } from "../base/folder_watch.ts";
import { basename } from "node:path";
import type { Clock } from "../base/clock.ts";
import type { Home } from "../config/home.ts";
import { ConfigError, loadConfig } from "../config/load.ts";
import type { Config } from "../config/schema.ts";

const log = getLogger(["ductor", "config"]);

/** What a running bot cannot change under way: with whom it speaks, and where its agents run. */
const FIXED = ["telegram_token", "telegram_api_root", "docker"] as const;

export interface ConfigWatch {
  home: Home;
  clock: Clock;
  signal: AbortSignal;
  current(): Config;
  /** Gets the new config, with the old values of what needs a restart. */
  changed(config: Config): void;
  /** Markdown for the owner. */
  tell(markdown: string): Promise<void>;
}

/** Watches until `signal` aborts. A file that cannot be used changes nothing; the owner is told. */
export async function watchConfig(options: ConfigWatch): Promise<void> {
  const { home, clock, signal, current, changed, tell } = options;
  let told = "";
  const look = async () => {
    try {
      const { config } = await loadConfig(home);
      if (JSON.stringify(config) === JSON.stringify(current())) {
        told = "";
        return;
      }
      const fixed = FIXED.filter((key) =>
        JSON.stringify(config[key]) !== JSON.stringify(current()[key])
      );
      changed({ ...config, ...Object.fromEntries(FIXED.map((key) => [key, current()[key]])) });
      log.info("The config was changed and is in use");
      // What waits for a restart differs at every look, but need be told only once.
      if (told === fixed.join()) return;
      told = fixed.join();
      if (fixed.length > 0) {
        await tell(`\`${fixed.join("`, `")}\` in the config takes effect after /restart.`);
      }
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error;
      // An editor may save in steps, and the same mistake need not be told twice.
      if (told === error.message) return;
      told = error.message;
      await tell(
        `⚠️ The config was changed, but cannot be used; the old one stays.\n\n${error.message}`,
      );
    }
  };
  await watchFolders({
    folders: () => [home.configDir],
    changed: look,
    concerns: (path) => basename(path) === basename(home.configFile),
    clock,
    signal,
  });
}

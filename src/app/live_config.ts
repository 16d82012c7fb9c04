/**
 * The one holder of the config while the bot runs. What is changed in `config.json`, by whomever, is
 * in use at once, but for the keys that hold from the next start: those keep their value, and the
 * owner is told. A file that cannot be used changes nothing, and is told once. People who are new on
 * the list count from when an owner has let them in.
 */
import { getLogger } from "@logtape/logtape";
import { basename } from "node:path";
import type { Clock } from "../base/clock.ts";
import { watchFolders } from "../base/folder_watch.ts";
import { ConfigError } from "../config/config_error.ts";
import type { Home } from "../config/home.ts";
import { configVersion, noteInUse } from "../config/in_use.ts";
import { type ChangeConfig, keepGood, loadConfig, updateConfig } from "../config/load.ts";
import { RESTART_KEYS } from "../config/keys.ts";
import type { Config } from "../config/schema.ts";
import { type Change, type LooseKey, WhoMay } from "../config/who_may.ts";

const log = getLogger(["ductor", "config"]);

/** A key of the config, or of one of its groups: `agents`, `webhooks.port`. */
export type ConfigKey =
  | keyof Config
  | {
    [G in keyof Config]-?: Config[G] extends readonly unknown[] ? never
      : Config[G] extends Record<string, unknown> ? `${G}.${keyof Config[G] & string}`
      : never;
  }[keyof Config];

interface Listener {
  keys: readonly ConfigKey[];
  act(config: Config): void | Promise<void>;
}

export class LiveConfig {
  readonly #home: Home;
  readonly #may: WhoMay;
  readonly #listeners = new Set<Listener>();
  #config: Config;
  /** The list in the file, with those who have not been let in. */
  #listed: readonly number[];
  /** What was told last; the same is not told twice. */
  #told = "";

  private constructor(home: Home, config: Config, may: WhoMay) {
    this.#home = home;
    this.#may = may;
    this.#listed = config.allowed_user_ids;
    this.#config = { ...config, allowed_user_ids: may.admitted(this.#listed) };
  }

  static async open(home: Home, config: Config): Promise<LiveConfig> {
    return new LiveConfig(home, config, await WhoMay.open(home, config));
  }

  /** As it is now. To be asked each time, not kept. */
  readonly get = (): Config => this.#config;

  /** Calls `act` each time one of the keys has another value. What it throws is logged. */
  changed(keys: readonly ConfigKey[], act: Listener["act"]): void {
    this.#listeners.add({ keys, act });
  }

  /**
   * Changes the file, and takes the change over at once.
   *
   * @param change New values; or a function that changes what is in the file now, whatever others have
   *   written there meanwhile.
   */
  async update(change: Partial<Config> | ChangeConfig): Promise<void> {
    const fn = typeof change === "function" ? change : (raw: object) => Object.assign(raw, change);
    if (typeof change !== "function") {
      // Before the file changes, so that nobody is told of their own press.
      for (const key of ["permission_mode", "file_access"] satisfies LooseKey[]) {
        if (change[key] !== undefined) this.#may.knows(key, change[key]);
      }
    }
    this.#take(
      await updateConfig(this.#home, (raw) => {
        const before = structuredClone(raw.projects);
        const next = fn(raw) ?? raw;
        this.#may.knowsProjects(before, next.projects);
        return next;
      }),
    );
  }

  /** Those in the file who have not been let in. */
  waiting(): readonly number[] {
    return this.#listed.filter((id) => !this.#config.allowed_user_ids.includes(id));
  }

  async letIn(id: number): Promise<void> {
    await this.#may.letIn(id);
    this.#take({ ...this.#config, allowed_user_ids: [...this.#listed] });
  }

  /** Takes somebody out of the file. */
  async keepOut(id: number): Promise<void> {
    await this.update((raw) => {
      if (!Array.isArray(raw.allowed_user_ids)) return;
      raw.allowed_user_ids = raw.allowed_user_ids.filter((one) => Number(one) !== id);
    });
  }

  /**
   * Takes over what others change, until `signal` aborts. `tell`: Markdown for the owner; `ask`: says
   * what more is allowed than the owners know, also since the last life.
   */
  async watch(
    { clock, signal, tell, ask }: {
      clock: Clock;
      signal: AbortSignal;
      tell(markdown: string): Promise<void>;
      ask(change: Change): Promise<void>;
    },
  ): Promise<void> {
    const changes = () =>
      this.#may.tell({ ...this.#config, allowed_user_ids: [...this.#listed] }, ask).catch((error) =>
        log.error("The owners could not be told who may use the bot: {error}", { error })
      );
    await changes();
    await watchFolders({
      folders: () => [this.#home.configDir],
      changed: () => this.#look(tell, changes),
      concerns: (path) => basename(path) === basename(this.#home.configFile),
      clock,
      signal,
    });
  }

  async #look(
    tell: (markdown: string) => Promise<void>,
    changes: () => Promise<void>,
  ): Promise<void> {
    let next: Config;
    const version = await configVersion(this.#home);
    try {
      next = (await loadConfig(this.#home)).config;
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error;
      // An editor may save in steps.
      return await this.#tell(
        tell,
        `⚠️ The config was changed, but cannot be used; the old one stays.\n\n${error.message}`,
      );
    }
    const waiting = this.#take(next);
    await keepGood(this.#home);
    await changes();
    await noteInUse(this.#home, version).catch((error) =>
      log.warn("Cannot note which config is in use: {error}", { error })
    );
    await this.#tell(
      tell,
      waiting.length === 0
        ? ""
        : `\`${waiting.join("`, `")}\` in the config takes effect after /restart.`,
    );
  }

  async #tell(tell: (markdown: string) => Promise<void>, text: string): Promise<void> {
    const known = this.#told === text;
    this.#told = text;
    if (!known && text !== "") await tell(text);
  }

  /** @returns the keys that wait for a restart */
  #take(next: Config): string[] {
    const before = this.#config;
    const waiting = RESTART_KEYS.filter((key) => !same(valueAt(next, key), valueAt(before, key)));
    this.#listed = next.allowed_user_ids;
    this.#config = {
      ...structuredClone(next),
      allowed_user_ids: this.#may.admitted(this.#listed),
    };
    for (const key of waiting) setAt(this.#config, key, valueAt(before, key));
    if (same(this.#config, before)) return waiting;
    log.info("The config was changed and is in use");
    for (const { keys, act } of this.#listeners) {
      if (keys.every((key) => same(valueAt(this.#config, key), valueAt(before, key)))) continue;
      // What acts on a change must not hinder the others.
      (async () => await act(this.#config))().catch((error) =>
        log.error("A change of {keys} could not be acted on: {error}", { keys, error })
      );
    }
    return waiting;
  }
}

/** The value of a key. */
function valueAt(config: Config, key: string): unknown {
  return key.split(".").reduce<unknown>(
    (value, part) => (value as Record<string, unknown>)[part],
    config,
  );
}

function setAt(config: Config, key: string, value: unknown): void {
  const parts = key.split(".");
  const last = parts.pop()!;
  const holder = parts.reduce<unknown>(
    (found, part) => (found as Record<string, unknown>)[part],
    config,
  );
  (holder as Record<string, unknown>)[last] = value;
}

function same(one: unknown, other: unknown): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}

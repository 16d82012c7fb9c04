/** Looks for a newer release every hour, and tells of each once, over restarts too. */
import { getLogger } from "@logtape/logtape";
import { z } from "zod";
import { type Clock, systemClock } from "../base/clock.ts";
import { JsonFile } from "../base/json_file.ts";
import type { Release } from "./releases.ts";
import { compareVersions } from "../base/version.ts";

const log = getLogger(["ductor", "update"]);

const FIRST_MS = 60_000;
const EVERY_MS = 3_600_000;

const StateSchema = z.looseObject({
  /** The newest version the users were told of. */
  notified_version: z.string().optional().catch(undefined),
});

export interface ObserverOptions {
  /** `state/update.json` */
  file: string;
  /** The running version. */
  version: string;
  /** Whether to look at all; asked each time. */
  wanted(): boolean;
  newerThan(version: string, signal: AbortSignal): Promise<Release | undefined>;
  /** Resolves when the notice is sure to arrive. */
  notify(release: Release): Promise<void>;
  clock?: Clock;
}

export class UpdateObserver {
  readonly #options: ObserverOptions;
  readonly #state: JsonFile<z.infer<typeof StateSchema>>;
  readonly #clock: Clock;

  constructor(options: ObserverOptions) {
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
    this.#state = new JsonFile(options.file, { schema: StateSchema, defaultValue: () => ({}) });
  }

  /** Runs until `signal` aborts; survives whatever goes wrong with one look. */
  async run(signal: AbortSignal): Promise<void> {
    await this.#clock.sleep(FIRST_MS, signal);
    while (!signal.aborted) {
      try {
        await this.#look(signal);
      } catch (error) {
        if (signal.aborted) return;
        log.info("No look at the releases: {error}", { error });
      }
      await this.#clock.sleep(EVERY_MS, signal);
    }
  }

  /** The user has seen this version, by whatever way. */
  async seen(version: string): Promise<void> {
    await this.#state.update((state) => {
      const before = state.notified_version;
      if (before === undefined || compareVersions(version, before) > 0) {
        state.notified_version = version;
      }
    });
  }

  async #look(signal: AbortSignal): Promise<void> {
    const { version, wanted, newerThan, notify } = this.#options;
    if (!wanted()) return;
    const release = await newerThan(version, signal);
    if (!release) return;
    const { notified_version } = await this.#state.read();
    if (notified_version && compareVersions(release.version, notified_version) <= 0) return;
    await notify(release);
    await this.seen(release.version);
  }
}

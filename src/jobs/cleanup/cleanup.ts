/** Once a day, what is old goes: files sent and received, records of runs, logs, removed tasks. */
import { getLogger } from "@logtape/logtape";
import { dirname } from "node:path";
import { z } from "zod";
import type { Clock } from "../../base/clock.ts";
import type { Home } from "../../config/home.ts";
import type { Config } from "../../config/schema.ts";
import { JsonFile } from "../../base/json_file.ts";
import { localDay, wallTime } from "../../base/wall_time.ts";
import { firstCleanupText } from "../texts.ts";
import { type OldFile, oldFiles } from "./old_files.ts";

const log = getLogger(["ductor", "cleanup"]);

/** How often is looked whether it is time; also after the machine has slept. */
const LOOK_EVERY_MS = 10 * 60_000;

export interface CleanupOptions {
  home: Home;
  clock: Clock;
  config(): Config;
  /** IANA zone of the user. */
  timeZone(): string;
  /** Says something to the owner; Markdown. Without it nobody is told before the first time. */
  tell?(markdown: string): Promise<void>;
  /** Brings the list of received files up to date. */
  reindex?(): Promise<void>;
  signal: AbortSignal;
}

const stateSchema = z.looseObject({
  /** When it was done last, the day on the user's clock. */
  day: z.string().optional(),
  /** The owner knows that files go. */
  told: z.boolean().optional(),
});

export interface Removed {
  files: OldFile[];
  /** What could not be removed. */
  failed: OldFile[];
}

export class Cleanup {
  readonly #options: CleanupOptions;
  readonly #state: JsonFile<z.infer<typeof stateSchema>>;

  constructor(options: CleanupOptions) {
    this.#options = options;
    this.#state = new JsonFile(options.home.cleanupFile, {
      schema: stateSchema,
      defaultValue: () => ({}),
    });
  }

  /** Looks from time to time until the signal aborts. Never throws. */
  async run(): Promise<void> {
    const { clock, signal } = this.#options;
    while (!signal.aborted) {
      await this.tick().catch((error) => log.error("The cleanup failed: {error}", { error }));
      await clock.sleep(LOOK_EVERY_MS, signal);
    }
  }

  /** Cleans up when it is the hour for it and it was not done today. Returns what it did. */
  async tick(): Promise<Removed | undefined> {
    const { config, clock, timeZone } = this.#options;
    const { enabled, check_hour } = config().cleanup;
    if (!enabled) return undefined;
    const now = clock.now();
    const day = localDay(now, timeZone());
    const { hour } = wallTime(now, timeZone());
    const state = await this.#state.read();
    if (hour !== check_hour || state.day === day) return undefined;
    const removed = !state.told && await this.#tellFirst()
      ? { files: [], failed: [] }
      : await this.clean();
    await this.#state.update((state) => {
      state.day = day;
    });
    return removed;
  }

  /** Before files of the user go for the first time, the owner has a day to say no. */
  async #tellFirst(): Promise<boolean> {
    const { home, config, clock, tell } = this.#options;
    if (!tell) return false;
    const files = (await oldFiles(home, config(), clock.now()))
      .filter(({ kind }) => kind === "telegram_files" || kind === "output_to_user");
    if (files.length === 0) return false;
    await tell(firstCleanupText(files, home.root, config().cleanup));
    await this.#state.update((state) => void (state.told = true));
    return true;
  }

  /** Cleans up now. */
  async clean(): Promise<Removed> {
    const { home, config, clock, reindex } = this.#options;
    const removed: Removed = { files: [], failed: [] };
    for (const file of await oldFiles(home, config(), clock.now())) {
      const well = await remove(file);
      (well ? removed.files : removed.failed).push(file);
    }
    for (const root of [home.telegramFilesDir, home.outputDir]) {
      await removeEmptied(root, removed.files);
    }
    if (removed.files.some(({ kind }) => kind === "telegram_files")) {
      await reindex?.().catch((error) =>
        log.warn("The list of received files could not be brought up to date: {error}", { error })
      );
    }
    if (removed.files.length + removed.failed.length > 0) {
      log.info("Removed {count} old files; {failed} could not be removed", {
        count: removed.files.length,
        failed: removed.failed.length,
      });
    }
    return removed;
  }
}

async function remove({ path, folder }: OldFile): Promise<boolean> {
  try {
    // Somebody may have put a link there since; removing a link does not follow it.
    await Deno.remove(path, { recursive: folder && !(await Deno.lstat(path)).isSymlink });
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return true;
    log.warn("Cannot remove {path}: {error}", { path, error });
    return false;
  }
}

/** Folders below `root` that are empty because of what was removed, the innermost first. */
async function removeEmptied(root: string, files: readonly OldFile[]): Promise<void> {
  const folders = new Set(
    files.filter(({ path }) => path.startsWith(root)).map(({ path }) => dirname(path)),
  );
  for (let folder of folders) {
    while (folder.length > root.length) {
      // Fails when something is in it, which is as it should be.
      if (!await Deno.remove(folder).then(() => true, () => false)) break;
      folder = dirname(folder);
    }
  }
}

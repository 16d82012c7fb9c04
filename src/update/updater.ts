/** What the chat and the command line can do about new versions. */
import type { Home } from "../config/home.ts";
import type { Config } from "../config/schema.ts";
import { UpgradeError } from "./errors.ts";
import type { FetchOptions } from "./fetcher.ts";
import { type Release, Releases, releasesUrl } from "./releases.ts";
import { type Step, upgrade } from "./upgrade.ts";

export interface UpdaterOptions {
  home: Home;
  config(): Pick<Config, "update">;
  version: string;
  /** Web address of the source; absent while there is none. */
  repository: string | undefined;
  publicKey: string;
  /** The running program's file; `undefined`: it runs from source. */
  executable: string | undefined;
  fetching?: FetchOptions;
}

export interface Install {
  /** Where to announce it; absent: a terminal asked. */
  chatId?: number;
  threadId?: number;
  progress?: (step: Step) => void;
  signal?: AbortSignal;
}

export class Updater {
  readonly #options: UpdaterOptions;
  #installing = false;

  constructor(options: UpdaterOptions) {
    this.#options = options;
  }

  get version(): string {
    return this.#options.version;
  }

  /** Whether this program can replace itself: it is an executable, not source. */
  get replaceable(): boolean {
    return this.#options.executable !== undefined;
  }

  /** Whether it is known where releases are. */
  get knowsSource(): boolean {
    const { config, repository } = this.#options;
    return releasesUrl(config().update.url, repository) !== undefined;
  }

  /**
   * The newest release, when it is newer than this program.
   *
   * @throws {UpgradeError} it cannot be told
   */
  async newer(signal?: AbortSignal): Promise<Release | undefined> {
    return await this.#releases().newerThan(this.version, signal);
  }

  /** The changelog of a version; `undefined` when there is none. */
  async notesOf(version: string, signal?: AbortSignal): Promise<string | undefined> {
    return await this.#releases().notesOf(version, signal);
  }

  /**
   * Puts the release in this program's place. The bot has to be restarted then.
   *
   * @throws {UpgradeError} refused or impossible; nothing was changed
   */
  async install(release: Release, { signal, ...where }: Install): Promise<void> {
    const { home, version, publicKey, executable, fetching } = this.#options;
    if (executable === undefined) throw new UpgradeError(howToPull());
    if (this.#installing) throw new UpgradeError("An upgrade is going on already");
    this.#installing = true;
    try {
      await upgrade({
        ...fetching,
        ...where,
        ...signal && { signal },
        home,
        release,
        version,
        publicKey,
        executable,
      });
    } finally {
      this.#installing = false;
    }
  }

  #releases(): Releases {
    const { config, repository, fetching } = this.#options;
    const url = releasesUrl(config().update.url, repository);
    if (url !== undefined) return new Releases(url, fetching);
    throw new UpgradeError(
      "This build does not know where its releases are. Set update.url in config.json to an " +
        "address that answers as https://api.github.com/repos/OWNER/NAME/releases does",
    );
  }
}

/** What somebody does whose ductor runs from source. */
export function howToPull(): string {
  return "ductor runs from source here, so it does not replace itself. In its folder: git pull, " +
    "then ductor restart (or /restart in the chat)";
}

/** The running program's file, without symbolic links; `undefined` from source. */
export async function runningExecutable(): Promise<string | undefined> {
  if (!Deno.build.standalone) return undefined;
  const path = Deno.execPath();
  return await Deno.realPath(path).catch(() => path);
}

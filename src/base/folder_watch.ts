/**
 * Learning that something in folders changed, without missing anything and without acting too often.
 *
 * What the system tells is only half of it: its limit of watches may be reached, some file systems
 * tell nothing, and a watch ends with its folder, silently, even when a folder of the same name is
 * made at once. So the folders themselves are looked at as well, and everything is done once a
 * minute anyway. Who is called compares contents.
 *
 * @module
 */
import { getLogger } from "@logtape/logtape";
import type { Clock } from "./clock.ts";

const log = getLogger(["ductor", "files"]);

/** How often everything is done whatever the system tells. */
const POLL_MS = 60_000;
/** How often is looked whether a folder that is not there has come. */
const LOOK_MS = 2000;

/** What is needed of `Deno.FsWatcher`. */
export type Watch = (folders: string[]) => AsyncIterable<FsChange> & { close(): void };

type FsChange = Pick<Deno.FsEvent, "kind" | "paths">;

export interface FolderWatchOptions {
  /** The folders to watch, not what is below them; asked again each time. They need not exist. */
  folders(): readonly string[] | Promise<readonly string[]>;
  /**
   * Called at the beginning, after each change, and once a minute. It must change nothing when there
   * is nothing to do: what it writes is a change again. What it throws is logged.
   */
  changed(): unknown;
  clock: Clock;
  signal: AbortSignal;
  /** Whether a change of this file or folder matters; default: all do. */
  concerns?(path: string): boolean;
  /** An editor saves in several steps: how long to wait for more changes; default 30 ms. */
  settleMs?: number;
  /** How often to act where the system tells nothing; default two seconds. */
  blindMs?: number;
  /** Stands in for the system in tests. */
  watch?: Watch;
}

/** For work that costs more than reading one file. */
export const UNHURRIED = { settleMs: 300, blindMs: POLL_MS } as const;

/** Watches until `signal` aborts; never rejects. */
export async function watchFolders(options: FolderWatchOptions): Promise<void> {
  const { clock, signal, settleMs = 30 } = options;
  using eye = new Eye(options);
  while (!signal.aborted) {
    try {
      await eye.look();
      eye.forget();
      await options.changed();
      // The work may have made new folders, or somebody else has.
      await eye.look();
    } catch (error) {
      log.warn("Cannot take over changes of files, trying again later: {error}", { error });
    }
    await eye.untilChange();
    await clock.sleep(settleMs, signal);
  }
}

/** Notices that something changed. */
class Eye implements Disposable {
  readonly #options: FolderWatchOptions;
  readonly #watch: Watch;
  #watcher: ReturnType<Watch> | undefined;
  /** The folders as they were when they were last looked at. */
  #known: readonly Known[] = [];
  #blind = false;
  #seen = false;
  #wake = new AbortController();

  constructor(options: FolderWatchOptions) {
    this.#options = options;
    this.#watch = options.watch ?? ((folders) => Deno.watchFs(folders, { recursive: false }));
  }

  /** Watches the folders that are there now; one that came, went or is another one is a change. */
  async look(): Promise<void> {
    const known = await Promise.all((await this.#options.folders()).map(know));
    if (this.#options.signal.aborted) return;
    if (this.#watcher && same(known, this.#known)) return;
    const first = this.#known.length === 0;
    if (!first && !same(known, this.#known)) this.#notice();
    this.#known = known;
    this.#close();
    const there = known.filter(({ is }) => is !== undefined).map(({ path }) => path);
    if (there.length === 0) return;
    try {
      this.#watcher = this.#watch(there);
      this.#blind = false;
      this.#follow(this.#watcher, new Set(there));
    } catch (error) {
      if (!this.#blind) {
        log.info("Cannot watch {folders}, so changes are seen a little later: {error}", {
          folders: there,
          error,
        });
      }
      this.#blind = true;
    }
  }

  /** Resolves when something has changed, when it is time anyway, or when the signal aborts. */
  async untilChange(): Promise<void> {
    const { clock, signal, blindMs = LOOK_MS } = this.#options;
    let left = this.#blind ? blindMs : POLL_MS;
    while (!this.#seen && left > 0 && !signal.aborted) {
      const missing = this.#known.some(({ is }) => is === undefined);
      const wait = missing ? Math.min(LOOK_MS, left) : left;
      this.#wake = new AbortController();
      await clock.sleep(wait, AbortSignal.any([signal, this.#wake.signal]));
      left -= wait;
      if (missing && left > 0) await this.look().catch(() => {}); // Told when it is really done.
    }
  }

  /** What has been seen until now is dealt with. */
  forget(): void {
    this.#seen = false;
  }

  [Symbol.dispose](): void {
    this.#close();
  }

  #notice(): void {
    this.#seen = true;
    this.#wake.abort();
  }

  #close(): void {
    const watcher = this.#watcher;
    this.#watcher = undefined;
    try {
      watcher?.close();
    } catch {
      // It has ended by itself.
    }
  }

  async #follow(watcher: ReturnType<Watch>, folders: ReadonlySet<string>): Promise<void> {
    const close = () => this.#close();
    this.#options.signal.addEventListener("abort", close, { once: true });
    try {
      for await (const { kind, paths } of watcher) {
        // Our own reading is an access; work that caused more work would never end.
        if (kind === "access") continue;
        const gone = kind === "remove" || kind === "rename";
        if (gone && paths.some((path) => folders.has(path))) {
          // The watch has ended with its folder, whatever may have the name next.
          this.#notice();
          break;
        }
        if (paths.some((path) => this.#options.concerns?.(path) ?? true)) this.#notice();
      }
    } catch (error) {
      log.info("Watching folders ended, so changes are seen a little later: {error}", { error });
    }
    this.#options.signal.removeEventListener("abort", close);
    // The next look watches what is there then.
    if (this.#watcher === watcher) this.#close();
  }
}

/** A folder, and which one of those that had the name over time; `undefined`: there is none. */
interface Known {
  path: string;
  is: string | undefined;
}

async function know(path: string): Promise<Known> {
  const info = await Deno.stat(path).catch(() => undefined);
  // A number is given out again at once when the folder that had it is gone.
  return { path, is: info && `${info.dev}:${info.ino}:${info.birthtime?.getTime()}` };
}

function same(one: readonly Known[], other: readonly Known[]): boolean {
  return one.length === other.length &&
    one.every(({ path, is }, n) => path === other[n]!.path && is === other[n]!.is);
}

/** Doing something when folders change, without missing anything and without doing it too often. */
import { getLogger } from "@logtape/logtape";
import type { Clock } from "./clock.ts";

const log = getLogger(["ductor", "workspace"]);

/** What is needed of `Deno.FsWatcher`. */
export type Watch = (folders: string[]) => AsyncIterable<FsChange> & { close(): void };

type FsChange = Pick<Deno.FsEvent, "kind" | "paths">;

export interface FolderWatchOptions {
  /**
   * Does the work. Called at the beginning, after each change, and at least every `pollMs`. It must
   * change nothing when there is nothing to do: what it writes is a change again.
   */
  run(): Promise<void>;
  /** The folders to watch, not what is below them. Asked again after each run. */
  folders(): Promise<string[]>;
  clock: Clock;
  signal: AbortSignal;
  /** Whether a change of this file or folder matters; default: all do. */
  concerns?(path: string): boolean;
  /** How long to wait for more changes before working; default 300 ms. */
  debounceMs?: number;
  /** How often to work anyway: not every file system tells about its changes. Default a minute. */
  pollMs?: number;
  /** Stands in for the system in tests. */
  watch?: Watch;
}

/** Works and watches until `signal` aborts; never rejects. What fails is logged and tried again. */
export async function watchFolders(options: FolderWatchOptions): Promise<void> {
  const { clock, signal, debounceMs = 300, pollMs = 60_000 } = options;
  const eye = new Eye(
    options.watch ?? ((folders) => Deno.watchFs(folders, { recursive: false })),
    (path) => options.concerns?.(path) ?? true,
  );
  const close = () => eye.close();
  signal.addEventListener("abort", close, { once: true });
  try {
    while (!signal.aborted) {
      try {
        eye.look(await options.folders());
        await options.run();
        // The work may have made new folders, or somebody else has.
        eye.look(await options.folders());
      } catch (error) {
        log.warn("Cannot keep folders in step, trying again later: {error}", { error });
      }
      if (signal.aborted) break;
      await eye.changed(clock, pollMs, signal);
      await clock.sleep(debounceMs, signal);
      eye.forget();
    }
  } finally {
    signal.removeEventListener("abort", close);
    eye.close();
  }
}

/** Notices that something changed. */
class Eye {
  #watcher: ReturnType<Watch> | undefined;
  #folders = "";
  #seen = false;
  #wake: (() => void) | undefined;

  constructor(readonly watch: Watch, readonly concerns: (path: string) => boolean) {}

  /** Looks at these folders from now on. */
  look(folders: string[]): void {
    const wanted = folders.join("\0");
    if (wanted === this.#folders) return;
    this.close();
    this.#folders = wanted;
    if (folders.length === 0) return;
    try {
      this.#watcher = this.watch(folders);
      this.#follow(this.#watcher);
    } catch (error) {
      // The system's limit of watches, or a file system without them: then only time tells.
      log.info("Cannot watch folders, so changes are seen a little later: {error}", { error });
    }
  }

  /** Resolves when something has changed, after `pollMs`, or when `signal` aborts. */
  async changed(clock: Clock, pollMs: number, signal: AbortSignal): Promise<void> {
    if (this.#seen) return;
    const end = new AbortController();
    const woken = new Promise<void>((resolve) => this.#wake = resolve);
    await Promise.race([woken, clock.sleep(pollMs, AbortSignal.any([signal, end.signal]))]);
    this.#wake = undefined;
    end.abort();
  }

  /** What has been seen until now is dealt with. */
  forget(): void {
    this.#seen = false;
  }

  close(): void {
    const watcher = this.#watcher;
    this.#watcher = undefined;
    this.#folders = "";
    try {
      watcher?.close();
    } catch {
      // It has ended by itself.
    }
  }

  async #follow(watcher: ReturnType<Watch>): Promise<void> {
    try {
      for await (const { kind, paths } of watcher) {
        // Our own reading is an access; work that caused more work would never end.
        if (kind === "access" || !paths.some(this.concerns)) continue;
        this.#seen = true;
        this.#wake?.();
      }
    } catch (error) {
      log.info("Watching folders ended, so changes are seen a little later: {error}", { error });
    }
    if (this.#watcher === watcher) {
      this.#watcher = undefined;
      this.#folders = ""; // Looks again after the next run.
    }
  }
}

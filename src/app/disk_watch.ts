/**
 * Tells the owner when the disk takes nothing more, and when it does again. Nothing can be kept
 * then, so nothing is taken: messages wait at Telegram. The word about it goes past the outbox, which
 * would have to keep it, too.
 */
import { getLogger } from "@logtape/logtape";
import { join } from "node:path";
import type { Clock } from "../base/clock.ts";
import { type DiskTrouble, diskTroubleOf } from "../base/disk_trouble.ts";
import type { Home } from "../config/home.ts";

const log = getLogger(["ductor", "app"]);

/** How often the disk is tried. */
const LOOK_MS = 60_000;
/** More than may be left of the last page of some file. */
const PROBE = new Uint8Array(16_384);

export interface DiskWatchOptions {
  home: Home;
  clock: Clock;
  signal: AbortSignal;
  /** Says it to the owner at once, or rejects. */
  say(text: string): Promise<unknown>;
}

export class DiskWatch {
  readonly #options: DiskWatchOptions;
  #told: DiskTrouble | undefined;
  #wake = new AbortController();

  constructor(options: DiskWatchOptions) {
    this.#options = options;
  }

  /** Something could not be written: looks now. */
  look(): void {
    this.#wake.abort();
  }

  /** Watches until the signal aborts. Never rejects. */
  async watch(): Promise<void> {
    const { home, clock, signal, say } = this.#options;
    while (!signal.aborted) {
      this.#wake = new AbortController();
      const trouble = await this.#trouble();
      if (trouble !== this.#told) {
        try {
          await say(textOf(trouble, home));
          this.#told = trouble;
        } catch (error) {
          log.warn("Nobody could be told about the disk: {error}", { error });
        }
      }
      await clock.sleep(LOOK_MS, AbortSignal.any([signal, this.#wake.signal]));
    }
  }

  async #trouble(): Promise<DiskTrouble | undefined> {
    const probe = join(this.#options.home.stateDir, ".disk-probe");
    try {
      await Deno.writeFile(probe, PROBE, { mode: 0o600 });
      return undefined;
    } catch (error) {
      return diskTroubleOf(error);
    } finally {
      await Deno.remove(probe).catch(() => {});
    }
  }
}

function textOf(trouble: DiskTrouble | undefined, { root }: Home): string {
  if (trouble === undefined) return "✅ The disk takes files again; what waited goes on now.";
  const what = trouble === "full"
    ? `⚠️ The disk is full: nothing can be written to ${root}. Make room there.`
    : `⚠️ The disk is read-only: nothing can be written to ${root}.`;
  return `${what}\n\nUntil then I take no messages, start no jobs and accept no webhooks. ` +
    "What you write waits at Telegram and is answered afterwards.";
}

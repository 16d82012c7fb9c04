/**
 * The process that stays when the bot goes: starts it again at once when it asks for that, and
 * after a crash with growing pauses. It does nothing else and imports next to nothing, so that it
 * costs little and has nothing to crash by.
 *
 * @module
 */
import { after } from "../base/async/timer.ts";
import { backoff } from "../base/async/backoff.ts";
import { type Clock, systemClock } from "../base/clock.ts";
import { EXIT_RESTART, EXIT_UNUSABLE } from "../base/exit_codes.ts";
import { countPresses, type Press } from "../base/presses.ts";

/** A bot that ran for less than this has crashed quickly. */
const QUICK_MS = 10_000;
/** Pauses of one that needs time, ms. */
const growing = backoff({ first: 1000, most: 30_000 });
/** So many quick crashes in a row of a bot that worked are no reason to let anybody wait. */
const AT_ONCE = 3;
/** Then it is started again after this, ms. */
const SHORT_PAUSE_MS = 1000;
/** Whatever crashes so often in a row will go on doing so, even if it works in between. */
const PATIENCE = 15;
/** How many times in a row a bot may ask for a restart at once before it counts as crashing. */
const RESTARTS_IN_A_ROW = 5;
/** How long a bot may take after the second signal. */
const LAST_MS = 2000;

/** The bot as the supervisor sees it. */
export interface BotProcess {
  /** Its exit code; 128 + n when signal n ended it. */
  readonly exited: Promise<number>;
  /** Whether it has heard from Telegram; asked when it has ended. Absent: it is not known to have. */
  worked?(): Promise<boolean>;
  signal(name: Deno.Signal): void;
}

export interface SupervisorOptions {
  /** Starts the bot. What it throws ends the supervisor. */
  start(): BotProcess;
  /** For the user: why it is started again, and when. */
  say(text: string): void;
  clock?: Clock;
}

/**
 * How long to wait before the next start, ms. A bot that crashes while it starts gets growing pauses:
 * what is broken (its config, its disk, the network) needs time. One that worked was killed or met
 * something rare, and is back at once.
 *
 * @param crashes how many quick ones there were in a row, this one included
 */
function pauseAfter(crashes: number, worked: boolean): number {
  if (!worked || crashes > PATIENCE) return growing(crashes + 1);
  return crashes <= AT_ONCE ? 0 : SHORT_PAUSE_MS;
}

export class Supervisor {
  readonly #options: SupervisorOptions;
  readonly #clock: Clock;
  readonly #stop = new AbortController();
  #bot: BotProcess | undefined;
  readonly #press: () => Press;

  constructor(options: SupervisorOptions) {
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
    this.#press = countPresses(() => this.#clock.elapsed());
  }

  /**
   * Keeps the bot running until it ends well, cannot work at all, or a signal ends it.
   *
   * @returns the exit code for this process
   */
  async run(): Promise<number> {
    let crashes = 0;
    let restarts = 0;
    while (!this.#stop.signal.aborted) {
      const began = this.#clock.elapsed();
      const bot = this.#bot = this.#options.start();
      const code = await bot.exited;
      this.#bot = undefined;
      const ran = this.#clock.elapsed() - began;
      if (code === 0 || this.#stop.signal.aborted) return code;
      if (code === EXIT_UNUSABLE) return code;
      restarts = code === EXIT_RESTART && ran < QUICK_MS ? restarts + 1 : 0;
      if (code === EXIT_RESTART && restarts <= RESTARTS_IN_A_ROW) {
        crashes = 0;
        continue;
      }
      const worked = await bot.worked?.().catch(() => false) ?? false;
      crashes = ran < QUICK_MS ? crashes + 1 : 0;
      await this.#pause(code, ran, pauseAfter(crashes, worked));
    }
    return 0;
  }

  /** Passes a signal on. The first ends the bot in its own time, one that is no echo of it at once. */
  signal(name: Deno.Signal): void {
    const press = this.#press();
    if (press === "echo") return;
    this.#stop.abort();
    const bot = this.#bot;
    bot?.signal(name);
    if (press === "first" || !bot) return;
    after(LAST_MS, () => {
      if (this.#bot === bot) bot.signal("SIGKILL");
    }, { clock: this.#clock });
  }

  async #pause(code: number, ranMs: number, ms: number): Promise<void> {
    const seconds = (value: number) => `${Math.round(value / 1000)} s`;
    this.#options.say(
      `The bot ended with code ${code} after ${seconds(ranMs)}; it is started again ` +
        `${
          ms === 0 ? "now" : `in ${seconds(ms)}`
        }. \`ductor logs\` shows why, Ctrl-C or \`ductor stop\` gives up.`,
    );
    if (ms > 0) await this.#clock.sleep(ms, this.#stop.signal);
  }
}

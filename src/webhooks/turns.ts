/**
 * Whose turn it is. The events of a hook are worked off in the order in which they came: those that
 * come while a turn is going on are one turn afterwards, and only so many turns a minute begin.
 *
 * @module
 */
import { getLogger } from "@logtape/logtape";
import type { Clock } from "../base/clock.ts";
import type { Config } from "../config/schema.ts";
import type { OpenEvent } from "./events.ts";
import type { Hook } from "./hook.ts";
import { KeyedRateLimit, RateLimit } from "./rate_limit.ts";
import type { Registry } from "./registry.ts";

const log = getLogger(["ductor", "webhooks"]);

/** Longest time between two looks whether there is room for a turn. */
const LOOK_MS = 2000;

/** Most events in one turn. */
const MAX_MERGED = 200;

/** The events of one turn, all of one hook, oldest first. */
export type Batch = readonly OpenEvent[];

export interface TurnsOptions {
  registry: Registry;
  clock: Clock;
  config(): Config;
  signal: AbortSignal;
  /** A turn; `hook` is missing when it was removed meanwhile. */
  take(id: string, hook: Hook | undefined, batch: Batch): Promise<void>;
}

export class Turns {
  readonly #options: TurnsOptions;
  readonly #running = new Set<Promise<void>>();
  /** What waits, by hook; a hook that stands here is being worked on. */
  readonly #waiting = new Map<string, OpenEvent[]>();
  readonly #ofAll = new RateLimit();
  readonly #ofHooks = new KeyedRateLimit();

  constructor(options: TurnsOptions) {
    this.#options = options;
  }

  add(event: OpenEvent): void {
    const waiting = this.#waiting.get(event.hook);
    if (waiting) waiting.push(event);
    else {
      this.#waiting.set(event.hook, [event]);
      this.keep(this.#work(event.hook));
    }
  }

  /** What `idle` waits for. Its failure is logged. */
  keep(work: Promise<void>): void {
    const run: Promise<void> = work.catch((error) => {
      if (this.#options.signal.aborted) return;
      log.error("Webhook events could not be handled: {error}", { error });
    }).finally(() => this.#running.delete(run));
    this.#running.add(run);
  }

  /** Resolves when everything has ended, or was given up as the program ends. */
  async idle(): Promise<void> {
    while (this.#running.size > 0) await Promise.all(this.#running);
  }

  /**
   * Works off the events of one hook. With `burst: each`, every event has a turn of its own, which
   * waits in the conversation.
   */
  async #work(id: string): Promise<void> {
    const { registry, clock, signal, take } = this.#options;
    const waiting = this.#waiting.get(id)!;
    try {
      while (waiting.length > 0 && !signal.aborted) {
        const hook = await registry.find(id);
        const wait = this.#count(hook);
        if (wait > 0) {
          // The limit may be changed meanwhile.
          await clock.sleep(Math.min(wait * 1000, LOOK_MS), signal);
          continue;
        }
        const each = hook?.burst === "each";
        const work = take(id, hook, waiting.splice(0, each ? 1 : MAX_MERGED));
        if (each) this.keep(work);
        else {
          await work.catch((error) => {
            signal.throwIfAborted();
            log.error("Events of webhook {id} could not be handled: {error}", { id, error });
          });
        }
      }
    } finally {
      // At once, so that an event that comes now is not left to nobody.
      this.#waiting.delete(id);
    }
  }

  /** @returns Seconds to wait; 0: the turn was counted. */
  #count(hook: Hook | undefined): number {
    const { clock, config } = this.#options;
    const now = clock.elapsed();
    const ofAll = config().webhooks.rate_limit_per_minute;
    const ofHook = hook?.rate_limit_per_minute ?? ofAll;
    const own = this.#ofHooks.at(hook?.id ?? "");
    const wait = Math.max(this.#ofAll.wait(ofAll, now), own.wait(ofHook, now));
    if (wait === 0) {
      this.#ofAll.take(ofAll, now);
      own.take(ofHook, now);
    }
    return wait;
  }
}

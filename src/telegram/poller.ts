/**
 * The one long poll. An update is confirmed to Telegram (by asking for the next one) only after
 * `accept` has resolved, that is, after it is on disk.
 */
import { Watchdog } from "../base/async/timer.ts";
import { backoff } from "../base/async/backoff.ts";
import { getLogger } from "@logtape/logtape";
import type { Update } from "grammy/types";
import { type Clock, systemClock } from "../base/clock.ts";
import { type BotApi, type Failure, failureOf } from "./api.ts";
import type { Liveness } from "./liveness.ts";
import { readUpdates } from "./update.ts";

const log = getLogger(["ductor", "telegram", "poller"]);

/** Kinds of updates ductor asks Telegram for. */
export const ALLOWED_UPDATES = ["message", "edited_message", "callback_query"] as const;

/** Seconds Telegram holds an empty poll open. */
const POLL_SECONDS = 30;
/** A poll without any answer for this long has lost its connection. */
const WATCHDOG_MS = 45_000;
/** Telegram frees the slot of a poller that vanished after about 50 s. */
const CONFLICT_PATIENCE_MS = 60_000;

/** Longest pause after failures in a row. */
const LONGEST_PAUSE_MS = 30_000;
/** The same while another program polls: its slot may be free any moment. */
const CONFLICT_PAUSE_MS = 15_000;
/** Most time between two questions whether the token is accepted again. */
const TOKEN_PATIENCE_MS = 60_000;

/** The token has never worked; polling on makes no sense. */
export class TokenError extends Error {
  override name = "TokenError";
}

export interface PollerOptions {
  bot: BotApi;
  /** Stores the updates; the poller moves on only after it resolved. */
  accept(updates: Update[]): Promise<void>;
  /** Called once, when Telegram has answered for the first time. */
  connected?(): void;
  /** Told whether Telegram answers. */
  liveness?: Pick<Liveness, "answered" | "failed">;
  /** A refused token is asked about again even if it has not worked in this run. */
  patient?: boolean;
  clock?: Clock;
  /** In [0, 1), for jitter. */
  random?: () => number;
  watchdogMs?: number;
}

export class Poller {
  readonly #options: PollerOptions;
  readonly #clock: Clock;
  #offset = 0;
  #everConnected = false;
  #failures = 0;
  /** How often in a row updates could not be stored. */
  #refusals = 0;
  #conflictSince: number | undefined;
  #conflictReported = false;
  #tokenReported = false;

  constructor(options: PollerOptions) {
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
  }

  /**
   * Polls until `signal` aborts.
   *
   * @throws {TokenError} when Telegram does not accept a token that is not known to have worked.
   */
  async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      try {
        await this.#round(signal);
      } catch (error) {
        if (error instanceof TokenError) throw error;
        this.#failures++;
        log.error("Receiving messages failed in ductor itself, trying again: {error}", { error });
        await this.#pause(this.#failures, signal);
      }
    }
  }

  async #round(signal: AbortSignal): Promise<void> {
    let updates: Update[];
    try {
      updates = await this.#poll(signal);
    } catch (error) {
      if (signal.aborted) return;
      return await this.#recover(failureOf(error), signal);
    }
    this.#connected();
    if (updates.length === 0) return;
    try {
      await this.#options.accept(updates);
    } catch (error) {
      // Not on disk, so not confirmed: Telegram keeps them and delivers them again.
      if (this.#refusals++ === 0) {
        log.error("Cannot store incoming messages: {error}. Free some disk space; trying again", {
          error,
        });
      }
      return await this.#pause(this.#refusals, signal);
    }
    this.#refusals = 0;
    // After a quiet week ids may start anywhere, so the last one counts, not the highest.
    this.#offset = updates[updates.length - 1]!.update_id + 1;
  }

  async #poll(signal: AbortSignal): Promise<Update[]> {
    const { watchdogMs = WATCHDOG_MS } = this.#options;
    using watchdog = new Watchdog(watchdogMs, { signal });
    try {
      // Without `as never` the two AbortSignal declarations (DOM and grammY's shim) differ.
      const answer = await this.#options.bot.api.raw.getUpdates({
        offset: this.#offset,
        // Whoever waits to hear that the connection works does not wait for a message as well.
        timeout: this.#everConnected ? POLL_SECONDS : 0,
        allowed_updates: ALLOWED_UPDATES,
      }, watchdog.signal as never);
      const updates = readUpdates(answer);
      // Without an id nothing is confirmed, so the same would come again at once.
      if (answer.length > 0 && updates.length === 0) throw new TypeError("No update has an id");
      return updates;
    } catch (error) {
      if (watchdog.barked && !signal.aborted) {
        log.warn("No answer from Telegram for {seconds} s, connecting anew", {
          seconds: watchdogMs / 1000,
        });
        this.#options.bot.reconnect();
      }
      throw error;
    }
  }

  #connected() {
    this.#options.liveness?.answered();
    if (!this.#everConnected) {
      this.#everConnected = true;
      this.#options.connected?.();
    }
    if (this.#tokenReported) log.info("Telegram accepts the bot token again");
    else if (this.#conflictReported) log.info("This is the only program polling again");
    else if (this.#failures > 0) log.info("Connected to Telegram again");
    this.#failures = 0;
    this.#conflictSince = undefined;
    this.#conflictReported = false;
    this.#tokenReported = false;
  }

  async #recover(failure: Failure, signal: AbortSignal): Promise<void> {
    const why = "description" in failure ? failure.description : failure.kind;
    this.#options.liveness?.failed(why);
    switch (failure.kind) {
      case "unauthorized":
        return await this.#refused(failure.description, signal);
      case "flood":
        return await this.#clock.sleep(failure.retryAfter * 1000, signal);
      case "conflict":
        return await this.#conflict(failure.description, signal);
      case "aborted": // the watchdog: the connection is new already
        this.#failures++;
        return;
      default:
        this.#failures++;
        if (this.#failures === 1) {
          log.warn("Telegram cannot be reached ({failure}), trying again", { failure });
        }
        return await this.#pause(this.#failures, signal);
    }
  }

  /** One refusal of a token that has worked is a fault of the service, or of what is in between. */
  async #refused(description: string, signal: AbortSignal): Promise<void> {
    const text = `Telegram does not accept the bot token (${description})`;
    const todo = "Get a new one from @BotFather and put it into telegram_token in " +
      "config/config.json";
    if (!this.#everConnected && !this.#options.patient) throw new TokenError(`${text}. ${todo}`);
    if (!this.#tokenReported) {
      this.#tokenReported = true;
      log.error(`${text}; still trying. If it was revoked: ${todo}, then restart ductor`);
    }
    this.#failures++;
    await this.#pause(this.#failures, signal, TOKEN_PATIENCE_MS);
  }

  async #conflict(description: string, signal: AbortSignal): Promise<void> {
    if (/webhook/i.test(description)) {
      log.warn("A webhook was set for this bot; removing it, since ductor polls");
      try {
        await this.#options.bot.api.raw.deleteWebhook({ drop_pending_updates: false });
        return;
      } catch (error) {
        log.warn("The webhook could not be removed: {failure}", { failure: failureOf(error) });
      }
    }
    this.#conflictSince ??= this.#clock.elapsed();
    this.#failures++;
    const waited = this.#clock.elapsed() - this.#conflictSince;
    if (!this.#conflictReported && waited >= CONFLICT_PATIENCE_MS) {
      this.#conflictReported = true;
      log.error(
        "Another program is receiving this bot's messages (409 for {seconds} s). " +
          "Stop it, or get this bot a token of its own; trying on",
        { seconds: Math.round(waited / 1000) },
      );
    } else if (this.#failures === 1) {
      log.info("Telegram still has a connection of this bot open; it frees it within a minute");
    }
    await this.#pause(this.#failures, signal, CONFLICT_PAUSE_MS);
  }

  /** Longer with each failure in a row. */
  #pause(failures: number, signal: AbortSignal, most = LONGEST_PAUSE_MS): Promise<void> {
    const { random = Math.random } = this.#options;
    return this.#clock.sleep(backoff({ first: 1000, most, random })(failures), signal);
  }
}

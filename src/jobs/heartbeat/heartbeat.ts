/**
 * From time to time the agent looks by itself whether there is something to say. Only where a session
 * is going on; never beside a message; and without asking the model when nothing has changed.
 *
 * @module
 */
import { getLogger } from "@logtape/logtape";
import { z } from "zod";
import { ago } from "../../base/ago.ts";
import type { Clock } from "../../base/clock.ts";
import type { Config } from "../../config/schema.ts";
import { type Address, keyOf } from "../../conversation/address.ts";
import type { Choice } from "../../conversation/choice.ts";
import type { Job } from "../../conversation/conversation.ts";
import type { QuietEnd, QuietTurn } from "../../conversation/quiet_turn.ts";
import type { SessionEntry, Sessions } from "../../conversation/sessions.ts";
import { JsonFile } from "../../base/json_file.ts";
import { localDay } from "../../base/wall_time.ts";
import type { Notifier } from "../notifier.ts";
import { isQuiet } from "../quiet_hours.ts";

const log = getLogger(["ductor", "heartbeat"]);

const count = z.number().catch(0);

const stateSchema = z.record(
  z.string(),
  z.looseObject({
    /** When the model was asked last, ISO 8601. */
    at: z.string().optional(),
    /** What there was to see then. */
    seen: z.string().optional(),
    beats: count,
    /** Times the model was not asked, because nothing had changed. */
    saved: count,
    /** Times something was said. */
    said: count,
    cost_usd: count,
    tokens: count,
  }),
);

/** What the heartbeats of a conversation did and cost so far. */
export type HeartbeatTotals = z.infer<typeof stateSchema>[string];

const NONE: HeartbeatTotals = { beats: 0, saved: 0, said: 0, cost_usd: 0, tokens: 0 };

/** What became of a conversation at one beat. */
export type Beat =
  | "no_session"
  | "not_allowed"
  | "too_early"
  | "unchanged"
  | "busy"
  | "nothing_to_say"
  | "said"
  | "failed";

export interface HeartbeatOptions {
  /** `state/heartbeat.json`. */
  stateFile: string;
  clock: Clock;
  config(): Config;
  /** IANA zone of the user. */
  timeZone(): string;
  sessions: Pick<Sessions, "all" | "fresh" | "recordQuiet">;
  choose(address: Address): Promise<Choice>;
  /** Whether something runs or waits in the conversation. */
  busy(address: Address): boolean;
  /** Runs something in its place in the conversation. */
  inTurn(job: Omit<Job, "id"> & { address: Address }): void;
  ask(turn: QuietTurn, signal: AbortSignal): Promise<QuietEnd>;
  /** Changes when a file does that the agent would look at. */
  fingerprint(): Promise<string>;
  notifier: Notifier;
  signal: AbortSignal;
}

export class Heartbeat {
  readonly #options: HeartbeatOptions;
  readonly #state: JsonFile<Record<string, HeartbeatTotals>>;
  /** Ends the sleep between two beats. */
  #sleep = new AbortController();

  constructor(options: HeartbeatOptions) {
    this.#options = options;
    this.#state = new JsonFile(options.stateFile, {
      schema: stateSchema as z.ZodType<Record<string, HeartbeatTotals>>,
      defaultValue: () => ({}),
    });
  }

  /** Beats until the signal aborts. Never throws. */
  async run(): Promise<void> {
    const { clock, config, signal } = this.#options;
    while (!signal.aborted) {
      const sleep = this.#sleep = new AbortController();
      const until = AbortSignal.any([signal, sleep.signal]);
      await clock.sleep(config().heartbeat.interval_minutes * 60_000, until);
      if (signal.aborted) return;
      if (sleep.signal.aborted) continue;
      await this.tick().catch((error) => log.error("A heartbeat failed: {error}", { error }));
    }
  }

  /** The time to the next beat begins now: it may have another length. */
  rearm(): void {
    this.#sleep.abort();
  }

  /** One beat in every conversation. */
  async tick(): Promise<Map<string, Beat>> {
    const { config, clock, timeZone, sessions, signal } = this.#options;
    const beats = new Map<string, Beat>();
    const { enabled, quiet_start, quiet_end } = config().heartbeat;
    if (!enabled) return beats;
    const quiet = { start: quiet_start, end: quiet_end };
    for (const { address, entry } of await sessions.all()) {
      // Projects are worked on when somebody says so.
      if (address.project !== undefined) continue;
      // Asked each time: one beat may take long.
      if (signal.aborted || isQuiet(quiet, clock.now(), timeZone())) break;
      try {
        const beat = await this.#beat(entry, address);
        beats.set(keyOf(address), beat);
        log.debug("Heartbeat in {key}: {beat}", { key: keyOf(address), beat });
      } catch (error) {
        log.error("The heartbeat in {key} failed: {error}", { key: keyOf(address), error });
        beats.set(keyOf(address), "failed");
      }
    }
    return beats;
  }

  /** For `/status`. */
  async totals(address: Address): Promise<HeartbeatTotals> {
    return (await this.#state.read())[keyOf(address)] ?? NONE;
  }

  async #beat(entry: SessionEntry, address: Address): Promise<Beat> {
    const { config, clock, busy, choose, sessions, timeZone } = this.#options;
    const { cooldown_minutes, only_when_changed } = config().heartbeat;
    const { chatId } = address;
    if (chatId > 0 && !config().allowed_user_ids.includes(chatId)) return "not_allowed";
    if (busy(address)) return "busy";
    const choice = await choose(address);
    const bucket = await sessions.fresh(address, choice.provider, config(), timeZone());
    if (!bucket) return "no_session";
    const last = ago(bucket.last_active ?? entry.last_active, clock.now());
    if (last < cooldown_minutes * 60_000) return "too_early";
    const messages = `${choice.provider} ${bucket.last_active ?? entry.last_active}`;
    if (only_when_changed) {
      const { seen } = await this.totals(address);
      if (seen === await this.#look(messages)) {
        await this.#note(address, (totals) => totals.saved++);
        return "unchanged";
      }
    }
    const turn = { address, sessionId: bucket.session_id, choice, text: config().heartbeat.prompt };
    return await this.#inTurn(turn, messages);
  }

  /** Runs the turn if the conversation is still free; nothing waits behind a heartbeat that waits. */
  #inTurn(turn: QuietTurn, messages: string): Promise<Beat> {
    const { busy, inTurn, signal: ending } = this.#options;
    const { address } = turn;
    if (busy(address) || ending.aborted) return Promise.resolve("busy");
    const done = Promise.withResolvers<Beat>();
    // A conversation that is closed never runs it.
    const end = () => done.resolve("failed");
    ending.addEventListener("abort", end, { once: true });
    inTurn({
      address,
      updateIds: [],
      run: (signal) => this.#turn(turn, messages, signal).then(done.resolve, done.reject),
    });
    return done.promise.finally(() => ending.removeEventListener("abort", end));
  }

  async #turn(turn: QuietTurn, messages: string, signal: AbortSignal): Promise<Beat> {
    const { ask, sessions, notifier, config, clock } = this.#options;
    const { address, choice: { provider } } = turn;
    const { text, failure, ...cost } = await ask(turn, signal);
    const message = text === undefined ? "" : withoutAck(text, config().heartbeat.ack_token);
    if (message !== "") await notifier.deliver(address, message, { title: "Heartbeat" });
    await sessions.recordQuiet(address, { provider, ...cost }, message !== "");
    // What the agent itself changed in this turn is no news to it.
    const seen = await this.#look(messages);
    await this.#note(address, (totals) => {
      totals.beats++;
      totals.cost_usd += cost.costUsd;
      totals.tokens += cost.tokens;
      totals.at = new Date(clock.now()).toISOString();
      if (message !== "") totals.said++;
      if (failure === undefined) totals.seen = seen;
    });
    if (failure === undefined) return message === "" ? "nothing_to_say" : "said";
    log.warn("A heartbeat in {key} ended with {failure}", { key: keyOf(address), failure });
    return "failed";
  }

  /** All there is to see: files, messages, and which day it is (for what is due on a day). */
  async #look(messages: string): Promise<string> {
    const { clock, timeZone, fingerprint } = this.#options;
    const day = localDay(clock.now(), timeZone());
    return `${day} ${messages} ${await fingerprint()}`;
  }

  async #note(address: Address, change: (totals: HeartbeatTotals) => void): Promise<void> {
    await this.#state.update((all) => {
      change(all[keyOf(address)] ??= { ...NONE });
    });
  }
}

/** The totals in one line, for `/status`; `undefined` when there was no heartbeat yet. */
export function heartbeatLine({ beats, saved, said, cost_usd }: HeartbeatTotals) {
  if (beats + saved === 0) return undefined;
  const cost = cost_usd > 0 ? `, $${cost_usd.toFixed(4)}` : "";
  return `Heartbeats: ${beats} (${said} with news${cost}), ${saved} saved since nothing had changed`;
}

/**
 * What an answer to a heartbeat has to say without the token that means "nothing": the token is taken
 * off at both ends, bare or in emphasis. In the middle it is part of the text. Empty: nothing to say.
 */
export function withoutAck(answer: string, token: string): string {
  const escaped = token.replaceAll(/[\\^$.*+?()[\]{}|/]/g, "\\$&");
  const mark = "[`*_\"'.!]*";
  const before = new RegExp(`^\\s*${mark}${escaped}${mark}(?![\\p{L}\\p{N}_])\\s*`, "u");
  const after = new RegExp(`\\s*(?<![\\p{L}\\p{N}_])${mark}${escaped}${mark}\\s*$`, "u");
  return answer.replace(before, "").replace(after, "").trim();
}

/**
 * Claude Code and Codex in terminals, on the phone: what one asks there is asked here as well, and the
 * first answer counts; the end of a long turn, and waiting for the user, ring. Nothing is said while
 * the user types in that terminal. What is known of a session lives in memory only.
 */
import type { PermissionDecision } from "../../agents/agent.ts";
import { hookRequest, nameOfRequest } from "../../agents/claude/hook.ts";
import { PROVIDERS } from "../../agents/provider.ts";
import type { Clock } from "../../base/clock.ts";
import { unhide } from "../../base/hidden.ts";
import { Remembered } from "../../base/remembered.ts";
import { duration, oneLine, shorten } from "../../base/text.ts";
import type { Config } from "../../config/schema.ts";
import type { Address } from "../../conversation/address.ts";
import type { Speaker } from "../../conversation/speaker.ts";
import type { Told } from "../../terminal/told.ts";
import { sessionButton } from "../sessions/views.ts";
import { texts } from "./texts.ts";

/** Of so many sessions it is remembered what happened. */
const MOST = 200;
/** Longest name of a folder, UTF-16 units. */
const FOLDER = 80;
/** Notifications that mean that somebody is wanted. */
const WAITING = ["idle_prompt", "elicitation_dialog"];

export interface TerminalsOptions {
  speaker: Pick<Speaker, "ask" | "say">;
  clock: Clock;
  config(): Pick<Config, "hooks" | "allowed_user_ids">;
  /** Which conversation is for what happens in a folder; absent: nobody is there to be told. */
  placeOf(folder: string): Promise<{ address: Address; name: string } | undefined>;
  /** When something was typed in the terminal of a process last. */
  lastInput(pid: number): Promise<number | undefined>;
  /** Told whether anything is open that a terminal asked. */
  asking(open: boolean): Promise<void>;
  /** Aborts when the bot ends. */
  signal: AbortSignal;
}

interface Asked {
  name: string;
  /** Of the agent itself, not of one that works beside it. */
  main: boolean;
  over: AbortController;
}

interface Session {
  /** When the running turn began; absent: it is not known. */
  began?: number;
  /** When the user sent something. */
  typed: number;
  /** The user knows that it waits. */
  rung: boolean;
  words: string;
  /** Requests that are allowed for the session, by name. */
  allowed: Set<string>;
}

export class Terminals {
  readonly #options: TerminalsOptions;
  /** The one that was heard of last at the end. */
  readonly #sessions = new Remembered<string, Session>(MOST);
  readonly #asked = new Map<Asked, string>();

  constructor(options: TerminalsOptions) {
    this.#options = options;
  }

  /**
   * @param gone Aborts when the hook has ended.
   * @returns What it prints: an answer, or nothing; `undefined`: it is to ask the next bot.
   */
  async told(told: Told, gone: AbortSignal): Promise<string | undefined> {
    const { provider, event } = told;
    const session = this.#session(event.session_id);
    switch (event.hook_event_name) {
      case PROVIDERS[provider].hooks?.asks:
        return await this.#ask(told, session, gone);
      case "UserPromptSubmit":
        session.began = session.typed = this.#options.clock.now();
        session.rung = false;
        this.#end(event.session_id, ({ main }) => main);
        break;
      case "PostToolUse":
      case "PostToolUseFailure": {
        const name = nameOfRequest(event);
        this.#end(event.session_id, (asked) => asked.name === name);
        break;
      }
      case "Stop":
        await this.#stopped(told, session);
        break;
      case "Notification":
        if (!session.rung && WAITING.includes(event.notification_type ?? "")) {
          session.rung = true;
          await this.#say(told, session, "waits");
        }
    }
    return "";
  }

  async #ask(told: Told, session: Session, gone: AbortSignal): Promise<string | undefined> {
    const { speaker, config, placeOf, asking, signal } = this.#options;
    const { event } = told;
    const asked: Asked = {
      name: nameOfRequest(event),
      main: event.agent_id === undefined,
      over: new AbortController(),
    };
    const { asking: what, answer } = hookRequest(event, event.cwd);
    if (session.allowed.has(asked.name)) return answer({ behavior: "allow" });
    const ended = AbortSignal.any([gone, asked.over.signal, signal]);
    this.#asked.set(asked, event.session_id);
    try {
      await asking(true);
      await this.#quiet(told, session, ended);
      const place = ended.aborted ? undefined : await placeOf(event.cwd);
      const [owner] = config().allowed_user_ids;
      if (!place || owner === undefined) return signal.aborted ? undefined : "";
      const question = { ...what, terminal: shownName(place.name), userId: owner };
      const decision: PermissionDecision | undefined = await speaker.ask(
        place.address,
        question,
        ended,
      );
      if (decision?.behavior === "allow_session") session.allowed.add(asked.name);
      if (decision) return answer(decision);
      return signal.aborted ? undefined : "";
    } finally {
      this.#asked.delete(asked);
      if (this.#asked.size === 0) await asking(false);
    }
  }

  async #stopped(told: Told, session: Session): Promise<void> {
    const { config, clock } = this.#options;
    const { began } = session;
    session.words = told.event.last_assistant_message ?? "";
    delete session.began;
    if (began === undefined) return;
    const took = clock.now() - began;
    if (took < config().hooks.notify_after_seconds * 1000) return;
    session.rung = true;
    await this.#say(told, session, "done", took);
  }

  async #say(
    told: Told,
    session: Session,
    what: "done" | "waits",
    took = 0,
  ): Promise<void> {
    const { speaker, placeOf } = this.#options;
    if (await this.#activeFor(told, session) > 0) return;
    const place = await placeOf(told.event.cwd);
    if (!place) return;
    const { title } = PROVIDERS[told.provider];
    const [folder, words] = [shownName(place.name), unhide(session.words).text];
    await speaker.say(
      place.address,
      what === "done"
        ? texts.done(title, folder, duration(took), words)
        : texts.waits(title, folder, words),
      { buttons: [[sessionButton({ provider: told.provider, id: told.event.session_id })]] },
    );
  }

  /** Waits until the user does not type there any more. */
  async #quiet(told: Told, session: Session, signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      const left = await this.#activeFor(told, session);
      if (left <= 0) return;
      await this.#options.clock.sleep(left, signal);
    }
  }

  /** For how many more milliseconds the user counts as being there. */
  async #activeFor({ pid }: Told, { typed }: Session): Promise<number> {
    const { config, lastInput, clock } = this.#options;
    const input = await lastInput(pid) ?? -Infinity;
    const quiet = config().hooks.quiet_when_active_seconds * 1000;
    return quiet === 0 ? 0 : Math.max(input, typed) + quiet - clock.now();
  }

  #end(session: string, which: (asked: Asked) => boolean): void {
    for (const [asked, of] of this.#asked) {
      if (of === session && which(asked)) asked.over.abort();
    }
  }

  #session(id: string): Session {
    const known = this.#sessions.get(id) ??
      { typed: -Infinity, rung: false, words: "", allowed: new Set<string>() };
    this.#sessions.add(id, known);
    return known;
  }
}

function shownName(name: string): string {
  return shorten(oneLine(unhide(name).text), FOLDER);
}

/** What becomes of an event that was accepted: a turn in a conversation, or a run of a task. */
import { type KeyedQueue, Semaphore } from "../base/async/locks.ts";
import { getLogger } from "@logtape/logtape";
import { unlessAborted } from "../base/async/within.ts";
import { ago } from "../base/ago.ts";
import type { Clock } from "../base/clock.ts";
import type { Config } from "../config/schema.ts";
import { type Address, keyOf } from "../conversation/address.ts";
import { SILENCE_RULE } from "../conversation/nothing.ts";
import { originOf } from "../jobs/job.ts";
import type { Notifier } from "../jobs/notifier.ts";
import { isQuiet, quietWindow } from "../jobs/quiet_hours.ts";
import type { Events, OpenEvent } from "./events.ts";
import { promptOf } from "./fence.ts";
import { fillIn, hasPlaceholders } from "./template.ts";
import { interruptedText } from "./texts.ts";
import type { Hook } from "./hook.ts";
import { parsePayload } from "./payload.ts";
import type { Registry } from "./registry.ts";
import { type Batch, Turns } from "./turns.ts";

const log = getLogger(["ductor", "webhooks"]);

/** Tasks that run side by side; more wait. Each is an agent of its own. */
const MAX_TASKS = 3;

/** The place of an event that runs as a task. */
const TASK = "task";

/** What nobody decided about for this long is forgotten. */
const PARKED_MS = 48 * 3_600_000;

/** How a turn that a hook asked for ended; `dropped`: taken out of the queue by the user. */
export type WakeEnd = "answered" | "stopped" | "failed" | "dropped";

/** Puts something into a conversation as if it had been written there; implemented by the app. */
export interface Wake {
  /**
   * Queues a prompt like a message and resolves when its turn has ended. Never resolves when the
   * program ends before.
   *
   * @param request.began Awaited right before the turn starts. Rejects: it must not start.
   */
  run(request: {
    address: Address;
    title: string;
    text: string;
    /** The agent may say that there is nothing to say. */
    silent: boolean;
    /** The project the agent works in; absent: where the conversation works. */
    project?: string;
    began(): Promise<void>;
  }): Promise<WakeEnd>;
}

/** Runs the task of a hook; implemented with the task runner. */
export interface HookTasks {
  /**
   * Runs `prompt` in the hook's task folder and says what came of it in the hook's conversation.
   *
   * @returns `success` or `error:…`
   * @throws the reason of `signal` when the program ends
   */
  run(hook: Hook, prompt: string, event: OpenEvent, signal: AbortSignal): Promise<string>;
}

export interface DispatcherOptions {
  events: Events;
  registry: Registry;
  wake: Wake;
  tasks: HookTasks;
  /** By the `dependency` of jobs and hooks. */
  locks: KeyedQueue;
  notifier: Notifier;
  clock: Clock;
  config(): Config;
  timeZone(): string;
  signal: AbortSignal;
}

export class Dispatcher {
  readonly #options: DispatcherOptions;
  readonly #places = new Semaphore(MAX_TASKS);
  readonly #turns: Turns;

  constructor(options: DispatcherOptions) {
    this.#options = options;
    this.#turns = new Turns({ ...options, take: (...turn) => this.#handle(...turn) });
  }

  /** Goes on with what a former run left. */
  resume(): void {
    const { events, clock } = this.#options;
    const left = events.open();
    if (left.length > 0) log.info("Going on with {count} webhook events", { count: left.length });
    for (const event of left) {
      if (isParked(event) && ago(event.at, clock.now()) > PARKED_MS) {
        this.#turns.keep(events.done(event, false));
      } else this.dispatch(event);
    }
  }

  /**
   * What becomes of the events that were cut off, this one and those of its hook that share its fate.
   *
   * @param address Where that was decided.
   * @returns Whether there was something to decide.
   */
  async decide(id: string, address: Address, again: boolean): Promise<boolean> {
    const { events } = this.#options;
    const open = events.open();
    const event = open.find((event) => event.id === id);
    const place = [keyOf(address), TASK].find((place) => event?.places.get(place) === "parked");
    if (!event || place === undefined) return false;
    const all = open.filter(({ hook, places }) =>
      hook === event.hook && places.get(place) === "parked"
    );
    await Promise.all(all.map((event) => events[again ? "again" : "ended"](event, place)));
    for (const event of all) {
      if (again) this.dispatch(event);
      else if (!isParked(event)) await events.done(event, false);
    }
    return true;
  }

  /** Never throws; what cannot be noted now stays open until the next start. */
  dispatch(event: OpenEvent): void {
    this.#turns.add(event);
  }

  /** Resolves when everything that was dispatched has ended, or was given up as the program ends. */
  idle(): Promise<void> {
    return this.#turns.idle();
  }

  async #handle(id: string, hook: Hook | undefined, batch: Batch): Promise<void> {
    const { events, registry } = this.#options;
    const status = hook ? await this.#run(hook, batch) : "error:not_found";
    if (hook) registry.ended(id, status);
    for (const event of batch) {
      log.info("Webhook {hook}: event {event} ended with {status}", {
        hook: id,
        event: event.id,
        status,
      });
    }
    const over = batch.filter((event) => !isParked(event));
    await Promise.all(over.map((event) => events.done(event, status.startsWith("error:"))));
  }

  async #run(hook: Hook, batch: Batch): Promise<string> {
    if (!hook.enabled) return "skipped:disabled";
    switch (hook.mode) {
      case "wake":
        return await this.#wake(hook, batch);
      case "cron_task":
        return await this.#task(hook, batch);
      default:
        return `error:unknown_mode_${hook.mode}`;
    }
  }

  async #wake(hook: Hook, batch: Batch): Promise<string> {
    const own = originOf(hook);
    const places = own ? [own] : this.#options.config().allowed_user_ids.map((chatId) => ({
      chatId,
    }));
    const ends = await Promise.all(places.map(async (address): Promise<WakeEnd | "interrupted"> => {
      try {
        return await this.#wakeOne(hook, address, batch);
      } catch (error) {
        this.#options.signal.throwIfAborted();
        log.error("Webhook {hook} could not wake a chat: {error}", { hook: hook.id, error });
        return "failed";
      }
    }));
    if (ends.includes("answered")) return "success";
    if (ends.includes("interrupted")) return "error:interrupted";
    if (ends.includes("failed") || ends.length === 0) return "error:no_response";
    return "skipped:stopped";
  }

  async #wakeOne(hook: Hook, address: Address, batch: Batch): Promise<WakeEnd | "interrupted"> {
    const { events, wake, signal } = this.#options;
    const place = keyOf(address);
    const [fresh, begun] = await this.#sorted(hook, address, batch, place);
    if (fresh.length === 0) return begun > 0 || batch.some(isParked) ? "interrupted" : "answered";
    const { silent = false, project } = hook;
    const woken = wake.run({
      address,
      title: hook.title,
      text: promptFor(hook, fresh) + (silent ? `\n\n${SILENCE_RULE}` : ""),
      silent,
      ...project && { project },
      began: async () => {
        await Promise.all(fresh.map((event) => events.began(event, place)));
      },
    });
    // What waits when the program ends is on disk for the next start.
    const end = await unlessAborted(woken, signal);
    await Promise.all(fresh.map((event) => events.ended(event, place)));
    return end;
  }

  /** What has not begun there; what a crash cut off is told, and counted. */
  async #sorted(
    hook: Hook,
    address: Address | undefined,
    batch: Batch,
    place: string,
  ): Promise<[fresh: Batch, begun: number]> {
    const begun = batch.filter(({ places }) => places.get(place) === "began");
    if (begun.length > 0) {
      await this.#tellInterrupted(hook, address, begun);
      await Promise.all(begun.map((event) => this.#options.events.parked(event, place)));
    }
    const fresh = batch.filter((event) => !begun.includes(event) && !event.places.has(place));
    return [fresh, begun.length];
  }

  async #task(hook: Hook, batch: Batch): Promise<string> {
    const { events, tasks, locks, clock, config, timeZone, signal } = this.#options;
    if (!hook.task_folder) return "error:no_task_folder";
    const [fresh] = await this.#sorted(hook, originOf(hook), batch, TASK);
    if (fresh.length === 0) return "error:interrupted";
    return await locks.run(hook.dependency || null, async () => {
      using _place = await this.#places.acquire(signal);
      // Asked when it really would run: it may have waited until the night.
      if (isQuiet(quietWindow(hook, config()), clock.now(), timeZone())) {
        return "skipped:quiet_hours";
      }
      await Promise.all(fresh.map((event) => events.began(event, TASK)));
      return await tasks.run(hook, promptFor(hook, fresh), fresh[0]!, signal);
    }, signal);
  }

  async #tellInterrupted(hook: Hook, address: Address | undefined, batch: Batch) {
    const [first] = batch;
    await this.#options.notifier.deliver(
      address,
      interruptedText(hook.title, batch.length, shownOf(hook, first!)),
      { title: hook.title, key: `${first!.id}:interrupted`, interrupted: first!.id },
    );
  }
}

function isParked({ places }: OpenEvent): boolean {
  return [...places.values()].includes("parked");
}

/** What came in, in a few words. */
function shownOf(hook: Hook, { body, form, event, headers }: OpenEvent): string {
  const payload = parsePayload(body, form);
  if (typeof payload === "string") return "";
  return hasPlaceholders(hook.prompt_template)
    ? fillIn(hook.prompt_template, payload, { event, headers })
    : event ?? "";
}

/** What was accepted was read once already; a body that cannot be read again has no data. */
function promptFor(hook: Hook, batch: Batch): string {
  return promptOf(
    hook,
    batch.map(({ body, form, event, headers }) => {
      const payload = parsePayload(body, form);
      return { payload: typeof payload === "string" ? {} : payload, event, headers };
    }),
  );
}

/** What becomes of an event that was accepted: a turn in a conversation, or a run of a task. */
import { type KeyedQueue, Semaphore } from "../base/async/locks.ts";
import { getLogger } from "@logtape/logtape";
import { unlessAborted } from "../base/async/within.ts";
import type { Clock } from "../base/clock.ts";
import type { Config } from "../config/schema.ts";
import { type Address, keyOf } from "../conversation/address.ts";
import { originOf } from "../jobs/job.ts";
import type { Notifier } from "../jobs/notifier.ts";
import { isQuiet, quietWindow } from "../jobs/quiet_hours.ts";
import type { Events, OpenEvent } from "./events.ts";
import { promptOf } from "./fence.ts";
import type { Hook } from "./hook.ts";
import { parsePayload } from "./payload.ts";
import type { Registry } from "./registry.ts";

const log = getLogger(["ductor", "webhooks"]);

/** Tasks that run side by side; more wait. Each is an agent of its own. */
const MAX_TASKS = 3;

/** The place of an event that runs as a task. */
const TASK = "task";

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
  readonly #running = new Set<Promise<void>>();
  readonly #places = new Semaphore(MAX_TASKS);

  constructor(options: DispatcherOptions) {
    this.#options = options;
  }

  /** Goes on with what a former run left. */
  resume(): void {
    const { events } = this.#options;
    const left = events.open();
    if (left.length > 0) log.info("Going on with {count} webhook events", { count: left.length });
    for (const event of left) this.dispatch(event);
  }

  /** Never throws; what cannot be noted now stays open until the next start. */
  dispatch(event: OpenEvent): void {
    const run: Promise<void> = this.#handle(event).catch((error) => {
      if (this.#options.signal.aborted) return;
      log.error("Webhook event {event} could not be handled: {error}", { event: event.id, error });
    }).finally(() => this.#running.delete(run));
    this.#running.add(run);
  }

  /** Resolves when everything that was dispatched has ended, or was given up as the program ends. */
  async idle(): Promise<void> {
    while (this.#running.size > 0) await Promise.all(this.#running);
  }

  async #handle(event: OpenEvent): Promise<void> {
    const { events, registry } = this.#options;
    const hook = await registry.find(event.hook);
    const status = hook ? await this.#run(hook, event) : "error:not_found";
    if (hook) registry.ended(hook.id, status);
    log.info("Webhook {hook}: event {event} ended with {status}", {
      hook: event.hook,
      event: event.id,
      status,
    });
    await events.done(event, status.startsWith("error:"));
  }

  async #run(hook: Hook, event: OpenEvent): Promise<string> {
    if (!hook.enabled) return "skipped:disabled";
    const payload = parsePayload(event.body, event.form);
    if (typeof payload === "string") return `error:${payload}`;
    const prompt = promptOf(hook, payload);
    switch (hook.mode) {
      case "wake":
        return await this.#wake(hook, prompt, event);
      case "cron_task":
        return await this.#task(hook, prompt, event);
      default:
        return `error:unknown_mode_${hook.mode}`;
    }
  }

  async #wake(hook: Hook, text: string, event: OpenEvent): Promise<string> {
    const own = originOf(hook);
    const places = own ? [own] : this.#options.config().allowed_user_ids.map((chatId) => ({
      chatId,
    }));
    const ends = await Promise.all(places.map(async (address): Promise<WakeEnd | "interrupted"> => {
      try {
        return await this.#wakeOne(hook, address, text, event);
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

  async #wakeOne(
    hook: Hook,
    address: Address,
    text: string,
    event: OpenEvent,
  ): Promise<WakeEnd | "interrupted"> {
    const { events, wake, signal } = this.#options;
    const place = keyOf(address);
    const before = event.places.get(place);
    if (before === "ended") return "answered";
    if (before === "began") {
      await this.#tellInterrupted(hook, address, event);
      await events.ended(event, place);
      return "interrupted";
    }
    const woken = wake.run({
      address,
      title: hook.title,
      text,
      began: () => events.began(event, place),
    });
    // What waits when the program ends is on disk for the next start.
    const end = await unlessAborted(woken, signal);
    await events.ended(event, place);
    return end;
  }

  async #task(hook: Hook, prompt: string, event: OpenEvent): Promise<string> {
    const { events, tasks, locks, clock, config, timeZone, signal } = this.#options;
    if (!hook.task_folder) return "error:no_task_folder";
    if (event.places.get(TASK) === "began") {
      await this.#tellInterrupted(hook, originOf(hook), event);
      return "error:interrupted";
    }
    return await locks.run(hook.dependency || null, async () => {
      using _place = await this.#places.acquire(signal);
      // Asked when it really would run: it may have waited until the night.
      if (isQuiet(quietWindow(hook, config()), clock.now(), timeZone())) {
        return "skipped:quiet_hours";
      }
      await events.began(event, TASK);
      return await tasks.run(hook, prompt, event, signal);
    }, signal);
  }

  async #tellInterrupted(hook: Hook, address: Address | undefined, event: OpenEvent) {
    await this.#options.notifier.deliver(
      address,
      `⚠️ I was interrupted while working on an event of the webhook **${hook.title}**. It may be ` +
        "half done, so I did not begin again. Have the sender deliver it once more if it should be.",
      { title: hook.title, key: `${event.id}:interrupted` },
    );
  }
}

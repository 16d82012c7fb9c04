/**
 * The webhooks of the running bot: registry, events, server and dispatch. The server follows the config:
 * it is opened, moved and closed while the bot runs, and what was accepted is handled all the same.
 */
import { type KeyedQueue, Mutex } from "../base/async/locks.ts";
import { getLogger } from "@logtape/logtape";
import type { Address } from "../conversation/address.ts";
import type { Notifier } from "../jobs/notifier.ts";
import type { RunRecord, RunStore } from "../jobs/run_records.ts";
import type { Task, TaskResult } from "../jobs/tasks/task.ts";
import { webhookApp } from "./app.ts";
import { newToken } from "./crypto.ts";
import { Dispatcher, type Wake } from "./dispatch.ts";
import type { Events } from "./events.ts";
import { Registry } from "./registry.ts";
import { openWarning } from "./texts.ts";
import { secretsInFile } from "./auth.ts";
import { type ServerState, WebhookServer } from "./server.ts";
import { HookTaskRunner } from "./tasks.ts";
import { isOfThisMachine } from "../base/addresses.ts";
import type { TelegramState } from "../telegram/liveness.ts";
import type { Clock } from "../base/clock.ts";
import type { Home } from "../config/home.ts";
import type { ChangeConfig } from "../config/load.ts";
import type { Config } from "../config/schema.ts";
import type { KnownSecrets } from "../base/known_secrets.ts";

const log = getLogger(["ductor", "webhooks"]);

export interface WebhooksOptions {
  home: Home;
  /** Events on disk; whoever opened them closes them. */
  events: Promise<Events>;
  clock: Clock;
  config(): Config;
  /** Changes the file; `config` gives the change afterwards. */
  changeConfig(change: ChangeConfig): Promise<void>;
  /** IANA zone of the user. */
  timeZone(): string;
  wake: Wake;
  notifier: Notifier;
  runs: RunStore;
  locks: KeyedQueue;
  task(task: Task, signal: AbortSignal): Promise<TaskResult>;
  /** Whether Telegram answers. */
  telegram(): TelegramState;
  /** In Prometheus' text format. */
  metrics(): string;
  /** Told of each run of a task that has ended. */
  ran?(record: RunRecord): void;
  /** Learns of secrets of hooks that must not be shown. */
  secrets?: Pick<KnownSecrets, "add">;
}

export interface WebhookState {
  /** How many there are. */
  hooks: number;
  server: ServerState | "off";
  /** Requests since the start that became no event, by what was answered. */
  turnedAway: ReadonlyMap<string, number>;
}

export class Webhooks {
  readonly registry: Registry;
  readonly #options: WebhooksOptions;
  /** One change of the server after the other. */
  readonly #moving = new Mutex();
  #listen = new AbortController();
  #ended = false;
  #app: ReturnType<typeof webhookApp> | undefined;
  readonly #work = new AbortController();
  #server: WebhookServer | undefined;
  #serving: Promise<void> = Promise.resolve();
  /** Where it was to listen last; a change of that is told. */
  #host: string | undefined;
  #dispatcher: Dispatcher | undefined;
  readonly #turnedAway = new Map<string, number>();

  constructor(options: WebhooksOptions) {
    this.#options = options;
    const { home, clock, secrets } = options;
    this.registry = new Registry(home.webhooksFile, {
      clock,
      onRead: (hooks) => secrets?.add(hooks.flatMap(secretsInFile)),
    });
  }

  /** The port, once the server listens; `undefined` while webhooks are off. */
  get listening(): Promise<number> | undefined {
    return this.#server?.listening;
  }

  async state(): Promise<WebhookState> {
    const hooks = (await this.registry.all()).length;
    const { enabled } = this.#options.config().webhooks;
    const server = enabled && this.#server?.state || "off";
    return { hooks, server, turnedAway: this.#turnedAway };
  }

  /** See `Dispatcher.decide`. */
  async decide(event: string, address: Address, again: boolean): Promise<boolean> {
    return await this.#dispatcher?.decide(event, address, again) ?? false;
  }

  /**
   * Goes on with events a former run left, also when webhooks were switched off since, and listens
   * when they are on. Does not wait for the port.
   */
  async start(): Promise<void> {
    const { clock, notifier, config, timeZone, wake, locks, runs, task } = this.#options;
    const events = await this.#options.events;
    const { registry } = this;
    // Their secrets are known from here on, before anything is logged about them.
    await registry.all().catch(() => {});
    const dispatcher = this.#dispatcher = new Dispatcher({
      events,
      registry,
      wake,
      tasks: new HookTaskRunner({ task, runs, notifier, clock, ran: this.#options.ran }),
      locks,
      notifier,
      clock,
      config,
      timeZone,
      signal: this.#work.signal,
    });
    dispatcher.resume();
    this.#app = webhookApp({
      registry,
      events,
      clock,
      settings: () => config().webhooks,
      metrics: () => config().metrics.enabled ? this.#options.metrics() : undefined,
      accepted: (event) => dispatcher.dispatch(event),
      telegram: this.#options.telegram,
      turnedAway: (reason) => {
        this.#turnedAway.set(reason, (this.#turnedAway.get(reason) ?? 0) + 1);
      },
    });
    await this.listen();
  }

  /**
   * Listens as the config says now: opens, moves or closes the server. To be called when that has
   * changed. Does not wait for the port.
   */
  async listen(): Promise<void> {
    await this.#moving.run(async () => {
      await this.#stopServer();
      const { clock, config } = this.#options;
      const { webhooks: { enabled, host, port }, metrics } = config();
      const app = this.#app;
      if (!enabled && !metrics.enabled || !app || this.#ended) return;
      if (enabled) await this.#needToken();
      this.#listen = new AbortController();
      this.#server = new WebhookServer({
        // Metrics alone are for this machine.
        host: enabled ? host : "127.0.0.1",
        port,
        what: enabled ? "Webhooks" : "Requests for metrics",
        fetch: (request, peer) => app.fetch(request, peer),
        clock,
        tell: (markdown) => this.#tell(markdown),
        signal: this.#listen.signal,
      });
      this.#serving = this.#server.run();
      const opened = enabled && !isOfThisMachine(host) && this.#host !== undefined &&
        this.#host !== host;
      this.#host = host;
      if (opened) await this.#tell(`⚠️ ${openWarning(host)}`);
    });
  }

  async #tell(markdown: string): Promise<void> {
    await this.#options.notifier.deliver(undefined, markdown, { title: "Webhooks" });
  }

  /** First: takes nothing new. */
  async stopListening(): Promise<void> {
    this.#ended = true;
    await this.#moving.run(() => this.#stopServer());
  }

  async #stopServer(): Promise<void> {
    this.#listen.abort();
    await this.#serving;
    this.#server = undefined;
  }

  /** Last, when the conversations have ended: what is not done stays on disk for the next start. */
  async close(): Promise<void> {
    await this.stopListening();
    this.#work.abort(new Error("ductor ends"));
    await this.#dispatcher?.idle();
    await this.registry.flush().catch((error) =>
      log.error("The counters of the webhooks could not be written: {error}", { error })
    );
  }

  /** Makes the token for hooks that have none of their own, where the config has none. */
  async #needToken(): Promise<void> {
    const { config, changeConfig } = this.#options;
    if (config().webhooks.token !== "") return;
    await changeConfig((raw) => {
      const webhooks = raw.webhooks as Record<string, unknown> | undefined;
      raw.webhooks = { ...webhooks, token: webhooks?.token || newToken() };
    });
  }
}

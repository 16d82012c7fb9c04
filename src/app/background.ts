/** What happens beside the conversations: webhooks, heartbeat, cleanup. */
import { getLogger } from "@logtape/logtape";
import { fingerprintOf } from "../jobs/heartbeat/changes.ts";
import { Cleanup } from "../jobs/cleanup/cleanup.ts";
import { Heartbeat } from "../jobs/heartbeat/heartbeat.ts";
import type { Notifier } from "../jobs/notifier.ts";
import type { Clock } from "../base/clock.ts";
import type { Home } from "../config/home.ts";
import type { ChangeConfig } from "../config/load.ts";
import type { Config } from "../config/schema.ts";
import type { Conversations } from "../conversation/conversations.ts";
import type { TurnEnd } from "../conversation/ending.ts";
import { WORKSPACE } from "../conversation/places.ts";
import { quietTurn } from "../conversation/quiet_turn.ts";
import type { Request } from "../conversation/request.ts";
import type { TurnContext } from "../conversation/turn_context.ts";
import type { KnownSecrets } from "../base/known_secrets.ts";
import type { RequestQueue } from "../chat/queue/request_queue.ts";
import { FileIndex } from "../files/file_index.ts";
import type { Automation } from "./automation.ts";
import type { TelegramState } from "../telegram/liveness.ts";
import type { Measures } from "./measures.ts";
import { inContext } from "./log_context.ts";
import { ConversationWake } from "../chat/wake.ts";
import type { Events } from "../webhooks/events.ts";
import { Webhooks } from "../webhooks/webhooks.ts";

const log = getLogger(["ductor", "app"]);

export interface BackgroundOptions {
  home: Home;
  clock: Clock;
  config(): Config;
  changeConfig(change: ChangeConfig): Promise<void>;
  /** Of webhooks, on disk. */
  events: Promise<Events>;
  queue: Pick<RequestQueue, "inTurn">;
  conversations: Pick<Conversations, "at">;
  /** Runs a request as a turn, with everything that belongs to one. */
  runTurn(request: Request, signal: AbortSignal): Promise<TurnEnd>;
  turn: TurnContext;
  notifier: Notifier;
  automation: Pick<Automation, "locks" | "tasks" | "runs">;
  /** Whether Telegram answers. */
  telegram(): TelegramState;
  /** Told of what ends. */
  measures: Pick<Measures, "turn" | "run" | "text">;
  /** Learns of secrets that must not be shown. */
  secrets?: Pick<KnownSecrets, "add">;
}

export class Background {
  readonly webhooks: Webhooks;
  readonly heartbeat: Heartbeat;
  readonly cleanup: Cleanup;
  readonly #stop = new AbortController();
  #running: Promise<unknown> = Promise.resolve();

  constructor(options: BackgroundOptions) {
    const { home, clock, config, queue, conversations, turn, notifier, automation } = options;
    const { signal } = this.#stop;
    const { timeZone, choose, sessions, speaker } = turn;
    const inTurn = queue.inTurn.bind(queue);
    this.webhooks = new Webhooks({
      home,
      events: options.events,
      changeConfig: options.changeConfig,
      clock,
      config,
      timeZone,
      wake: new ConversationWake({
        inTurn,
        turn: (request, signal) =>
          inContext("wh", request.address, () => options.runTurn(request, signal)),
        speaker,
        users: () => config().allowed_user_ids,
        signal,
      }),
      notifier,
      telegram: options.telegram,
      metrics: () => options.measures.text(),
      ran: (record) => options.measures.run(record),
      runs: automation.runs,
      locks: automation.locks,
      task: (task, signal) =>
        inContext("wh", task.origin, () => automation.tasks.run(task, signal)),
      ...options.secrets && { secrets: options.secrets },
    });
    this.heartbeat = new Heartbeat({
      stateFile: home.heartbeatFile,
      clock,
      config,
      timeZone,
      sessions,
      choose: (address) => choose({ ...address, project: WORKSPACE }),
      busy: (address) => conversations.at(address) !== undefined,
      inTurn,
      ask: (quiet, signal) =>
        inContext("hb", quiet.address, async () => {
          const began = clock.elapsed();
          const end = await quietTurn(quiet, turn, signal);
          const { choice: { provider, model = "" } } = quiet;
          const { failure: outcome = "answered", costUsd } = end;
          const ms = clock.elapsed() - began;
          options.measures.turn({ kind: "heartbeat", provider, model, outcome, ms, costUsd });
          return end;
        }),
      fingerprint: () => fingerprintOf(home),
      notifier,
      signal,
    });
    const index = new FileIndex(home.telegramFilesDir, clock);
    this.cleanup = new Cleanup({
      home,
      clock,
      config,
      timeZone,
      tell: async (markdown) => {
        await notifier.deliver(undefined, markdown, { title: "Cleanup" });
      },
      reindex: () => index.update(),
      signal,
    });
  }

  /** After the conversations can take something: events of a former run go on now. */
  async start(): Promise<void> {
    await this.webhooks.start().catch((error) =>
      log.error("Webhooks could not be started: {error}", { error })
    );
    this.#running = Promise.all([this.heartbeat.run(), this.cleanup.run()]);
  }

  /** Before the conversations end: nothing new comes in from here. */
  async stop(): Promise<void> {
    this.#stop.abort();
    await this.webhooks.stopListening();
    await this.#running;
  }

  /** After the conversations have ended. */
  close(): Promise<void> {
    return this.webhooks.close();
  }
}

/** What the log and the metrics say of everything that runs: a line and a count for each. */
import { getLogger } from "@logtape/logtape";
import { Metrics } from "../base/metrics.ts";
import type { TurnReport } from "../conversation/turn_context.ts";
import type { RunRecord } from "../jobs/run_records.ts";
import type { TelegramState } from "../telegram/liveness.ts";

const log = getLogger(["ductor", "turn"]);
const jobs = getLogger(["ductor", "automation"]);

/** What is asked for each time the metrics are read. */
export interface Gauges {
  /** Messages that wait for their turn. */
  waiting(): number;
  /** Turns that run. */
  running(): number;
  /** Messages that are not delivered yet. */
  outbox(): number;
  telegram(): TelegramState;
  /** How often a bot of this home has started. */
  starts: number | undefined;
}

export class Measures {
  readonly #metrics = new Metrics();

  /** The metrics as Prometheus reads them. */
  text(): string {
    return this.#metrics.text();
  }

  watch({ waiting, running, outbox, telegram, starts }: Gauges): void {
    const metrics = this.#metrics;
    metrics.gauge("ductor_queue_waiting", "Messages that wait for their turn.", waiting);
    metrics.gauge("ductor_conversations_running", "Conversations that work now.", running);
    metrics.gauge("ductor_outbox_waiting", "Answers that are not delivered yet.", outbox);
    metrics.gauge(
      "ductor_telegram_answered_timestamp_seconds",
      "When Telegram last answered.",
      () => seconds(telegram().answeredAt),
    );
    metrics.gauge(
      "ductor_telegram_failing_since_timestamp_seconds",
      "Since when Telegram has not answered; absent while it does.",
      () => seconds(telegram().failingSince),
    );
    metrics.gauge("ductor_starts", "How often ductor has started in this home.", () => starts);
  }

  turn({ kind, provider, model, outcome, ms, costUsd }: TurnReport): void {
    log.info("{what} ended: {outcome}, {provider} {model}, {seconds} s, ${cost}", {
      what: kind === "turn" ? "A turn" : kind === "woken" ? "A turn of its own" : "A heartbeat",
      outcome,
      provider,
      model: model || "(default model)",
      seconds: (ms / 1000).toFixed(1),
      cost: costUsd.toFixed(4),
    });
    const labels = { kind, provider, model };
    const count = this.#metrics.count.bind(this.#metrics);
    count("ductor_turns_total", "Turns that have ended.", { ...labels, outcome });
    count("ductor_turn_seconds_total", "Seconds that turns took.", labels, ms / 1000);
    count("ductor_turn_cost_usd_total", "What turns cost, in US dollars.", labels, costUsd);
  }

  /** A run of a job or of a webhook's task. */
  run(
    { title, job, cause, status, started, ended, provider, model, cost_usd = 0 }: RunRecord,
  ): void {
    const ms = Date.parse(ended ?? "") - Date.parse(started ?? "");
    jobs.info("{what} {title} ({job}) ended: {status}, {provider} {model}, {seconds} s, ${cost}", {
      what: cause === "webhook" ? "Webhook" : "Job",
      title,
      job,
      status,
      provider: provider ?? "(no agent)",
      model: model ?? "",
      seconds: Number.isNaN(ms) ? "0" : (ms / 1000).toFixed(1),
      cost: cost_usd.toFixed(4),
    });
    const kind = cause === "webhook" ? "webhook" : "job";
    this.#metrics.count("ductor_runs_total", "Runs of jobs and webhooks.", { kind, status });
    this.#metrics.count(
      "ductor_run_cost_usd_total",
      "What runs cost, in US dollars.",
      { kind },
      cost_usd,
    );
  }

  flooded(): void {
    this.#metrics.count("ductor_telegram_429_total", "How often Telegram asked to wait.");
  }
}

function seconds(ms: number | undefined): number | undefined {
  return ms === undefined ? undefined : ms / 1000;
}

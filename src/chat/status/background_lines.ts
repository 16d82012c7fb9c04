/** What runs beside the conversations, a line each, for `/status` and `/diagnose`. */
import { type Heartbeat, heartbeatLine } from "../../jobs/heartbeat/heartbeat.ts";
import { showTime } from "../../base/wall_time.ts";
import type { JobView, Scheduler } from "../../jobs/scheduler.ts";
import type { WebhookState } from "../../webhooks/webhooks.ts";
import type { TelegramState } from "../../telegram/liveness.ts";
import { texts } from "./texts.ts";
import type { Address } from "../../conversation/address.ts";

/** Lines for what there is; nothing is said of what is not used. */
export async function backgroundLines(
  { automation, background, telegram, timeZone }: {
    automation: { scheduler: Pick<Scheduler, "view"> };
    background: {
      heartbeat: Pick<Heartbeat, "totals">;
      webhooks: { state(): Promise<WebhookState> };
    };
    telegram: TelegramState;
    /** IANA zone of the user, in which times are shown. */
    timeZone: string;
  },
  address: Address,
): Promise<string[]> {
  const [totals, jobs, hooks] = await Promise.all([
    background.heartbeat.totals(address),
    automation.scheduler.view(),
    background.webhooks.state(),
  ]);
  return [
    telegramLine(telegram, timeZone),
    heartbeatLine(totals),
    jobsLine(jobs, timeZone),
    webhooksLine(hooks),
  ]
    .filter((line) => line !== undefined);
}

function telegramLine(
  { answeredAt, failingSince, failure = "" }: TelegramState,
  timeZone: string,
): string | undefined {
  const time = (at: number) => showTime(at, timeZone);
  if (failingSince !== undefined) return texts.telegram.failing(time(failingSince), failure);
  return answeredAt === undefined ? undefined : texts.telegram.answered(time(answeredAt));
}

function jobsLine(jobs: readonly JobView[], timeZone: string): string | undefined {
  if (jobs.length === 0) return undefined;
  const next = jobs.filter((job) => job.next !== undefined)
    .reduce<JobView | undefined>((a, b) => a && a.next! <= b.next! ? a : b, undefined);
  const running = jobs.filter((job) => job.running).length;
  const broken = jobs.filter((job) => job.problem !== undefined).length;
  return texts.jobs.line([
    next ? texts.jobs.next(next.title, showTime(next.next!, timeZone)) : texts.jobs.noneNext,
    ...running > 0 ? [texts.jobs.running(running)] : [],
    ...broken > 0 ? [texts.jobs.broken(broken)] : [],
  ]);
}

function webhooksLine({ hooks, server, turnedAway }: WebhookState): string | undefined {
  if (server === "off") return hooks === 0 ? undefined : texts.webhooks.off(hooks);
  const state = "problem" in server
    ? texts.webhooks.problem(hooks, server.problem)
    : texts.webhooks.received(hooks, `${server.hostname}:${server.port}`);
  return state + (turnedAway.size === 0 ? "" : texts.webhooks.turnedAway([...turnedAway]));
}

/** Jobs and their runs as they are shown: times on the user's clock, problems in a sentence. Pure. */
import type { RunRecord } from "../../jobs/run_records.ts";
import { scheduleText } from "../../jobs/job.ts";
import { showTime } from "../../base/wall_time.ts";
import type { JobView } from "../../jobs/scheduler.ts";
import { texts } from "./texts.ts";

export interface JobRow {
  id: string;
  title: string;
  schedule: string;
  enabled: boolean;
  running: boolean;
  next?: string;
  last?: string;
  /** Why it cannot run, or why it was switched off. */
  problem?: string;
}

export interface RunRow {
  time: string;
  status: string;
  text: string;
}

/** @param zone IANA zone of the user */
export function rowOf(view: JobView, zone: string): JobRow {
  const { id, title, job, enabled, running, next, lastStatus } = view;
  const problem = view.problem ?? (enabled ? undefined : job?.paused_reason ?? undefined);
  return {
    id,
    title,
    schedule: job === undefined ? texts.notValid : scheduleText(job),
    enabled,
    running,
    ...next !== undefined && { next: showTime(next, zone) },
    ...lastStatus !== undefined && { last: lastStatus },
    ...problem !== undefined && { problem },
  };
}

/** @param zone IANA zone of the user */
export function runRowOf({ scheduled, status, text = "" }: RunRecord, zone: string): RunRow {
  return { time: showTime(Date.parse(scheduled), zone), status, text };
}

/** The jobs as the `/cron` panel shows and changes them. */
import { scheduleText } from "../../jobs/job.ts";
import type { Scheduler } from "../../jobs/scheduler.ts";
import type { JobRegistry } from "../../jobs/registry.ts";
import type { RunStore } from "../../jobs/run_records.ts";
import { showTime } from "../../jobs/schedule.ts";
import type { CronDesk } from "./panel.ts";

export interface CronDeskParts {
  scheduler: Scheduler;
  registry: JobRegistry;
  runs: RunStore;
}

/** @param timeZone IANA zone of the user, in which times are shown */
export function cronDesk(
  { scheduler, registry, runs }: CronDeskParts,
  timeZone: () => string,
): CronDesk {
  return {
    async rows() {
      return (await scheduler.view()).map((view) => {
        const { id, title, job, enabled, running, next, lastStatus } = view;
        const problem = view.problem ?? (enabled ? undefined : job?.paused_reason ?? undefined);
        return {
          id,
          title,
          schedule: job === undefined ? "not valid" : scheduleText(job),
          enabled,
          running,
          ...next !== undefined && { next: showTime(next, timeZone()) },
          ...lastStatus !== undefined && { last: lastStatus },
          ...problem !== undefined && { problem },
        };
      });
    },
    async runs(id, count) {
      const { task_folder } = await registry.get(id);
      return (await runs.list(task_folder, count)).map(({ scheduled, status, text = "" }) => ({
        time: showTime(Date.parse(scheduled), timeZone()),
        status,
        text,
      }));
    },
    async setEnabled(id, enabled) {
      await registry.setEnabled(id, enabled);
      await scheduler.reload();
    },
    async setAll(enabled) {
      const count = await registry.setAllEnabled(enabled);
      await scheduler.reload();
      return count;
    },
    async run(id) {
      await scheduler.runNow(id);
    },
  };
}

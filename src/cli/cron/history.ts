/** `ductor cron history`: the last runs of a job. */
import { oneLine, shorten } from "../../base/text.ts";
import { type RunRecord, RunStore } from "../../jobs/run_records.ts";
import { showTime } from "../../base/wall_time.ts";
import { answer } from "../reply.ts";
import { jobRegistry, toolContext } from "../tool_context.ts";

/** Longest part of what a run said that is shown. */
const SAID_LIMIT = 100;

export function history(name: string, options: { json?: boolean; count: number }): Promise<number> {
  return answer(options, async () => {
    const context = await toolContext();
    const job = await jobRegistry(context.home).get(name);
    const runs = await new RunStore(context.home).list(job.task_folder, options.count);
    const zone = job.timezone || context.zone;
    return {
      json: { job_id: job.id, runs },
      text: runs.length === 0
        ? `${job.id} has not run yet.`
        : runs.map((run) => lineOf(run, zone)).join("\n"),
    };
  });
}

function lineOf(run: RunRecord, zone: string): string {
  const { scheduled, status, delivery, cost_usd, text = "", count } = run;
  const cost = cost_usd === undefined ? "" : `, $${cost_usd.toFixed(4)}`;
  const times = count && count > 1 ? ` (${count} times)` : "";
  const said = shorten(oneLine(text), SAID_LIMIT);
  return `${showTime(Date.parse(scheduled), zone)}  ${status}${times}` +
    `${delivery === "none" ? "" : `, ${delivery}`}${cost}${said && `\n    ${said}`}`;
}

/** `ductor cron list`: all jobs, also those that cannot be used, and what is wrong with them. */
import { listed } from "../../jobs/entry_fields.ts";
import { type JobEntry, scheduleText } from "../../jobs/job.ts";
import { JOB_FIELDS } from "../../jobs/job_fields.ts";
import { hasTaskFolder } from "../../workspace/task_folder.ts";
import { answer } from "../reply.ts";
import { jobRegistry, type ToolContext, toolContext } from "../tool_context.ts";
import { nextOf } from "./job_options.ts";

export function list(options: { json?: boolean }): Promise<number> {
  return answer(options, async () => {
    const context = await toolContext();
    const entries = await jobRegistry(context.home).list();
    const jobs = await Promise.all(entries.map((entry) => shown(entry, context)));
    return {
      json: {
        jobs: jobs.map(({ json }) => json),
        count: jobs.length,
        user_timezone: context.zoneSet ? context.zone : `NOT SET (using ${context.zone})`,
        how_to_modify: {
          create: 'ductor cron add --title "…" --schedule "…"',
          edit: "ductor cron edit <job_id> …",
          remove: "ductor cron remove <job_id>",
          run_now: "ductor cron run <job_id>",
          results: "ductor cron history <job_id>",
        },
      },
      text: jobs.length === 0
        ? 'There are no jobs. Make one: ductor cron add --title "Daily brief" --schedule "30 7 * * *"'
        : jobs.map(({ text }) => text).join("\n"),
    };
  });
}

async function shown(
  { id, title, job, problem }: JobEntry,
  context: ToolContext,
): Promise<{ json: object; text: string }> {
  if (!job) return { json: { id, title, problem }, text: `${id}  BROKEN: ${problem}` };
  const [next] = nextOf(job, context);
  const folder = await hasTaskFolder(context.home, job.task_folder).catch(() => false);
  return {
    json: {
      ...listed(JOB_FIELDS, job),
      ...next !== undefined && { next_run: next },
      task_folder_exists: folder,
    },
    text: `${job.enabled ? "on " : "off"}  ${id}  ${scheduleText(job)}` +
      `${next === undefined ? "" : `  next ${next}`}` +
      `${job.last_run_status ? `  last ${job.last_run_status}` : ""}` +
      `${job.paused_reason ? `  (${job.paused_reason})` : ""}` +
      `${folder ? "" : "  FOLDER MISSING"}${title === id ? "" : `\n     ${title}`}`,
  };
}

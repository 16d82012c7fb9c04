/** What the options of `ductor cron add` and `edit` say about a job, and what both answer. */
import { checkFields } from "../../jobs/check_fields.ts";
import { givenFields, inOrder } from "../../jobs/entry_fields.ts";
import type { Job, JobFields } from "../../jobs/job.ts";
import { JOB_FIELDS } from "../../jobs/job_fields.ts";
import { expressionFor, parseAt, parseSpan } from "../../jobs/spoken_times.ts";
import { ownQuietEnd } from "../../jobs/quiet_hours.ts";
import { nextTimes, ScheduleError, scheduleOf } from "../../jobs/schedule.ts";
import { showTime } from "../../base/wall_time.ts";
import type { ToolContext } from "../tool_context.ts";

/** What commander hands over; all but these are read by the table of the fields. */
export interface JobOptions extends Readonly<Record<string, unknown>> {
  name?: string;
  in?: string;
  at?: string;
  json?: boolean;
}

/** @param before The job as it is: an `--at` is read in its zone. */
export function fieldsOf(options: JobOptions, context: ToolContext, before?: Job): JobFields {
  const fields: JobFields = givenFields(JOB_FIELDS, options);
  const zone = fields.timezone ?? (before?.timezone || context.zone);
  const at = options.in !== undefined
    ? context.now + parseSpan(options.in)
    : options.at !== undefined
    ? parseAt(options.at, zone, context.now)
    : undefined;
  if (at !== undefined) {
    const later = ownQuietEnd({ ...before, ...fields }, at, zone, context.config);
    fields.schedule = expressionFor(later, zone);
    fields.at = new Date(later).toISOString();
    // A new time for one that is over means that it is to run.
    if (before !== undefined) fields.enabled ??= true;
  } else if (fields.schedule !== undefined && before?.at) fields.at = null;
  return inOrder(JOB_FIELDS, fields);
}

/** Says what does not make sense; `before`: the job that is changed. */
export async function check(fields: JobFields, context: ToolContext, before?: Job): Promise<void> {
  const { config, models, projects, zone: userZone, now } = context;
  const all = before === undefined ? fields : together(fields, before);
  await checkFields(all, { config, models, projects, userZone, now });
}

/** What is checked at an edit: a new zone changes what an old schedule means, and so on. */
function together(fields: JobFields, before: Job): JobFields {
  const of = <K extends keyof JobFields>(key: K) =>
    fields[key] === undefined ? before[key] : fields[key];
  const times = TIMES.some((key) => fields[key] !== undefined)
    ? Object.fromEntries(TIMES.map((key) => [key, of(key)]))
    : {};
  const choice = fields.provider !== undefined || fields.model !== undefined
    ? { provider: of("provider"), model: of("model") }
    : {};
  return { ...fields, timezone: of("timezone"), ...times, ...choice };
}

/** What decides together when a job runs. */
const TIMES = ["schedule", "at", "timezone", "quiet_start", "quiet_end"] as const;

/** The next times of a job that is on, on its own clock. */
export function nextOf(job: Job, { zone, now }: ToolContext): string[] {
  if (!job.enabled) return [];
  try {
    const schedule = scheduleOf(job, zone);
    return nextTimes(schedule, now, 3).map((time) => showTime(time, schedule.zone));
  } catch (error) {
    if (error instanceof ScheduleError) return [];
    throw error;
  }
}

/** What is said of a job that was made or changed. */
export function answerOf(job: Job, next: readonly string[], { zone }: ToolContext): object {
  return {
    job_id: job.id,
    title: job.title,
    schedule: job.schedule,
    ...job.at && { at: job.at },
    timezone: job.timezone || zone,
    next_runs: next,
    enabled: job.enabled,
    task_folder: `cron_tasks/${job.task_folder}`,
  };
}

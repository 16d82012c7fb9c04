/** Whether the fields of a job make sense, said before they are written anywhere. */
import type { ModelCatalogue } from "../agents/models.ts";
import type { Config } from "../config/schema.ts";
import { showTime } from "../base/wall_time.ts";
import { isTimeZone } from "../config/timezone.ts";
import type { Projects } from "../projects/projects.ts";
import { type Field, FieldError } from "./entry_fields.ts";
import type { Job, JobFields } from "./job.ts";
import { JOB_FIELDS } from "./job_fields.ts";
import { alwaysQuiet, type OwnQuietHours, quietWindow } from "./quiet_hours.ts";
import { scheduleOf } from "./schedule.ts";
import { chooseForTask, projectForTask } from "./tasks/choice.ts";

export interface CheckContext {
  config:
    & Pick<Config, "provider" | "model" | "quiet_hours" | "heartbeat">
    & Pick<Config, "allowed_user_ids" | "allowed_group_ids">;
  models: ModelCatalogue;
  projects: Pick<Projects, "find" | "list">;
  /** IANA zone of the user. */
  userZone: string;
  /** Milliseconds since the epoch. */
  now: number;
}

const EFFORTS = ["none", "minimal", "low", "medium", "high", "xhigh", "max"];

/**
 * Checks what is given; what is left out is fine.
 *
 * @throws {FieldError | ScheduleError | TaskChoiceError} with the reason and, where there is one,
 *   the nearest thing that would do
 */
export async function checkFields(fields: JobFields, context: CheckContext): Promise<void> {
  for (const key of ["title", "schedule", "agent_instruction"] as const) {
    if (fields[key]?.trim() === "") {
      throw new FieldError(`The ${key.replace("_", " ")} must not be empty`);
    }
  }
  for (const [key, { schema, expected }] of Object.entries<Field>(JOB_FIELDS)) {
    const value = fields[key as keyof JobFields];
    if (value === undefined) continue;
    const { success, error } = schema.safeParse(value);
    if (success) continue;
    const wanted = expected === undefined ? error.issues[0]?.message : `expected ${expected}`;
    throw new FieldError(`${key} is ${JSON.stringify(value)}; ${wanted}`);
  }
  checkChat(fields, context);
  checkTimes(fields, context);
  const { reasoning_effort: effort } = fields;
  if (effort && !EFFORTS.includes(effort)) {
    throw new FieldError(`${JSON.stringify(effort)} is no effort`, { expected: EFFORTS });
  }
  await projectForTask(fields.project, context.projects);
  if (fields.provider || fields.model) {
    await chooseForTask(fields, context.config, context.models);
  }
}

/** Nobody is spoken to who may not speak to the bot. */
function checkChat({ chat_id: chat }: JobFields, { config }: CheckContext): void {
  const { allowed_user_ids: people, allowed_group_ids: groups } = config;
  const allowed = chat && chat < 0 ? groups : people;
  if (!chat || allowed === undefined || allowed.includes(chat)) return;
  throw new FieldError(
    `I may not write to the chat ${chat}: it is not in ${
      chat < 0 ? "allowed_group_ids" : "allowed_user_ids"
    } of the config`,
    { expected: [...allowed] },
  );
}

function checkTimes(fields: JobFields, { config, userZone, now }: CheckContext): void {
  const { timezone, schedule, at } = fields;
  if (timezone && !isTimeZone(timezone)) {
    throw new FieldError(`${JSON.stringify(timezone)} is no IANA time zone`, {
      nearest_zones: nearestZones(timezone),
      hint: 'Expected one such as "Europe/Berlin"',
    });
  }
  if (schedule === undefined && !at) return;
  const times = scheduleOf({ schedule: schedule ?? "0 0 1 1 *", at }, timezone || userZone);
  if (times.after(now) !== undefined) {
    const problem = at
      ? undefined
      : quietProblem({ ...fields, schedule: schedule! }, config, userZone, now);
    if (problem !== undefined) throw new FieldError(problem);
    return;
  }
  throw new FieldError(
    at
      ? `${at} has passed already`
      : `${JSON.stringify(schedule)} never comes: there is no such date`,
  );
}

/** Why a job never runs, when all its times are quiet. One-time jobs run when the hours are over. */
export function quietProblem(
  job: Pick<Job, "schedule" | "timezone"> & OwnQuietHours & { at?: Job["at"] | undefined },
  config: Parameters<typeof quietWindow>[1],
  userZone: string,
  now: number,
): string | undefined {
  const window = quietWindow(job, config);
  if (!window || job.at) return undefined;
  const schedule = scheduleOf(job, userZone);
  const at = alwaysQuiet(schedule, window, now);
  if (at === undefined) return undefined;
  const clock = showTime(at, schedule.zone).slice(-5);
  return `It would never run: ${clock} and all its other times are in the quiet hours ` +
    `(${window.start}:00 to ${window.end}:00). Choose another time, or run it in them too: ` +
    "--quiet-start 0 --quiet-end 0";
}

/** Zones whose name has what was written in it. */
function nearestZones(text: string): string[] {
  const words = text.toLowerCase().split(/[^a-z]+/).filter((word) => word.length > 2);
  return Intl.supportedValuesOf("timeZone")
    .filter((zone) => words.some((word) => zone.toLowerCase().includes(word)))
    .slice(0, 5);
}

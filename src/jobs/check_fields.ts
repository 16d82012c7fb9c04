/** Whether the fields of a job make sense, said before they are written anywhere. */
import type { ModelCatalogue } from "../agents/models.ts";
import type { Config } from "../config/schema.ts";
import { isTimeZone } from "../config/timezone.ts";
import { type Field, FieldError } from "./entry_fields.ts";
import type { JobFields } from "./job.ts";
import { JOB_FIELDS } from "./job_fields.ts";
import { scheduleOf } from "./schedule.ts";
import { chooseForTask } from "./tasks/choice.ts";

export interface CheckContext {
  config: Pick<Config, "provider" | "model">;
  models: ModelCatalogue;
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
  checkTimes(fields, context);
  const { reasoning_effort: effort } = fields;
  if (effort && !EFFORTS.includes(effort)) {
    throw new FieldError(`${JSON.stringify(effort)} is no effort`, { expected: EFFORTS });
  }
  if (fields.provider || fields.model) {
    await chooseForTask(fields, context.config, context.models);
  }
}

function checkTimes(fields: JobFields, { userZone, now }: CheckContext): void {
  const { timezone, schedule, at } = fields;
  if (timezone && !isTimeZone(timezone)) {
    throw new FieldError(`${JSON.stringify(timezone)} is no IANA time zone`, {
      nearest_zones: nearestZones(timezone),
      hint: 'Expected one such as "Europe/Berlin"',
    });
  }
  if (schedule === undefined && !at) return;
  const times = scheduleOf({ schedule: schedule ?? "0 0 1 1 *", at }, timezone || userZone);
  if (times.after(now) !== undefined) return;
  throw new FieldError(
    at
      ? `${at} has passed already`
      : `${JSON.stringify(schedule)} never comes: there is no such date`,
  );
}

/** Zones whose name has what was written in it. */
function nearestZones(text: string): string[] {
  const words = text.toLowerCase().split(/[^a-z]+/).filter((word) => word.length > 2);
  return Intl.supportedValuesOf("timeZone")
    .filter((zone) => words.some((word) => zone.toLowerCase().includes(word)))
    .slice(0, 5);
}

/** Whether the fields of a job make sense, said before they are written anywhere. */
import type { ModelCatalogue } from "../agents/models.ts";
import type { Config } from "../config/schema.ts";
import { isTimeZone } from "../config/timezone.ts";
import { JobError, type JobFields } from "./registry.ts";
import { nextTimes, type Schedule, scheduleOf, showTime } from "./schedule.ts";
import { chooseForTask } from "./task_choice.ts";

export interface RulesContext {
  config: Pick<Config, "provider" | "model" | "reasoning_effort">;
  models: ModelCatalogue;
  /** IANA zone of the user. */
  userZone: string;
  now: number;
}

const EFFORTS = ["none", "minimal", "low", "medium", "high", "xhigh", "max"];

/**
 * Checks what is given; what is left out is fine.
 *
 * @throws {JobError | ScheduleError | TaskChoiceError} with the reason and, where there is one, the
 *   nearest thing that would do
 */
export async function checkFields(fields: JobFields, context: RulesContext): Promise<void> {
  for (const key of ["title", "schedule", "agent_instruction"] as const) {
    if (fields[key] !== undefined && fields[key].trim() === "") {
      throw new JobError(`The ${key.replace("_", " ")} must not be empty`);
    }
  }
  const { timezone, reasoning_effort: effort } = fields;
  if (timezone && !isTimeZone(timezone)) {
    throw new JobError(`${JSON.stringify(timezone)} is no IANA time zone`, {
      nearest_zones: nearestZones(timezone),
      hint: 'Expected one such as "Europe/Berlin"',
    });
  }
  if (fields.schedule !== undefined || fields.at) {
    const zone = timezone || context.userZone;
    const schedule = scheduleOf({ schedule: "0 0 1 1 *", ...defined(fields) }, zone);
    if (schedule.after(context.now) === undefined) {
      throw new JobError(
        fields.at
          ? `${fields.at} has passed already`
          : `${JSON.stringify(fields.schedule)} never comes: there is no such date`,
      );
    }
  }
  hourOf("quiet_start", fields.quiet_start);
  hourOf("quiet_end", fields.quiet_end);
  if (effort && !EFFORTS.includes(effort)) {
    throw new JobError(`${JSON.stringify(effort)} is no effort`, { expected: EFFORTS });
  }
  if (fields.provider || fields.model) {
    await chooseForTask(fields, context.config, context.models);
  }
}

function defined(fields: JobFields): { schedule?: string; at?: string | null } {
  return {
    ...fields.schedule !== undefined && { schedule: fields.schedule },
    ...fields.at !== undefined && { at: fields.at },
  };
}

function hourOf(name: string, hour: number | null | undefined): void {
  if (hour === null || hour === undefined) return;
  if (Number.isInteger(hour) && hour >= 0 && hour <= 23) return;
  throw new JobError(`${name} is ${hour}; expected a full hour from 0 to 23`);
}

/** The next `count` times on the job's clock, for people. */
export function shownTimes(schedule: Schedule, now: number, count = 3): string[] {
  return nextTimes(schedule, now, count).map((time) => showTime(time, schedule.zone));
}

/** Zones whose name has what was written in it. */
function nearestZones(text: string): string[] {
  const words = text.toLowerCase().split(/[^a-z]+/).filter((word) => word.length > 2);
  return Intl.supportedValuesOf("timeZone")
    .filter((zone) => words.some((word) => zone.toLowerCase().includes(word)))
    .slice(0, 5);
}

/**
 * One entry of `cron_jobs.json`. The fields up to `dependency` are the Python program's; those after
 * it are ours and may be missing.
 *
 * @module
 */
import { z } from "zod";
import type { Address } from "../conversation/address.ts";

const text = z.string();
const textOrNone = z.string().nullish();
const hour = z.int().min(0).max(23).nullish();

/** Loose: what others wrote into an entry survives. */
export const jobSchema = z.looseObject({
  id: text.min(1),
  title: text.min(1),
  description: text.default(""),
  /** Cron expression with five or six fields; for a one-time job only there for the Python program. */
  schedule: text,
  /** Name of a folder in `workspace/cron_tasks/`. */
  task_folder: text.min(1),
  agent_instruction: text.min(1),
  enabled: z.boolean().default(true),
  /** IANA name; empty: the user's. */
  timezone: textOrNone,
  created_at: textOrNone,
  last_run_at: textOrNone,
  last_run_status: textOrNone,
  provider: textOrNone,
  model: textOrNone,
  reasoning_effort: textOrNone,
  cli_parameters: z.array(z.string()).nullish(),
  quiet_start: hour,
  quiet_end: hour,
  dependency: textOrNone,
  /** Runs once, at this time (ISO 8601), in place of `schedule`. */
  at: textOrNone,
  /** What becomes of a run whose time passed while nothing could run. Default: `skip`; one-time jobs: `run_once`. */
  on_missed: z.enum(["skip", "run_once"]).nullish(),
  /** How late `run_once` may be; default a day, for one-time jobs a week. */
  missed_window_minutes: z.number().min(0).nullish(),
  /** What becomes of a run that is due while the last one still goes on. Default: `skip`. */
  overlap: z.enum(["skip", "queue_one"]).nullish(),
  /** After so many failures in a row the job is switched off; absent or 0: never. */
  failures_to_pause: z.int().min(0).nullish(),
  /** Says nothing in the chat when there is nothing to say; failures are always said. */
  silent: z.boolean().nullish(),
  /** Shell command run before: when it prints nothing, the model is not asked. */
  precheck: textOrNone,
  /** The conversation that made it, where its results go; absent: to every allowed user. */
  chat_id: z.int().nullish(),
  thread_id: z.int().nullish(),
  /** Why it was switched off, when ductor did it. */
  paused_reason: textOrNone,
});

export type Job = z.infer<typeof jobSchema>;

/** An entry as it was found; `job` is missing when it cannot be used at all. */
export interface JobEntry {
  id: string;
  title: string;
  job?: Job;
  /** What is wrong with the entry itself. */
  problem?: string;
}

/** Reads the entries of the file; each that is not right says why, and none spoils the others. */
export function readEntries(entries: readonly Record<string, unknown>[]): JobEntry[] {
  const seen = new Set<string>();
  return entries.map((raw, index) => {
    const id = typeof raw.id === "string" && raw.id !== "" ? raw.id : `#${index + 1}`;
    const title = typeof raw.title === "string" && raw.title !== "" ? raw.title : id;
    const parsed = jobSchema.safeParse(raw);
    if (!parsed.success) {
      const [issue] = parsed.error.issues;
      const where = issue?.path.join(".") || "the entry";
      return { id, title, problem: `${where} in cron_jobs.json: ${issue?.message ?? "invalid"}` };
    }
    if (seen.has(id)) return { id, title, problem: `another job has the id ${id} too` };
    seen.add(id);
    return { id, title, job: parsed.data };
  });
}

/** The conversation a job's results go to. */
export function originOf(job: Pick<Job, "chat_id" | "thread_id">): Address | undefined {
  if (job.chat_id === null || job.chat_id === undefined) return undefined;
  return {
    chatId: job.chat_id,
    ...typeof job.thread_id === "number" && { threadId: job.thread_id },
  };
}

/** One entry of `cron_jobs.json`; what a field means is said in job_fields.ts. */
import { z } from "zod";
import type { Address } from "../conversation/address.ts";
import { isObject, kindOf } from "../base/shape.ts";
import { schemasOf } from "./entry_fields.ts";
import { JOB_FIELDS } from "./job_fields.ts";

/** Loose: what others wrote into an entry survives. */
export const jobSchema = z.looseObject(schemasOf(JOB_FIELDS));

export type Job = z.infer<typeof jobSchema>;

/** An entry as it was found; `job` is missing when it cannot be used at all. */
export interface JobEntry {
  id: string;
  title: string;
  job?: Job;
  /** What is wrong with the entry itself. */
  problem?: string;
}

/** Values for fields of a job; `undefined` leaves a field as it is, `null` clears it. */
export type JobFields = { -readonly [K in keyof typeof JOB_FIELDS]?: Job[K] | undefined };

/** Reads the entries of the file; each that is not right says why, and none spoils the others. */
export function readEntries(entries: readonly unknown[]): JobEntry[] {
  const seen = new Set<string>();
  return entries.map((raw, index) => {
    if (!isObject(raw)) {
      const id = `#${index + 1}`;
      const what = raw === null ? "nothing (null)" : kindOf(raw);
      return {
        id,
        title: id,
        problem: `entry ${index + 1} in cron_jobs.json is ${what}, not a job`,
      };
    }
    const id = typeof raw.id === "string" && raw.id !== "" ? raw.id : `#${index + 1}`;
    const title = typeof raw.title === "string" && raw.title !== "" ? raw.title : id;
    const parsed = jobSchema.safeParse(raw);
    if (!parsed.success) {
      const [issue] = parsed.error.issues;
      const where = issue?.path.join(".") || "the entry";
      return { id, title, problem: `${where} in cron_jobs.json: ${issue?.message ?? "invalid"}` };
    }
    // No object of JavaScript has such a key of its own, and so no state is kept for it.
    if (id === "__proto__") return { id, title, problem: `a job cannot have the id ${id}` };
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

/** When it runs, in as few words as a list has room for. */
export function scheduleText({ at, schedule }: Pick<Job, "at" | "schedule">): string {
  return at ? "once" : schedule;
}

/**
 * The mark in a task folder that something is being done with it.
 *
 * A folder and its entry in `cron_jobs.json` are two things; no system call changes both. So a
 * folder carries a mark for as long as the change takes, and the entry decides: what the next start
 * finds marked is finished when the entry says so, and taken back when it does not (see
 * task_repair.ts). Each mark is written before the first step and removed after the last.
 *
 * @module
 */
import { join } from "node:path";
import { z } from "zod";
import { readTextIfExists, writeFileAtomic } from "../base/atomic_file.ts";

const NAME = ".ductor-change.json";

const schema = z.union([
  z.object({ doing: z.literal("create") }),
  z.object({ doing: z.literal("remove") }),
  z.object({ doing: z.literal("rename"), from: z.string(), to: z.string() }),
]);

export type TaskMark = z.infer<typeof schema>;

export async function writeMark(folder: string, mark: TaskMark): Promise<void> {
  await writeFileAtomic(join(folder, NAME), JSON.stringify(mark) + "\n");
}

/** The mark of a folder; `undefined` when there is none, or none that can be read. */
export async function readMark(folder: string): Promise<TaskMark | undefined> {
  const text = await readTextIfExists(join(folder, NAME));
  if (text === undefined) return undefined;
  try {
    return schema.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}

export async function removeMark(folder: string): Promise<void> {
  await Deno.remove(join(folder, NAME)).catch((error) => {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  });
}

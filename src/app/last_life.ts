/** Why the bot's last life ended, for the log: it is noted at the end, or told by its absence. */
import { z } from "zod";
import { readTextIfExists, writeFileAtomic } from "../base/atomic_file.ts";
import { ifDiskTakes } from "../base/disk_trouble.ts";
import type { Home } from "../config/home.ts";

const schema = z.object({
  version: z.string(),
  /** How often a bot of this home has started. */
  starts: z.int(),
  /** Why it ended; absent: it had no time to say. */
  ended: z.string().optional(),
});

/** This life, as it is noted. */
export interface NotedLife {
  /** How the last one ended, in words. */
  before: string;
  starts: number;
  /** Notes why it ends. */
  end(why: string): Promise<void>;
}

/** @param exit code of the bot before, where somebody knows it */
export async function noteLife(
  home: Home,
  version: string,
  exit: number | undefined,
): Promise<NotedLife> {
  const last = await readLast(home);
  const starts = (last?.starts ?? 0) + 1;
  const write = (ended?: string) =>
    ifDiskTakes(
      "The note of how this life goes",
      () =>
        writeFileAtomic(home.lastLifeFile, JSON.stringify({ version, starts, ended }), {
          sync: false,
        }),
    );
  await write();
  return { before: howItEnded(last, version, exit), starts, end: write };
}

async function readLast(home: Home): Promise<z.infer<typeof schema> | undefined> {
  try {
    return schema.safeParse(JSON.parse(await readTextIfExists(home.lastLifeFile) ?? "")).data;
  } catch {
    return undefined;
  }
}

function howItEnded(
  last: z.infer<typeof schema> | undefined,
  version: string,
  exit: number | undefined,
): string {
  if (last === undefined) return "no life before is known";
  const upgraded = last.version === version ? "" : `, then ${last.version} was replaced`;
  if (last.ended !== undefined) return `the last life ended: ${last.ended}${upgraded}`;
  const how = exit === undefined
    ? "was cut short: killed, or the machine went down"
    : exit > 128
    ? `was killed by signal ${exit - 128}`
    : `crashed with exit code ${exit}`;
  return `the last life ${how}${upgraded}`;
}

/** What the user has sent, the newest first. */
import { join } from "node:path";
import { entriesOf, type Entry, isDay } from "./file_index.ts";

export interface ListFilter {
  /** How the MIME type begins, such as `image` or `application/pdf`. */
  type?: string;
  /** The folder of a day, `2026-11-23` (UTC). */
  date?: string;
  limit?: number;
}

export interface Listed extends Entry {
  /** Relative to the workspace, with slashes. */
  path: string;
}

/**
 * Looks at the folders themselves: `_index.yaml`, which says the same, knows nothing of what was
 * moved or removed since the last file came.
 */
export async function listFiles(
  folder: string,
  { type = "", date, limit = 20 }: ListFilter,
  now: number,
): Promise<{ files: Listed[]; total: number }> {
  const files: Listed[] = [];
  for (const day of await days(folder)) {
    if (date !== undefined && day !== date) continue;
    for (const entry of await entriesOf(join(folder, day), now)) {
      if (!entry.type.startsWith(type.toLowerCase())) continue;
      files.push({ ...entry, path: `telegram_files/${day}/${entry.name}` });
    }
  }
  files.sort((a, b) => b.received.getTime() - a.received.getTime());
  return { files: files.slice(0, limit), total: files.length };
}

async function days(folder: string): Promise<string[]> {
  try {
    const entries = await Array.fromAsync(Deno.readDir(folder));
    return entries.filter(({ name, isDirectory }) => isDirectory && isDay(name))
      .map(({ name }) => name);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return [];
    throw error;
  }
}

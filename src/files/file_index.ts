/**
 * `telegram_files/_index.yaml`: what the user has sent, for the agent to look up. The layout is that
 * of the Python original: `last_updated`, `total_files`, and `tree` with a list for every date.
 */
import { join } from "node:path";
import { RULE_FILES } from "../agents/provider.ts";
import type { Clock } from "../base/clock.ts";
import { writeFileAtomic } from "../base/atomic_file.ts";
import { Mutex } from "../base/async/locks.ts";
import { typeOfName } from "./mime.ts";

const NAME = "_index.yaml";
const SKIPPED = new Set([NAME, ...RULE_FILES]);

export interface Entry {
  name: string;
  /** MIME type as the name tells it. */
  type: string;
  /** Bytes. */
  size: number;
  received: Date;
}

/** One folder as it was when it was read. */
interface Day {
  /** Changes with every file that comes or goes. */
  modified: number;
  entries: Entry[];
}

export class FileIndex {
  readonly #folder: string;
  readonly #clock: Clock;
  readonly #mutex = new Mutex();
  #days = new Map<string, Day>();

  constructor(folder: string, clock: Clock) {
    this.#folder = folder;
    this.#clock = clock;
  }

  /** Brings the file up to date. Only folders that have changed are read. */
  update(): Promise<void> {
    return this.#mutex.run(async () => {
      const days = new Map<string, Day>();
      for await (const { name, isDirectory } of Deno.readDir(this.#folder)) {
        if (!isDirectory || !isDay(name)) continue;
        days.set(name, await this.#read(name));
      }
      this.#days = days;
      await writeFileAtomic(join(this.#folder, NAME), this.#text(), { sync: false });
    });
  }

  async #read(name: string): Promise<Day> {
    const path = join(this.#folder, name);
    const modified = (await Deno.stat(path)).mtime?.getTime() ?? NaN;
    const known = this.#days.get(name);
    // A change in the same moment as the last reading does not show in the time.
    if (known?.modified === modified && this.#clock.now() - modified > 2000) return known;
    return { modified, entries: await entriesOf(path, this.#clock.now()) };
  }

  /** JSON's quoted texts are YAML as well. */
  #text(): string {
    const days = [...this.#days].filter(([, { entries }]) => entries.length > 0)
      .sort(([a], [b]) => a < b ? -1 : 1);
    const total = days.reduce((sum, [, { entries }]) => sum + entries.length, 0);
    const lines = [
      `last_updated: "${new Date(this.#clock.now()).toISOString()}"`,
      `total_files: ${total}`,
      days.length === 0 ? "tree: {}" : "tree:",
    ];
    for (const [date, { entries }] of days) {
      lines.push(`  "${date}":`);
      for (const { name, type, size, received } of entries) {
        lines.push(`    - name: ${JSON.stringify(name)}`);
        lines.push(`      type: ${JSON.stringify(type)}`);
        lines.push(`      size: ${size}`);
        lines.push(`      received: "${received.toISOString()}"`);
      }
    }
    return lines.join("\n") + "\n";
  }
}

/** The files of one day, by name; without rules and hidden files. */
export async function entriesOf(folder: string, now: number): Promise<Entry[]> {
  const entries: Entry[] = [];
  for await (const { name, isFile } of Deno.readDir(folder)) {
    if (!isFile || SKIPPED.has(name) || name.startsWith(".")) continue;
    const info = await Deno.stat(join(folder, name)).catch(() => undefined);
    if (!info) continue;
    entries.push({
      name,
      type: typeOfName(name) ?? "application/octet-stream",
      size: info.size,
      received: info.mtime ?? new Date(now),
    });
  }
  return entries.sort((a, b) => a.name < b.name ? -1 : 1);
}

/** Whether a folder in `telegram_files` is one of a day. */
export function isDay(name: string): boolean {
  return name.length === 10 && name[4] === "-";
}

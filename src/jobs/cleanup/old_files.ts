/** What is old enough to go, without removing anything. */
import { join } from "node:path";
import { RULE_FILES } from "../../agents/provider.ts";
import type { Home } from "../../config/home.ts";
import type { Config } from "../../config/schema.ts";
import { TRASH_DAYS } from "../../workspace/task_trash.ts";

const DAY_MS = 86_400_000;

/** Days after which records of runs and old logs go. */
const RUN_DAYS = 90;
const LOG_DAYS = 30;

/** Never removed, wherever they are: rules and lists, ductor's own and the user's. */
const KEPT_NAMES = new Set([...RULE_FILES, "_index.yaml", ".gitkeep"]);

export interface OldFile {
  /** Absolute path. */
  path: string;
  kind: "telegram_files" | "output_to_user" | "run_record" | "task_trash" | "log";
  /** A folder goes with everything in it. */
  folder: boolean;
  /** Of a file, bytes. */
  size: number;
  /** Milliseconds since the epoch. */
  modified: number;
}

/**
 * What would go now. Symbolic links are neither followed nor removed: what they lead to is not ours.
 * Days of 0 keep everything.
 */
export async function oldFiles(
  home: Home,
  config: Pick<Config, "cleanup">,
  now: number,
): Promise<OldFile[]> {
  const { telegram_files_days, output_to_user_days } = config.cleanup;
  const found: OldFile[] = [];
  if (telegram_files_days > 0) {
    const before = now - telegram_files_days * DAY_MS;
    await own(home.telegramFilesDir, "telegram_files", before, found);
    for (const { name, isDirectory } of await entriesOf(home.telegramFilesDir)) {
      if (!isDirectory || !/^\d{4}-\d\d-\d\d$/.test(name)) continue;
      await own(join(home.telegramFilesDir, name), "telegram_files", before, found);
    }
  }
  if (output_to_user_days > 0) {
    await own(home.outputDir, "output_to_user", now - output_to_user_days * DAY_MS, found);
  }
  for (const { name, isDirectory } of await entriesOf(home.cronTasksDir)) {
    if (!isDirectory || name.startsWith(".")) continue;
    const runs = join(home.cronTasksDir, name, "runs");
    await pick(runs, /^\d{8}T\d{6}Z_\w+\.json$/, "run_record", now - RUN_DAYS * DAY_MS, found);
  }
  // Written by LogFile and by the Python program, which numbers them the same way.
  await pick(home.logsDir, /\.log\.\d+$/, "log", now - LOG_DAYS * DAY_MS, found);
  await trash(home, now - TRASH_DAYS * DAY_MS, found);
  return found;
}

/**
 * The files right in a folder: ductor puts what it receives into one folder a day, and agents put
 * what they made into `output_to_user` itself. Folders in there are somebody's work, a repository too.
 */
async function own(
  folder: string,
  kind: OldFile["kind"],
  before: number,
  found: OldFile[],
): Promise<void> {
  const entries = await entriesOf(folder);
  if (entries.some(({ name }) => name === ".git")) return;
  for (const { name, isFile } of entries) {
    if (isFile && !KEPT_NAMES.has(name)) await add(join(folder, name), kind, before, found);
  }
}

async function pick(
  folder: string,
  pattern: RegExp,
  kind: OldFile["kind"],
  before: number,
  found: OldFile[],
): Promise<void> {
  for (const { name, isFile } of await entriesOf(folder)) {
    if (isFile && pattern.test(name)) await add(join(folder, name), kind, before, found);
  }
}

async function add(
  path: string,
  kind: OldFile["kind"],
  before: number,
  found: OldFile[],
): Promise<void> {
  const info = await Deno.lstat(path).catch(() => undefined);
  const modified = info?.mtime?.getTime();
  if (!info?.isFile || modified === undefined || modified >= before) return;
  found.push({ path, kind, folder: false, size: info.size, modified });
}

/** Removed tasks carry the time of their removal in their names: `2026-11-23T08-00-00.000Z_name`. */
async function trash(home: Home, before: number, found: OldFile[]): Promise<void> {
  const folder = join(home.cronTasksDir, ".trash");
  for (const { name, isDirectory } of await entriesOf(folder)) {
    const [, day, h, m, s] = /^(\d{4}-\d\d-\d\d)T(\d\d)-(\d\d)-(\d\d\.\d{3})Z_/.exec(name) ?? [];
    const modified = Date.parse(`${day}T${h}:${m}:${s}Z`);
    if (!isDirectory || !(modified < before)) continue;
    found.push({ path: join(folder, name), kind: "task_trash", folder: true, size: 0, modified });
  }
}

/** Nothing for a folder that is missing, not readable, or a link. */
async function entriesOf(folder: string): Promise<Deno.DirEntry[]> {
  try {
    if ((await Deno.lstat(folder)).isSymlink) return [];
    return await Array.fromAsync(Deno.readDir(folder));
  } catch {
    return [];
  }
}

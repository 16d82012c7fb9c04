/**
 * Keeps the rule files of the CLIs (`CLAUDE.md`, `AGENTS.md`) the same, so that whoever edits one has
 * edited all. Only in folders that are ductor's: in a project of the user's, each file is what its
 * author made it.
 *
 * @module
 */
import { getLogger } from "@logtape/logtape";
import { basename, dirname, join } from "node:path";
import { RULE_FILES } from "../agents/provider.ts";
import type { Clock } from "../base/clock.ts";
import type { Home } from "../config/home.ts";
import { readWorkspaceText } from "../config/paths.ts";
import { writeFileAtomic } from "../base/atomic_file.ts";
import { UNHURRIED, type Watch, watchFolders } from "../base/folder_watch.ts";
import { isInsideHome } from "./inside.ts";
import { RULE_FOLDERS } from "./templates.ts";

const log = getLogger(["ductor", "workspace"]);

/** What a folder in `cron_tasks/` must have to be a task of ductor's, and not something else. */
const TASK_SIGN = "TASK_DESCRIPTION.md";

const CONCERNS: ReadonlySet<string> = new Set([...RULE_FILES, TASK_SIGN]);

/** The folders whose rule files are kept in step: those with rules of ductor's, and its tasks. */
async function ruleFolders(home: Home): Promise<string[]> {
  const folders = RULE_FOLDERS.map((name) => join(home.root, ...name.split("/")));
  const tasks: string[] = [];
  for await (const { name, isDirectory } of Deno.readDir(home.cronTasksDir)) {
    if (!isDirectory || name.startsWith(".")) continue;
    const folder = join(home.cronTasksDir, name);
    const sign = await Deno.stat(join(folder, TASK_SIGN)).catch(() => undefined);
    if (sign?.isFile) tasks.push(folder);
  }
  const all = [...folders, ...tasks.sort()];
  const inside = await Promise.all(all.map((folder) => isInsideHome(home, folder)));
  return all.filter((_, n) => inside[n]);
}

/** Keeps the rule files of a home in step. */
export class RuleSync {
  /** What the files of a folder had when they were last the same. */
  readonly #same = new Map<string, string>();

  constructor(readonly home: Home) {}

  /** Looks once. What fails in one folder is logged and does not keep others from being looked at. */
  async run(): Promise<void> {
    for (const folder of await ruleFolders(this.home)) {
      try {
        await this.#folder(folder);
      } catch (error) {
        log.warn("Cannot keep the rules in {folder} in step: {error}", { folder, error });
      }
    }
  }

  /** Looks whenever something changes, until `signal` aborts. */
  watch(clock: Clock, signal: AbortSignal, watch?: Watch): Promise<void> {
    return watchFolders({
      changed: () => this.run(),
      folders: () => ruleFolders(this.home),
      concerns: (path) => CONCERNS.has(basename(path)) || dirname(path) === this.home.cronTasksDir,
      clock,
      signal,
      ...UNHURRIED,
      ...watch && { watch },
    });
  }

  async #folder(folder: string): Promise<void> {
    const paths = new Set(Object.values(this.home.ruleFiles(folder)));
    const files = await Promise.all([...paths].map((path) => read(this.home, path)));
    const newest = files.reduce((one, other) => newerOf(one, other, this.#same.get(folder)));
    if (newest.text === undefined) return;
    const others = files.filter(({ text }) => text !== newest.text);
    for (const other of others) {
      // A link is somebody's arrangement; writing would put a file in its place.
      if (other.isLink) return;
      await writeFileAtomic(other.path, newest.text, { mode: 0o644, sync: false });
      log.info("{path} follows {newest}", { path: other.path, newest: newest.path });
    }
    this.#same.set(folder, newest.text);
  }
}

interface RuleFile {
  path: string;
  /** `undefined`: there is no such file. */
  text: string | undefined;
  mtime: number;
  isLink: boolean;
}

function newerOf(a: RuleFile, b: RuleFile, same: string | undefined): RuleFile {
  if (a.text === undefined) return b;
  if (b.text === undefined) return a;
  // What one of them no longer shares with the past is the change, whatever the clocks say.
  if (same !== undefined && (a.text === same) !== (b.text === same)) return a.text === same ? b : a;
  return b.mtime > a.mtime ? b : a;
}

async function read(home: Home, path: string): Promise<RuleFile> {
  try {
    const link = await Deno.lstat(path);
    const { mtime } = await Deno.stat(path);
    // The rules of the home folder itself are out of the reach of agents that are confined.
    const text = dirname(path) === home.root || dirname(path) === home.configDir
      ? await Deno.readTextFile(path)
      : await readWorkspaceText(home, path);
    return { path, text, mtime: mtime?.getTime() ?? 0, isLink: link.isSymlink };
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    const link = await Deno.lstat(path).catch(() => undefined);
    return { path, text: undefined, mtime: 0, isLink: link !== undefined };
  }
}

/**
 * A life of the bot, from its start to its end. What it starts carries its mark; a life that did not
 * come to its end, because it was killed or crashed, leaves such processes behind, and whoever comes
 * next ends them: nothing is to work on unseen that is offered to run again.
 *
 * What an agent detached in a life that ended well goes on.
 *
 * @module
 */
import { processEnv } from "../base/process_env.ts";
import { readTextIfExists, writeFileAtomic } from "../base/atomic_file.ts";
import { ifDiskTakes } from "../base/disk_trouble.ts";
import type { Home } from "../config/home.ts";
import { LIFE, MARKER } from "../process/launcher.ts";
import { hostProcessTable, type ProcessInfo, type ProcessTable } from "../process/process_table.ts";
import { ProcessTree } from "../process/process_tree.ts";

const GRACE_MS = 2000;
/** The time at which a process was started is known to us a little later than to the system. */
const CLOCKS_DIFFER_MS = 5000;

/** A child that a life noted where environments cannot be read. */
interface Noted {
  pid: number;
  /** Milliseconds since the epoch. */
  at: number;
}

/** Begins this life; `end` says that it has come to its end and left nothing it would not leave. */
export async function beginLife(home: Home): Promise<{ end(): Promise<void> }> {
  await ifDiskTakes(
    "The note of this life",
    () => writeFileAtomic(home.lifeFile, `${LIFE}\n`, { sync: false }),
  );
  return {
    async end() {
      await Deno.remove(home.lifeFile).catch(() => {});
    },
  };
}

/** Notes a child of this life. Needed on Windows only, which shows no environments. */
export function noteChild(home: Home, pid: number, at = Date.now()): void {
  try {
    Deno.writeTextFileSync(home.lifeFile, `${pid} ${at}\n`, { append: true, create: false });
  } catch {
    // Then it is not found again, should this life be cut short.
  }
}

/** Whether this process was started by an agent of the bot that lives now. */
export async function startedByAgent(
  home: Home,
  env: { get(name: string): string | undefined } = processEnv,
): Promise<boolean> {
  const mark = env.get(MARKER);
  const life = mark === undefined ? undefined : await readLife(home);
  return life !== undefined && mark!.startsWith(`${life.id}.`);
}

/**
 * Ends what a life left running that was cut short. To be called by who holds the lock of the home,
 * or when nobody does.
 *
 * @returns how many processes there were; `undefined`: no life was cut short
 */
export async function endFormerLife(
  home: Home,
  table: ProcessTable = hostProcessTable(),
): Promise<number | undefined> {
  const life = await readLife(home);
  if (life === undefined || life.id === LIFE) return undefined;
  const left = await leftBy(life, table);
  if (left.length > 0) {
    const tree = new ProcessTree(-1, table);
    tree.include(left);
    await tree.kill(GRACE_MS, () => false);
  }
  await Deno.remove(home.lifeFile).catch(() => {});
  return left.length;
}

async function readLife(home: Home): Promise<{ id: string; noted: Noted[] } | undefined> {
  const text = await readTextIfExists(home.lifeFile).catch(() => undefined);
  const [id, ...lines] = text?.split("\n") ?? [];
  if (!id || !/^[0-9a-f-]{36}$/.test(id)) return undefined;
  const noted = lines.map((line) => line.split(" ").map(Number)).filter(([pid, at]) => pid && at);
  return { id, noted: noted.map(([pid, at]) => ({ pid: pid!, at: at! })) };
}

async function leftBy(
  { id, noted }: { id: string; noted: Noted[] },
  table: ProcessTable,
): Promise<ProcessInfo[]> {
  const marked = new Set(await table.carrying(`${MARKER}=${id}.`));
  if (marked.size === 0 && noted.length === 0) return [];
  const all = await table.list();
  const byPid = new Map(all.map((info) => [info.pid, info]));
  // An agent may have started the very bot that looks now.
  const ours = new Set<number>();
  for (let pid = Deno.pid; !ours.has(pid) && pid > 1; pid = byPid.get(pid)?.ppid ?? 0) {
    ours.add(pid);
  }
  /** Whether a process is this child, or was started by it and keeps its number as the parent's. */
  const isOf = (child: Noted, info: ProcessInfo): boolean => {
    const since = (one: ProcessInfo) => one.start - (table.epoch ?? NaN) - child.at;
    if (info.pid === child.pid) return Math.abs(since(info)) < CLOCKS_DIFFER_MS;
    const parent = byPid.get(child.pid);
    return info.ppid === child.pid && since(info) > -CLOCKS_DIFFER_MS &&
      (parent === undefined || Math.abs(since(parent)) < CLOCKS_DIFFER_MS);
  };
  return all.filter((info) =>
    !ours.has(info.pid) && (marked.has(info.pid) || noted.some((child) => isOf(child, info)))
  );
}

/** Who runs for a home: whoever holds its locks, or a bot of the Python original. */
import { newCommand } from "../base/command.ts";
import { readTextIfExists } from "../base/atomic_file.ts";
import type { Home } from "../config/home.ts";
import { hostProcessTable, type ProcessTable } from "../process/process_table.ts";
import { type Holder, isHeld, readNote } from "./noted_lock.ts";

/** Who runs for this home now. */
export interface Instance {
  supervisor?: Holder;
  bot?: Holder;
  /** A bot of the Python original, known by `bot.pid` only. */
  original?: { pid: number };
}

/** Looks who holds the locks of `home`; changes nothing. Empty: nobody runs. */
export async function findInstance(home: Home): Promise<Instance> {
  const found: Instance = {};
  for (const role of ["supervisor", "bot"] as const) {
    const path = home.instanceLock(role);
    if (!await isHeld(path)) continue;
    found[role] = await readNote(path) ??
      { pid: 0, role, home: home.root, since: new Date(0).toISOString() };
  }
  if (!found.supervisor && !found.bot) {
    const pid = Number(await readTextIfExists(home.pidFile).catch(() => undefined));
    if (Number.isInteger(pid) && pid > 1 && pid !== Deno.pid && await isPythonDuctor(pid)) {
      found.original = { pid };
    }
  }
  return found;
}

/** Whether the process of a note still is the one that wrote it. */
export async function isSameProcess(
  holder: Holder,
  table: ProcessTable = hostProcessTable(),
): Promise<boolean> {
  const process = (await table.list()).find(({ pid }) => pid === holder.pid);
  return process !== undefined && (holder.start === undefined || process.start === holder.start);
}

/** A pid alone may belong to anything by now; the command line tells. */
async function isPythonDuctor(pid: number): Promise<boolean> {
  if (Deno.build.os === "windows") return false;
  const [command, args] = Deno.build.os === "linux"
    ? ["/bin/sh", ["-c", 'tr "\\0" " " < "/proc/$1/cmdline"', "sh", String(pid)]] as const
    : ["/bin/ps", ["-o", "command=", "-p", String(pid)]] as const;
  try {
    const { stdout } = await newCommand(command, {
      args: [...args],
      stdout: "piped",
      stderr: "null",
    }).output();
    return /python.*ductor/i.test(new TextDecoder().decode(stdout));
  } catch {
    return false;
  }
}

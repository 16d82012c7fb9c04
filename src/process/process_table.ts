/**
 * The processes of this machine, read without `/proc` access of our own (Deno would ask for
 * `--allow-all`) and without procps (absent in slim containers).
 */
import { newCommand } from "../base/command.ts";

/** One running process. */
export interface ProcessInfo {
  pid: number;
  ppid: number;
  /** Process group; 0 where the system has none. */
  pgid: number;
  /** Session; 0 where it is not known. */
  session: number;
  /** When it was started, in a unit of the system's own; tells a reused pid from the old one. */
  start: number;
}

export type Signal = "SIGTERM" | "SIGKILL";

/** How an operating system lists and ends processes. */
export interface ProcessTable {
  /** All processes one can see, without zombies. */
  list(): Promise<ProcessInfo[]>;
  /** Signals each process; those that are gone already are passed over. */
  signal(pids: readonly number[], signal: Signal): Promise<void>;
  /** Pids whose environment holds `text`; empty where the system does not tell. */
  carrying(text: string): Promise<number[]>;
  /** What a {@link ProcessInfo.start} is at the Unix epoch, where it counts milliseconds. */
  readonly epoch?: number;
  /** Whether SIGTERM means anything; otherwise there is nothing to wait for before SIGKILL. */
  readonly graceful: boolean;
  /** Whether a child keeps the pid of a parent that is gone (Windows), so that it may be reused. */
  readonly staleParents: boolean;
}

/** Runs a program and returns its stdout, whatever its exit status. */
export type Capture = (command: string, args: readonly string[]) => Promise<string>;

const capture: Capture = async (command, args) => {
  const output = await newCommand(command, {
    args: [...args],
    stdin: "null",
    stdout: "piped",
    stderr: "null",
    env: { LC_ALL: "C" },
  }).output();
  return new TextDecoder().decode(output.stdout);
};

/**
 * Reads concatenated `/proc/<pid>/stat` files, see proc(5). The name in parentheses may hold
 * spaces, parentheses and newlines, but at most 15 bytes, too few to pass for the fields after it.
 */
export function parseProcStat(text: string): ProcessInfo[] {
  // pid (comm) state ppid pgrp session, then 15 numbers, then starttime in clock ticks.
  const record =
    /^(\d+) \([\s\S]*?\) ([A-Za-z]) (\d+) (-?\d+) (-?\d+)(?: -?\d+){15} (\d+)(?: |$)/gm;
  const found: ProcessInfo[] = [];
  for (const [, pid, state, ppid, pgid, session, start] of text.matchAll(record)) {
    if (state === "Z" || state === "X") continue;
    found.push({
      pid: Number(pid),
      ppid: Number(ppid),
      pgid: Number(pgid),
      session: Number(session),
      start: Number(start),
    });
  }
  return found;
}

/** Reads `ps -axo pid=,ppid=,pgid=,stat=,lstart=` of macOS and the BSDs. */
export function parsePs(text: string): ProcessInfo[] {
  const found: ProcessInfo[] = [];
  for (const line of text.split("\n")) {
    const match = /^\s*(\d+)\s+(\d+)\s+(\d+)\s+(\S+)\s+(.+?)\s*$/.exec(line);
    if (!match || match[4]!.startsWith("Z")) continue;
    found.push({
      pid: Number(match[1]),
      ppid: Number(match[2]),
      pgid: Number(match[3]),
      session: 0,
      start: Date.parse(match[5]!) || 0,
    });
  }
  return found;
}

/** Reads the `pid,ppid,milliseconds` lines of {@link WINDOWS_LIST}. */
export function parseWindowsList(text: string): ProcessInfo[] {
  const found: ProcessInfo[] = [];
  for (const line of text.split(/\r?\n/)) {
    const match = /^(\d+),(\d+),(\d*)$/.exec(line.trim());
    if (!match) continue;
    found.push({
      pid: Number(match[1]),
      ppid: Number(match[2]),
      pgid: 0,
      session: 0,
      start: Number(match[3]) || 0,
    });
  }
  return found;
}

const WINDOWS_LIST = "Get-CimInstance Win32_Process | ForEach-Object { '{0},{1},{2}' -f " +
  "$_.ProcessId, $_.ParentProcessId, " +
  "$(if ($_.CreationDate) { [long]($_.CreationDate.ToFileTimeUtc() / 10000) }) }";

/** What has ended since the list was taken, or is not ours, is passed over: the next list tells. */
async function signalPosix(pids: readonly number[], signal: Signal): Promise<void> {
  for (const pid of pids) {
    try {
      Deno.kill(pid, signal);
    } catch (error) {
      if (!(error instanceof Deno.errors.NotCapable)) continue;
      // For the bot, that may not start everything, Deno does not: the shell's own `kill` does.
      await capture("/bin/sh", ["-c", 'kill -s "$@"', "sh", signal.slice(3), ...pids.map(String)]);
      return;
    }
  }
}

class LinuxTable implements ProcessTable {
  readonly graceful = true;
  readonly staleParents = false;
  constructor(readonly run: Capture) {}
  async list(): Promise<ProcessInfo[]> {
    return parseProcStat(await this.run("/bin/sh", ["-c", "cat /proc/[0-9]*/stat"]));
  }
  signal = signalPosix;
  async carrying(text: string): Promise<number[]> {
    // Searched for from a shell of its own, so the text must not stand in that shell's environment.
    const out = await this.run("/bin/sh", [
      "-c",
      'grep -lF -e "$1" /proc/[0-9]*/environ',
      "sh",
      text,
    ]);
    return [...out.matchAll(/^\/proc\/(\d+)\/environ$/gm)].map((match) => Number(match[1]));
  }
}

class BsdTable implements ProcessTable {
  readonly graceful = true;
  readonly staleParents = false;
  constructor(readonly run: Capture) {}
  async list(): Promise<ProcessInfo[]> {
    return parsePs(await this.run("/bin/ps", ["-axo", "pid=,ppid=,pgid=,stat=,lstart="]));
  }
  signal = signalPosix;
  async carrying(text: string): Promise<number[]> {
    // -E adds the environment to the command line, of one's own processes.
    const out = await this.run("/bin/ps", ["-axEww", "-o", "pid=,command="]);
    return out.split("\n").filter((line) => line.includes(text)).map((line) => parseInt(line));
  }
}

class WindowsTable implements ProcessTable {
  readonly graceful = false;
  readonly staleParents = true;
  constructor(readonly run: Capture) {}
  /** Windows counts from 1601. */
  readonly epoch = 11_644_473_600_000;
  async list(): Promise<ProcessInfo[]> {
    const args = ["-NoProfile", "-NonInteractive", "-Command", WINDOWS_LIST];
    return parseWindowsList(await this.run("powershell.exe", args));
  }
  async signal(pids: readonly number[]): Promise<void> {
    if (pids.length === 0) return;
    const args = ["/F", "/T", ...pids.flatMap((pid) => ["/PID", String(pid)])];
    await this.run("taskkill.exe", args);
  }
  carrying(): Promise<number[]> {
    return Promise.resolve([]);
  }
}

/** The table of this machine. `run` stands in for starting the listing programs. */
export function hostProcessTable(
  os: typeof Deno.build.os = Deno.build.os,
  run: Capture = capture,
): ProcessTable {
  if (os === "windows") return new WindowsTable(run);
  if (os === "linux" || os === "android") return new LinuxTable(run);
  return new BsdTable(run);
}

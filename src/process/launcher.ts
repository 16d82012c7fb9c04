/**
 * Starts every child process of the program: chat, task and discovery alike. The sandbox is
 * another {@link Launcher}.
 */
import { processEnv } from "../base/process_env.ts";
import { newCommand } from "../base/command.ts";
import { isFolder } from "../base/on_disk.ts";
import { within } from "../base/async/within.ts";
import { LaunchError } from "./launch_error.ts";
import { LineReader } from "./line_reader.ts";
import { hostProcessTable, type ProcessTable } from "./process_table.ts";
import { ProcessTree } from "./process_tree.ts";
import { childPath, which } from "./which.ts";
import { cmdArguments, needsCmd } from "./windows_command.ts";

export interface LaunchSpec {
  /** A name looked up on PATH, or an absolute path. */
  command: string;
  args: readonly string[];
  cwd: string;
  /** Added to our own environment. */
  env?: Readonly<Record<string, string>>;
}

export interface ExitStatus {
  /** Exit code; 128 + n when signal n ended it. */
  code: number;
  signal: string | null;
}

/** A running child that talks in lines. */
export interface Child {
  readonly pid: number;
  readonly alive: boolean;
  /**
   * Writes a line (the newline is added) and waits until the child's pipe has taken it. Does
   * nothing once the child no longer reads; {@link exited} and the end of {@link lines} tell.
   */
  write(line: string): Promise<void>;
  closeStdin(): Promise<void>;
  /** Lines of stdout; can be read once, in as many loops as one likes. */
  lines: AsyncIterable<string>;
  /** The last 8 KB of stderr. */
  stderrTail(): string;
  readonly exited: Promise<ExitStatus>;
  /**
   * Ends the whole process tree: SIGTERM, after `graceMs` (default 2000) SIGKILL. Resolves when
   * nothing of it is left.
   */
  kill(opts?: { graceMs?: number }): Promise<void>;
}

export interface Launcher {
  /**
   * @throws {LaunchError} `not_found` when there is no such command, `crash` when it does not start.
   */
  launch(spec: LaunchSpec): Promise<Child>;
  /** Full path of a command, or undefined. */
  which(command: string): Promise<string | undefined>;
}

const STDERR_KEPT = 8 * 1024;
const LAST_WORDS_MS = 200;
const KILL_GRACE_MS = 2000;
/**
 * Stands in the environment of every child, with the id of this process and one of its own, to find
 * orphans by.
 */
export const MARKER = "DUCTOR_CHILD";
/** Id of this process, unlike a pid for ever. */
export const LIFE: string = crypto.randomUUID();

export interface HostLauncherOptions {
  table?: ProcessTable;
  /** Stands in for our own environment. */
  env?: () => Record<string, string>;
  /** Folders that come first in the search path of children. */
  folders?: readonly string[];
  /** Told the process id of every child. */
  launched?(pid: number): void;
}

/**
 * Runs programs on this machine, each in a process group of its own.
 *
 * On Windows a child shares our console, so no window opens for it as long as we have one (a
 * hidden one will do); batch files run in cmd.exe.
 */
export class HostLauncher implements Launcher {
  readonly #table: ProcessTable;
  readonly #env: () => Record<string, string>;
  readonly #folders: readonly string[];
  readonly #launched: ((pid: number) => void) | undefined;

  constructor(options: HostLauncherOptions = {}) {
    this.#folders = options.folders ?? [];
    this.#launched = options.launched;
    this.#table = options.table ?? hostProcessTable();
    this.#env = options.env ?? (() => processEnv.toObject());
  }

  which(command: string): Promise<string | undefined> {
    return this.#which(command, this.#env());
  }

  #which(command: string, env: Record<string, string>): Promise<string | undefined> {
    const pathExt = variable(env, "PATHEXT");
    return which(command, {
      path: variable(env, "PATH") ?? "",
      ...(pathExt === undefined ? {} : { pathExt }),
    });
  }

  async launch(spec: LaunchSpec): Promise<Child> {
    const windows = Deno.build.os === "windows";
    const env = { ...this.#env(), ...spec.env };
    const file = await this.#which(spec.command, env);
    if (file === undefined) {
      throw new LaunchError("not_found", `"${spec.command}" is not installed (not found on PATH).`);
    }
    const pathName = Object.keys(env).find((name) => name.toUpperCase() === "PATH") ?? "PATH";
    const marker = `${LIFE}.${crypto.randomUUID()}`;
    const batch = windows && needsCmd(file);
    try {
      const process = newCommand(batch ? variable(env, "COMSPEC") ?? "cmd.exe" : file, {
        args: batch ? cmdArguments(file, spec.args) : [...spec.args],
        windowsRawArguments: batch,
        cwd: spec.cwd,
        clearEnv: true,
        env: {
          ...env,
          [pathName]: [...this.#folders, childPath(env[pathName] ?? "", file, windows)]
            .join(windows ? ";" : ":"),
          [MARKER]: marker,
        },
        stdin: "piped",
        stdout: "piped",
        stderr: "piped",
        // A group of its own. On Windows this would detach it from our console and open a new one.
        detached: !windows,
      }).spawn();
      this.#launched?.(process.pid);
      return new HostChild(process, this.#table, `${MARKER}=${marker}`);
    } catch (error) {
      throw new LaunchError("crash", await whyNotStarted(spec, error), String(error));
    }
  }
}

/** Environment names are case-insensitive on Windows, `Path` being the usual spelling there. */
function variable(env: Record<string, string>, name: string): string | undefined {
  return env[name] ?? Object.entries(env).find(([key]) => key.toUpperCase() === name)?.[1];
}

async function whyNotStarted(spec: LaunchSpec, error: unknown): Promise<string> {
  const folder = await isFolder(spec.cwd);
  if (!folder) {
    return `"${spec.command}" could not be started: there is no folder ${spec.cwd}.`;
  }
  if (error instanceof Deno.errors.NotCapable) {
    return `"${spec.command}" could not be started: the bot may start only what it knew of when it ` +
      "started. If PATH, the sandbox or the program has changed since, restart it: /restart";
  }
  const reason = error instanceof Error ? error.message : String(error);
  return `"${spec.command}" could not be started: ${reason}`;
}

class HostChild implements Child {
  readonly pid: number;
  readonly lines: LineReader;
  readonly exited: Promise<ExitStatus>;
  readonly #stdin: WritableStreamDefaultWriter<Uint8Array>;
  readonly #tree: ProcessTree;
  readonly #marker: string;
  readonly #encoder = new TextEncoder();
  readonly #stderr: ReadableStreamDefaultReader<Uint8Array>;
  readonly #stderrDone: Promise<void>;
  #stderrTail: Uint8Array = new Uint8Array();
  #alive = true;
  #stdinOpen = true;
  /** Whether we asked it to end. */
  #ending = false;
  #killed: Promise<void> | undefined;

  constructor(process: Deno.ChildProcess, table: ProcessTable, marker: string) {
    this.pid = process.pid;
    this.#marker = marker;
    this.#tree = new ProcessTree(process.pid, table);
    this.#stdin = process.stdin.getWriter();
    this.#stdin.closed.catch(() => {});
    this.lines = new LineReader(process.stdout);
    this.#stderr = process.stderr.getReader();
    this.#stderrDone = this.#drainStderr();
    this.exited = this.#awaitExit(process);
  }

  get alive(): boolean {
    return this.#alive;
  }

  async #awaitExit(process: Deno.ChildProcess): Promise<ExitStatus> {
    const status = await process.status;
    this.#alive = false;
    this.lines.childEnded();
    // The last words on stderr explain the end, so they are waited for, but not for long: a
    // grandchild may hold the pipe.
    await within(this.#stderrDone, LAST_WORDS_MS);
    return { code: status.code, signal: status.signal };
  }

  async #drainStderr(): Promise<void> {
    try {
      while (true) {
        const { value, done } = await this.#stderr.read();
        if (done) return;
        const joined = new Uint8Array(this.#stderrTail.length + value.length);
        joined.set(this.#stderrTail);
        joined.set(value, this.#stderrTail.length);
        this.#stderrTail = joined.slice(-STDERR_KEPT);
      }
    } catch {
      // Cancelled by kill, or a broken pipe: either way there is no more.
    }
  }

  stderrTail(): string {
    // Cutting may have split a character; its bytes that go on (10xxxxxx) are dropped.
    let start = 0;
    while (start < 3 && ((this.#stderrTail[start] ?? 0) & 0xc0) === 0x80) start++;
    return new TextDecoder().decode(this.#stderrTail.subarray(start));
  }

  async write(line: string): Promise<void> {
    if (!this.#stdinOpen) return;
    try {
      // A child that ended while its pipe was full would leave the write waiting.
      const written = this.#stdin.write(this.#encoder.encode(line + "\n"));
      await Promise.race([written, this.exited]);
      written.catch(() => {});
    } catch {
      this.#stdinOpen = false;
    }
  }

  async closeStdin(): Promise<void> {
    if (!this.#stdinOpen) return;
    this.#stdinOpen = false;
    this.#ending = true;
    // The child will end by itself now; what it leaves behind can only be told from what runs yet.
    if (this.#alive) await this.#tree.observe(true);
    await Promise.race([this.#stdin.close().catch(() => {}), this.exited]);
  }

  kill(opts: { graceMs?: number } = {}): Promise<void> {
    return this.#killed ??= this.#kill(opts.graceMs ?? KILL_GRACE_MS);
  }

  async #kill(graceMs: number): Promise<void> {
    this.#stdinOpen = false;
    if (!this.#alive && !this.#ending) await this.#tree.adopt(this.#marker);
    await this.#tree.kill(graceMs, () => this.#alive);
    if (!this.#alive) await this.exited;
    await this.#stdin.abort().catch(() => {});
    await this.#stderr.cancel().catch(() => {});
    this.lines.cancel();
  }
}

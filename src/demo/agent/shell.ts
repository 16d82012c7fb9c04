/**
 * Runs the shell commands of the demo agent, each in a process group of its own. Not with the
 * launcher: it would mark the command as its own, and the bot, which ends what the agent leaves
 * behind, would not find it by its mark.
 */

import { after } from "../../base/async/timer.ts";
import { within } from "../../base/async/within.ts";
import type { ToolResult } from "../brain/thought.ts";

/** Longest output that is kept, in characters; what is beyond it is cut, as the real CLI does. */
const OUTPUT_LIMIT = 30_000;
/** How long a command has to end after it was asked to, in milliseconds. */
const GRACE_MS = 1000;

/** Result of {@link runShell}; `interrupted` when the signal ended it. */
export interface ShellResult extends ToolResult {
  interrupted: boolean;
}

/**
 * Runs `command` in the user's shell and resolves when it has ended. Aborting `signal` ends the
 * command and everything it started.
 */
export async function runShell(
  command: string,
  cwd: string,
  signal: AbortSignal,
): Promise<ShellResult> {
  const windows = Deno.build.os === "windows";
  let child: Deno.ChildProcess;
  try {
    child = new Deno.Command(windows ? "cmd" : "sh", {
      args: windows ? ["/d", "/s", "/c", command] : ["-c", command],
      cwd,
      stdin: "null",
      stdout: "piped",
      stderr: "piped",
      detached: true,
    }).spawn();
  } catch (error) {
    return { output: `cannot start a shell: ${reason(error)}`, ok: false, interrupted: false };
  }
  let kill: Disposable | undefined;
  const stop = () => {
    end(child.pid, "SIGTERM", windows);
    kill = after(GRACE_MS, () => end(child.pid, "SIGKILL", windows));
  };
  if (signal.aborted) stop();
  signal.addEventListener("abort", stop, { once: true });
  try {
    const out = new Collector(child.stdout);
    const err = new Collector(child.stderr);
    const status = await child.status;
    const parts = [await out.text(), await err.text()];
    const output = parts.filter((one) => one !== "").join("\n").slice(0, OUTPUT_LIMIT);
    if (signal.aborted) return { output, ok: false, interrupted: true };
    const shown = status.success ? output : `Exit code ${status.code}\n${output}`.trimEnd();
    return { output: shown, ok: status.success, interrupted: false };
  } finally {
    kill?.[Symbol.dispose]();
    signal.removeEventListener("abort", stop);
  }
}

/** Ends a process group; one that is gone already is no matter. */
function end(pid: number, signal: Deno.Signal, windows: boolean): void {
  try {
    if (windows) {
      new Deno.Command("taskkill", { args: ["/pid", String(pid), "/t", "/f"] }).spawn();
    } else Deno.kill(-pid, signal);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound) && !/ESRCH/.test(reason(error))) throw error;
  }
}

/** Reads a stream and keeps its beginning; what comes after the limit is read and dropped. */
class Collector {
  #text = "";
  readonly #reader: ReadableStreamDefaultReader<string>;
  readonly #done: Promise<void>;

  constructor(stream: ReadableStream<Uint8Array>) {
    this.#reader = stream.pipeThrough(
      new TextDecoderStream() as unknown as TransformStream<Uint8Array, string>,
    ).getReader();
    this.#done = this.#collect();
  }

  /** What was printed. To be called when the command has ended; a child that it left in the
   * background may hold the pipe open, so this does not wait for long. */
  async text(): Promise<string> {
    await within(this.#done, GRACE_MS / 4);
    await this.#reader.cancel();
    return this.#text.trimEnd();
  }

  async #collect(): Promise<void> {
    for (let part = await this.#reader.read(); !part.done; part = await this.#reader.read()) {
      if (this.#text.length < OUTPUT_LIMIT) this.#text += part.value;
    }
  }
}

function reason(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

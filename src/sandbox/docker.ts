/** The `docker` command line, or one that understands the same (Podman). */
import { HostLauncher } from "../process/launcher.ts";
import { newCommand } from "../base/command.ts";

/** Longest wait for an answer of the engine, milliseconds; a build has its own. */
const ANSWER_MS = 30_000;

export interface Ran {
  code: number;
  stdout: string;
  stderr: string;
}

export interface RunOptions {
  timeoutMs?: number;
  signal?: AbortSignal;
  /** Told every line of stdout and stderr as it comes. */
  onLine?(line: string): void;
}

/** Runs the program and tells how it went; stands in for it in tests. */
export type Run = (args: readonly string[], options?: RunOptions) => Promise<Ran>;

/** There is no such program. */
export class NoDockerError extends Error {
  override name = "NoDockerError";
}

/**
 * Runs `command` with arguments. `DOCKER_HOST`, `DOCKER_CONTEXT` and the current context count, as
 * it inherits our environment.
 *
 * What takes longer than its time ends with code 124, as with timeout(1).
 */
export function dockerCommand(command: string, launcher = new HostLauncher()): Run {
  return async (args, { timeoutMs = ANSWER_MS, signal, onLine } = {}) => {
    const file = await launcher.which(command);
    if (file === undefined) throw new NoDockerError(`"${command}" was not found on PATH`);
    const limit = AbortSignal.timeout(timeoutMs);
    const stop = signal ? AbortSignal.any([limit, signal]) : limit;
    const child = newCommand(file, {
      args: [...args],
      stdin: "null",
      stdout: "piped",
      stderr: "piped",
      signal: stop,
    }).spawn();
    const [stdout, stderr, status] = await Promise.all([
      collect(child.stdout, onLine),
      collect(child.stderr, onLine),
      child.status,
    ]);
    if (limit.aborted) {
      const seconds = Math.round(timeoutMs / 1000);
      return { code: 124, stdout, stderr: `${stderr}\nno answer within ${seconds} s` };
    }
    signal?.throwIfAborted();
    return { code: status.code, stdout, stderr };
  };
}

async function collect(
  stream: ReadableStream<Uint8Array>,
  onLine: ((line: string) => void) | undefined,
): Promise<string> {
  let all = "";
  let told = 0;
  for await (const text of stream.pipeThrough(new TextDecoderStream())) {
    all += text;
    if (!onLine) continue;
    for (let end; (end = all.indexOf("\n", told)) >= 0; told = end + 1) {
      onLine(all.slice(told, end).trimEnd());
    }
  }
  if (onLine && told < all.length) onLine(all.slice(told).trimEnd());
  return all;
}

/** The last lines of what a command said, for people. */
export function lastWords({ stdout, stderr }: Ran, lines = 3): string {
  const said = `${stdout}\n${stderr}`.split("\n").map((line) => line.trim()).filter((line) => line);
  return said.slice(-lines).join(" · ");
}

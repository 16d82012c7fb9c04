/**
 * Git in a project: it never asks anything, writes where it is told only, and runs nothing that the
 * project's settings name, but for filters: those cannot all be switched off.
 */
import { within } from "../base/async/within.ts";
import { every } from "../base/async/timer.ts";
import type { Launcher } from "../process/launcher.ts";

/** The end of what a failed git has said is for people. */
export class GitError extends Error {
  override name = "GitError";
}

/** More than this is cut off, in characters. */
const MOST = 20_000_000;
const LIMIT_MS = 60_000;

export interface GitOptions {
  env?: Readonly<Record<string, string>>;
  /** Milliseconds after which it is given up. */
  limitMs?: number;
  /** Told what it says on the way, from time to time. */
  progress?(line: string): void;
}

/**
 * What git prints, run in a folder.
 *
 * @throws {GitError} it fails, is not installed, or takes too long
 */
export async function git(
  launcher: Launcher,
  cwd: string,
  args: readonly string[],
  { env = {}, limitMs = LIMIT_MS, progress }: GitOptions = {},
): Promise<string> {
  const child = await launcher.launch({
    command: "git",
    args: [...SETTINGS.flatMap((one) => ["-c", one]), ...args],
    cwd,
    env: { ...QUIET, ...env },
  }).catch((error) => {
    throw new GitError(error instanceof Error ? error.message : String(error));
  });
  let out = "";
  const reading = (async () => {
    for await (const line of child.lines) {
      if (out.length < MOST) out += `${line}\n`;
    }
    return await child.exited;
  })();
  using _watch = watching(() => progress?.(lastLine(child.stderrTail())), progress !== undefined);
  const ended = await within(reading, limitMs);
  if (typeof ended === "symbol") {
    await child.kill({ graceMs: 500 });
    throw new GitError(`git ${args[0]} took longer than ${Math.round(limitMs / 1000)} seconds.`);
  }
  if (ended.code !== 0) {
    throw new GitError(lastLine(child.stderrTail()) || `git ${args[0]} failed (${ended.code}).`);
  }
  return out;
}

const SETTINGS = [
  "core.quotePath=false",
  "core.hooksPath=/dev/null",
  "core.fsmonitor=false",
  // Whatever the settings of a project allow: such an "address" is a command.
  "protocol.ext.allow=never",
];

const QUIET = {
  GIT_TERMINAL_PROMPT: "0",
  GIT_ASKPASS: "true",
  GIT_SSH_COMMAND: "ssh -oBatchMode=yes",
  GIT_OPTIONAL_LOCKS: "0",
  GIT_PAGER: "cat",
  LC_ALL: "C",
};

function lastLine(said: string): string {
  const lines = said.split(/[\r\n]+/).map((line) => line.trim()).filter((line) => line !== "");
  return (lines.find((line) => /^(?:fatal|error):/.test(line)) ?? lines.at(-1) ?? "").slice(0, 300);
}

function watching(look: () => void, wanted: boolean): Disposable {
  return wanted ? every(PROGRESS_MS, look) : { [Symbol.dispose]() {} };
}

const PROGRESS_MS = 1500;

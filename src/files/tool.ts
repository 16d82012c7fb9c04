/** Runs the programs that know about sound and pictures. */
import type { Launcher } from "../process/launcher.ts";
import { FileError } from "./file_error.ts";

export interface Tools {
  launcher: Launcher;
  env: { get(name: string): string | undefined };
  /** Ends everything that runs. */
  signal: AbortSignal;
}

/** Lines of output that are kept; those who say more are not asked by us. */
const MAX_CHARS = 32 * 1024 * 1024;

/**
 * Runs a program to its end and returns what it printed.
 *
 * @throws {FileError} it failed, with its last words; `signal` aborted
 */
export async function runTool(
  { launcher, signal }: Pick<Tools, "launcher" | "signal">,
  command: string,
  args: readonly string[],
  cwd: string,
): Promise<string> {
  stopped(signal);
  const child = await launcher.launch({ command, args, cwd });
  const end = () => void child.kill();
  signal.addEventListener("abort", end);
  try {
    await child.closeStdin();
    let out = "";
    for await (const line of child.lines) {
      if (out.length < MAX_CHARS) out += line + "\n";
    }
    const { code } = await child.exited;
    stopped(signal);
    if (code === 0) return out;
    const words = child.stderrTail().trim().split("\n").slice(-3).join("\n");
    throw new FileError(`${command} failed with exit code ${code}${words && `: ${words}`}`);
  } finally {
    signal.removeEventListener("abort", end);
    // It may have left something behind.
    await child.kill();
  }
}

function stopped(signal: AbortSignal): void {
  if (signal.aborted) throw new FileError("It took too long, or was stopped");
}

/**
 * What ffmpeg may take a file for. Playlists are not among it: one called `voice.ogg` could have
 * ffmpeg show other files of this computer. Nor may it follow any address.
 */
export const SAFE_INPUT: readonly string[] = [
  "-protocol_whitelist",
  "file",
  "-format_whitelist",
  "mov,mp4,matroska,webm,ogg,mp3,wav,w64,flac,aac,ac3,amr,aiff,caf,avi,flv,asf,mpeg,mpegts,gif,webp_pipe",
];

/** A folder that is gone when it is disposed. */
export class Scratch implements AsyncDisposable {
  private constructor(readonly path: string) {}

  static async make(): Promise<Scratch> {
    return new Scratch(await Deno.makeTempDir({ prefix: "ductor-file-" }));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Deno.remove(this.path, { recursive: true }).catch(() => {});
  }
}

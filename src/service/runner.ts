/** Runs the system's own tools; the services know no other way, so tests pass one in. */
import { newCommand } from "../base/command.ts";

export interface RunResult {
  /** Exit code; 127 when there is no such program. */
  code: number;
  stdout: string;
  stderr: string;
}

/** `inherit`: the program has our terminal, and nothing of what it says is returned. */
export type Runner = (
  command: string,
  args: readonly string[],
  options?: { inherit?: boolean },
) => Promise<RunResult>;

export const systemRunner: Runner = async (command, args, { inherit = false } = {}) => {
  const stdio = inherit ? "inherit" : "piped";
  try {
    const process = newCommand(command, {
      args: [...args],
      stdin: inherit ? "inherit" : "null",
      stdout: stdio,
      stderr: stdio,
      // Their words are looked at, so they must not be translated; Windows does so nevertheless.
      ...!inherit && { env: { LC_ALL: "C" } },
    });
    if (inherit) return { code: (await process.spawn().status).code, stdout: "", stderr: "" };
    const { code, stdout, stderr } = await process.output();
    const decoder = new TextDecoder();
    return { code, stdout: decoder.decode(stdout), stderr: decoder.decode(stderr) };
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    return { code: 127, stdout: "", stderr: `${command}: not found` };
  }
};

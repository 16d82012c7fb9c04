import { join } from "node:path";
import type { Runner } from "../../src/service/runner.ts";

/** Programs that stand in for a system's own: they note how they are called, and answer as told. */
export class FakeTools {
  private constructor(readonly folder: string, readonly log: string) {}

  /** @param scripts name → shell lines run after the call was noted; `$*` is the arguments */
  static async make(folder: string, scripts: Record<string, string>): Promise<FakeTools> {
    await Deno.mkdir(folder, { recursive: true });
    const log = join(folder, "calls");
    await Deno.writeTextFile(log, "");
    for (const [name, script] of Object.entries(scripts)) {
      const text = `#!/bin/sh\necho "${name} $*" >> "${log}"\n${script}\n`;
      await Deno.writeTextFile(join(folder, name), text, { mode: 0o755 });
    }
    return new FakeTools(folder, log);
  }

  /** Every call so far, as a command line. */
  async calls(): Promise<string[]> {
    return (await Deno.readTextFile(this.log)).split("\n").filter(Boolean);
  }

  /** Runs them, and nothing else of the machine. */
  get run(): Runner {
    return async (command, args) => {
      try {
        const { code, stdout, stderr } = await new Deno.Command(join(this.folder, command), {
          args: [...args],
          stdout: "piped",
          stderr: "piped",
        }).output();
        const decoder = new TextDecoder();
        return { code, stdout: decoder.decode(stdout), stderr: decoder.decode(stderr) };
      } catch (error) {
        if (!(error instanceof Deno.errors.NotFound)) throw error;
        return { code: 127, stdout: "", stderr: "" };
      }
    };
  }
}

import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));

/** The compiled program where CI made one, else the sources with the same permissions. */
export function programCommand(): { label: string; command: string; args: string[] } {
  const binary = Deno.env.get("DUCTOR_TEST_BINARY");
  if (binary) return { label: "compiled", command: binary, args: [] };
  const args = ["run", "--quiet", "--config", `${ROOT}deno.json`, "-P", `${ROOT}main.ts`];
  return { label: "from source", command: Deno.execPath(), args };
}

export interface Ran {
  code: number;
  stdout: string;
  stderr: string;
}

/** Starts the program; its environment is only what is given here, and PATH. */
export function spawnProgram(
  args: string[],
  env: Record<string, string> = {},
): Deno.ChildProcess {
  const { command, args: first } = programCommand();
  return new Deno.Command(command, {
    args: [...first, ...args],
    clearEnv: true,
    env: {
      PATH: Deno.env.get("PATH") ?? "",
      HOME: Deno.env.get("HOME") ?? "",
      // Where Deno keeps the npm packages, when not in HOME.
      ...Deno.env.has("DENO_DIR") && { DENO_DIR: Deno.env.get("DENO_DIR")! },
      NO_COLOR: "1",
      ...env,
    },
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
}

export async function runProgram(args: string[], env?: Record<string, string>): Promise<Ran> {
  const { code, stdout, stderr } = await spawnProgram(args, env).output();
  const decoder = new TextDecoder();
  return { code, stdout: decoder.decode(stdout), stderr: decoder.decode(stderr) };
}

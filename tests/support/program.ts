import { homedir } from "node:os";
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));

export interface Program {
  label: string;
  command: string;
  args: string[];
}

/** The sources, with the permissions of the compiled program, and that program where CI made it. */
export function programs(): Program[] {
  const args = ["run", "--quiet", "--config", `${ROOT}deno.json`, "-P", `${ROOT}main.ts`];
  const source = { label: "from source", command: Deno.execPath(), args };
  const binary = Deno.env.get("DUCTOR_TEST_BINARY");
  return binary ? [source, { label: "compiled", command: binary, args: [] }] : [source];
}

/** Where Deno keeps the npm packages, for a program with another HOME. */
export function denoDir(): string {
  return Deno.env.get("DENO_DIR") ?? `${homedir()}/.cache/deno`;
}

export interface Ran {
  code: number;
  stdout: string;
  stderr: string;
}

/** Starts the program; its environment is only what is given here, and PATH. */
export function spawnProgram(
  { command, args: first }: Program,
  args: string[],
  env: Record<string, string> = {},
  stdin: "null" | "piped" = "null",
): Deno.ChildProcess {
  return new Deno.Command(command, {
    args: [...first, ...args],
    clearEnv: true,
    env: {
      PATH: Deno.env.get("PATH") ?? "",
      // A bot of a test must not share its skills with the CLIs of whoever runs the tests.
      HOME: env.DUCTOR_HOME ?? Deno.env.get("HOME") ?? "",
      DENO_DIR: denoDir(),
      NO_COLOR: "1",
      ...env,
    },
    stdin,
    stdout: "piped",
    stderr: "piped",
  }).spawn();
}

export async function runProgram(
  program: Program,
  args: string[],
  env?: Record<string, string>,
): Promise<Ran> {
  const { code, stdout, stderr } = await spawnProgram(program, args, env).output();
  const decoder = new TextDecoder();
  return { code, stdout: decoder.decode(stdout), stderr: decoder.decode(stderr) };
}

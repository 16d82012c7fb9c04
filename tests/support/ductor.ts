import { programs, type Ran, runProgram } from "./program.ts";

/** How a command ended; `json` when it printed one object. */
// deno-lint-ignore no-explicit-any -- what a command answers is what its test is about
export type Answered = Ran & { json: any };

/** Runs `ductor` on a home and reads its JSON. */
export function ductorOn(
  home: string,
  env: Record<string, string> = {},
): (...args: string[]) => Promise<Answered> {
  return async (...args) => {
    const ran = await runProgram(programs().at(-1)!, args, { DUCTOR_HOME: home, ...env });
    return { ...ran, json: ran.stdout.startsWith("{") ? JSON.parse(ran.stdout) : undefined };
  };
}

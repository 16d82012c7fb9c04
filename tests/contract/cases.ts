/**
 * The contract of design §4: one list of cases that every agent has to pass, the real `claude`, the
 * real `codex` and the demo agent alike. All of them answer from the demo brain, through the tests'
 * model server or built in.
 */

import { FAILURE_CASES } from "./failure_cases.ts";
import { PERMISSION_CASES } from "./permission_cases.ts";
import { SESSION_CASES } from "./session_cases.ts";
import { type Case, nothingRuns, type Setup } from "./subject.ts";

export const CASES: readonly Case[] = [...SESSION_CASES, ...FAILURE_CASES, ...PERMISSION_CASES];

/** Registers a test for every case. With `missing` they are skipped, and it is said why. */
export function contract(name: string, setup: Setup, missing?: string): void {
  // deno-lint-ignore no-console -- a test run has to show what it left out
  if (missing) console.log(`skipped: ${missing}`);
  for (const one of CASES) {
    Deno.test({
      name: `${name}: ${one.name}`,
      ignore: missing !== undefined,
      async fn() {
        await using subject = await setup(one.setup);
        await one.run(subject);
        await nothingRuns(subject);
      },
    });
  }
}

/** Path of a CLI: on PATH, in `$DUCTOR_TEST_CLIS`, or where this machine keeps it. */
export function findCli(name: string): string | undefined {
  const folders = [
    ...(Deno.env.get("PATH") ?? "").split(Deno.build.os === "windows" ? ";" : ":"),
    Deno.env.get("DUCTOR_TEST_CLIS") ?? "",
    "/opt/clis/node_modules/.bin",
  ];
  for (const folder of folders.filter((one) => one !== "")) {
    for (const file of Deno.build.os === "windows" ? [`${name}.cmd`, `${name}.exe`] : [name]) {
      try {
        if (Deno.statSync(`${folder}/${file}`).isFile) return `${folder}/${file}`;
      } catch { /* not there */ }
    }
  }
  return undefined;
}

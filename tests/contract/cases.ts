/**
 * The contract of design §4: one list of cases that every agent has to pass, the real `claude`, the
 * real `codex` and the demo agent alike. All of them answer from the demo brain, through the tests'
 * model server or built in.
 */

import { existsSync } from "node:fs";
import { delimiter as DELIMITER, join } from "node:path";
import { FAILURE_CASES } from "./failure_cases.ts";
import { CLAUDE_CASES } from "./claude_cases.ts";
import { PERMISSION_CASES } from "./permission_cases.ts";
import { SESSION_CASES } from "./session_cases.ts";
import { type Case, nothingRuns, type Setup } from "./subject.ts";

export const CASES: readonly Case[] = [...SESSION_CASES, ...FAILURE_CASES, ...PERMISSION_CASES];

/** Those, and what only speakers of Claude's protocol do. */
export const CLAUDES: readonly Case[] = [...CASES, ...CLAUDE_CASES];

/** Registers a test for every case. With `missing` they are skipped, and it is said why. */
export function contract(name: string, setup: Setup, missing?: string, cases = CASES): void {
  // deno-lint-ignore no-console -- a test run has to show what it left out
  if (missing) console.log(`skipped: ${missing}`);
  for (const one of cases) {
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

/** An installed CLI; tests run with every generation that is there. */
export interface Cli {
  /** For the names of tests: `claude 2.1.332`. */
  label: string;
  path: string;
}

/**
 * The installed CLIs of a name, one of each version: in the folders of `$DUCTOR_TEST_CLIS`, which is
 * a list like PATH, else on PATH.
 */
export function installedClis(name: string): Cli[] {
  const listed = Deno.env.get("DUCTOR_TEST_CLIS") || Deno.env.get("PATH") || "";
  const found = new Map<string, Cli>();
  for (const folder of listed.split(DELIMITER).filter((one) => one !== "")) {
    for (const file of Deno.build.os === "windows" ? [`${name}.cmd`, `${name}.exe`] : [name]) {
      const path = join(folder, file);
      if (!existsSync(path)) continue;
      const { stdout } = new Deno.Command(path, { args: ["--version"] }).outputSync();
      const version = /\d+\.\d+\.\d+/.exec(new TextDecoder().decode(stdout))?.[0] ?? path;
      const label = `${name} ${version}`;
      if (!found.has(label)) found.set(label, { label, path });
    }
  }
  return [...found.values()];
}

/** The first of {@link installedClis}. */
export function findCli(name: string): string | undefined {
  return installedClis(name)[0]?.path;
}

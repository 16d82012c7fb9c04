/** The command line of `claude`, from what a session is opened with, and what it rules out. */
import type { SessionSpec } from "../agent.ts";
import { sameProcess } from "../same_process.ts";

/**
 * Timers of the CLI's own. They only run while the process does, which nobody promises here:
 * docs/decisions/no-timers-of-the-cli.md.
 */
const TIMERS = ["CronCreate", "CronDelete", "CronList", "ScheduleWakeup"];

/**
 * Everything but what must not be seen in `ps` or may be long: prompts go through stdin, the
 * instructions with the `initialize` request.
 */
export function argumentsFor(spec: SessionSpec): string[] {
  return [
    "-p",
    "--input-format",
    "stream-json",
    "--output-format",
    "stream-json",
    "--verbose",
    "--include-partial-messages",
    "--permission-mode",
    spec.permissionMode,
    // Questions come to us as messages; without it everything that needs asking is denied. Given
    // with bypassPermissions too, because the mode may change while the process lives.
    "--permission-prompt-tool",
    "stdio",
    // Says which turn a message was taken into, also where it joined one that ran already.
    "--replay-user-messages",
    `--disallowedTools=${TIMERS.join(",")}`,
    ...option("--model", spec.model === "default" ? undefined : spec.model),
    ...option("--effort", spec.effort),
    ...option("--max-turns", spec.maxTurns),
    ...option("--max-budget-usd", spec.maxBudgetUsd),
    ...option("--resume", spec.resume),
    ...(spec.fork ? ["--fork-session"] : []),
    ...(spec.suggestions ? ["--prompt-suggestions"] : []),
    ...(spec.persist === false ? ["--no-session-persistence"] : []),
    ...(spec.folders ?? []).map((folder) => `--add-dir=${folder}`),
    ...spec.extraArgs,
  ];
}

/** Whether a process that was started with `mine` can serve `spec`, seen from its command line. */
export function servesUnder(mine: SessionSpec, spec: SessionSpec): boolean {
  return spec.effort === mine.effort &&
    spec.maxTurns === mine.maxTurns &&
    spec.maxBudgetUsd === mine.maxBudgetUsd &&
    (spec.suggestions ?? false) === (mine.suggestions ?? false) &&
    // The CLI switches to this mode only when it was started with it.
    (isBypass(mine) || !isBypass(spec)) &&
    sameProcess(mine, spec);
}

function isBypass({ permissionMode }: SessionSpec): boolean {
  return permissionMode === "bypassPermissions";
}

function option(name: string, value: string | number | undefined): string[] {
  return value === undefined || value === "" ? [] : [name, String(value)];
}

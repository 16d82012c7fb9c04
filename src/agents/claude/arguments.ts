/** The command line of `claude`, from what a session is opened with. */
import type { SessionSpec } from "../agent.ts";

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
    ...option("--model", spec.model === "default" ? undefined : spec.model),
    ...option("--effort", spec.effort),
    ...option("--max-turns", spec.maxTurns),
    ...option("--max-budget-usd", spec.maxBudgetUsd),
    ...option("--resume", spec.resume),
    ...(spec.persist === false ? ["--no-session-persistence"] : []),
    ...spec.extraArgs,
  ];
}

function option(name: string, value: string | number | undefined): string[] {
  return value === undefined || value === "" ? [] : [name, String(value)];
}

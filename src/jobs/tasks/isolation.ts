/**
 * Keeps the rules of the workspace away from task agents. A CLI reads the rule files of every folder
 * above the one it works in; those of the home folder speak of a user who is there to be asked. A
 * task has rules of its own. How a CLI is told so stands in the table of providers.
 *
 * Rule files above the home folder and the user's own (`~/.claude/CLAUDE.md`) still count.
 *
 * @module
 */
import { type ProviderName, PROVIDERS } from "../../agents/provider.ts";
import type { Home } from "../../config/home.ts";

/** Further arguments for the CLI of a task. Those the task has itself win. */
export function isolationArgs(
  provider: ProviderName,
  home: Home,
  own: readonly string[],
): string[] {
  const { isolation, ruleFile } = PROVIDERS[provider];
  const parents = [home.root, home.workspaceDir, home.cronTasksDir];
  return isolation([
    ...parents.map((dir) => home.ruleFiles(dir)[provider].replaceAll("\\", "/")),
    // In a container the same folders have other paths.
    `**/workspace/${ruleFile}`,
    `**/workspace/cron_tasks/${ruleFile}`,
  ], own);
}

/**
 * Keeps the rules of the workspace away from task agents. A CLI reads the rule files of every folder
 * above the one it works in; those of the home folder speak of a user who is there to be asked. A
 * task has rules of its own.
 *
 * - Claude Code leaves out files that the setting `claudeMdExcludes` names.
 * - Codex looks upwards only as far as a folder that marks a project; without markers it stays
 *   where it is.
 *
 * Rule files above the home folder and the user's own (`~/.claude/CLAUDE.md`) still count.
 *
 * @module
 */
import type { ProviderName } from "../agents/agent.ts";
import type { Home } from "../config/home.ts";

/** Further arguments for the CLI of a task. Those the task has itself win. */
export function isolationArgs(
  provider: ProviderName,
  home: Home,
  own: readonly string[],
): string[] {
  if (provider === "codex") {
    return own.some((arg) => arg.includes("project_root_markers"))
      ? []
      : ["-c", "project_root_markers=[]"];
  }
  if (own.some((arg) => arg === "--settings" || arg.startsWith("--settings="))) return [];
  const parents = [home.root, home.workspaceDir, home.cronTasksDir];
  const claudeMdExcludes = [
    ...parents.map((dir) => home.ruleFiles(dir).claude.replaceAll("\\", "/")),
    // In a container the same folders have other paths.
    "**/workspace/CLAUDE.md",
    "**/workspace/cron_tasks/CLAUDE.md",
  ];
  return ["--settings", JSON.stringify({ claudeMdExcludes })];
}

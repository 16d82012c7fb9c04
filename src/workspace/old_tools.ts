/**
 * The Python scripts of the program that ductor follows, and what each is called now. Those that read
 * files work without that program; they stay, as its 0.4 would not bring them back.
 */
export const OLD_TOOLS: Readonly<Record<string, string>> = {
  "cron_tools/cron_add.py": "ductor cron add --help",
  "cron_tools/cron_edit.py": "ductor cron edit --help",
  "cron_tools/cron_list.py": "ductor cron list",
  "cron_tools/cron_remove.py": "ductor cron remove --help",
  "cron_tools/cron_time.py": "ductor cron time",
  "webhook_tools/webhook_add.py": "ductor webhook add --help",
  "webhook_tools/webhook_edit.py": "ductor webhook edit --help",
  "webhook_tools/webhook_list.py": "ductor webhook list",
  "webhook_tools/webhook_remove.py": "ductor webhook remove --help",
  "webhook_tools/webhook_rotate_token.py": "ductor webhook rotate-token --help",
  "webhook_tools/webhook_test.py": "ductor webhook test --help",
};

/** Scripts that asked the newest version of that program for something which is not part of ductor. */
const ENDED = [
  ...["ask_agent", "ask_agent_async", "create_agent", "edit_shared_knowledge", "list_agents"]
    .map((name) => `agent_tools/${name}.py`),
  "agent_tools/remove_agent.py",
  ...["ask_parent", "cancel_task", "create_task", "delete_task", "list_tasks", "resume_task"]
    .map((name) => `task_tools/${name}.py`),
];

/**
 * What takes the place of an old script: it says what to do, as JSON like the script it replaces, and
 * fails, so that nobody believes that something was done.
 */
function redirection(instead: string, use?: string): string {
  return `"""Replaced: ${instead}. This file is ductor's; it is written anew at each start."""
import json
import sys

print(json.dumps({
    "error": "This script is gone, and nothing was done. ${instead}.",${
    use === undefined ? "" : `\n    "use": "${use}",`
  }
}))
sys.exit(1)
`;
}

/** What stands in the place of each script, by its path in the folder of tools. */
export const REDIRECTIONS: ReadonlyMap<string, string> = new Map([
  ...Object.entries(OLD_TOOLS).map(([tool, command]): [string, string] => [
    tool,
    redirection(`Call \`${command.replace(" --help", "")}\` instead`, command),
  ]),
  ...ENDED.map((tool): [string, string] => [
    tool,
    redirection("ductor has no agents and tasks of its own: use those of your CLI instead"),
  ]),
]);

/** The Python scripts of the program that ductor follows, and what each is called now. */
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
  "telegram_tools/list_files.py": "ductor file list",
  "telegram_tools/file_info.py": "ductor file info --help",
  "telegram_tools/read_document.py": "ductor file read --help",
  "telegram_tools/transcribe_audio.py": "ductor file transcribe --help",
  "telegram_tools/process_video.py": "ductor file video --help",
};

/**
 * What takes the place of an old script: it says what to call, as JSON like the script it replaces,
 * and fails, so that nobody believes that something was done.
 */
export function redirection(command: string): string {
  const call = command.replace(" --help", "");
  return `"""Replaced by \`${call}\`. This file is ductor's; it is written anew at each start."""
import json
import sys

print(json.dumps({
    "error": "This script is gone, and nothing was done. Call \`${call}\` instead.",
    "use": "${command}",
}))
sys.exit(1)
`;
}

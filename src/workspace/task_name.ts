/** Names of task folders. */

/** A name that cannot be one, or a folder that is not as it has to be; the message tells the user. */
export class TaskFolderError extends Error {
  override name = "TaskFolderError";

  constructor(readonly code: "bad_name" | "exists" | "missing", message: string) {
    super(message);
  }
}

/**
 * The folder name for what somebody called a task: lower case, other characters than a–z, 0–9 and
 * `-` become `-`. The names the Python program made stay what they are.
 *
 * @throws {TaskFolderError} nothing is left of it, or it looks like a path
 */
export function taskNameOf(text: string): string {
  if (text.includes("..") || /[/\\]/.test(text)) {
    throw new TaskFolderError(
      "bad_name",
      `"${text}" cannot name a task: it looks like a path. Use a plain name such as "daily-report"`,
    );
  }
  const name = text.toLowerCase().replace(/[^a-z0-9-]+/g, "-").replace(/-+/g, "-")
    .replace(/^-|-$/g, "");
  if (name === "") {
    throw new TaskFolderError(
      "bad_name",
      `"${text}" cannot name a task: it has no letter (a to z) or digit`,
    );
  }
  return name;
}

/**
 * Checks the name of a folder that a registry file mentions. It may be any one name, but not a
 * path, so that nobody reaches out of `cron_tasks/` with it.
 *
 * @throws {TaskFolderError}
 */
export function checkTaskFolderName(name: string): void {
  // deno-lint-ignore no-control-regex
  if (name !== "" && !name.startsWith(".") && !/[/\\\x00-\x1f]/.test(name)) return;
  throw new TaskFolderError(
    "bad_name",
    `${JSON.stringify(name)} is not a folder in cron_tasks/. Expected a plain name`,
  );
}

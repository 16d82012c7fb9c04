/** What is said in the chat about jobs. Markdown. */
import { relative } from "node:path";
import type { Config } from "../config/schema.ts";
import type { OldFile } from "./cleanup/old_files.ts";
import type { Job } from "./job.ts";
import { unhideName } from "../base/hidden.ts";
import { showTime } from "../base/wall_time.ts";
import type { TaskResult } from "./tasks/task.ts";

/** The result of a run; `late`: when it should have run, where that is long ago. */
export function resultText(title: string, result: TaskResult, late?: string): string {
  const head = `**${plain(title)}**${late === undefined ? "" : ` _(was due ${late})_`}`;
  if (result.status !== "success") return `⚠️ ${head} did not work.\n\n${result.text}`;
  return `${head}\n\n${result.text.trim() || "_Done; there is nothing to report._"}`;
}

export function brokenText(
  jobs: readonly { id: string; title: string; problem: string }[],
): string {
  const [job, ...more] = jobs;
  if (job && more.length === 0) {
    return `⚠️ The job **${plain(job.title)}** cannot run: ${job.problem}\n\n` +
      `It will be tried again when its time comes. \`ductor cron edit ${job.id}\` changes it.`;
  }
  const lines = jobs.map(({ id, title, problem }) =>
    `- **${plain(title)}** (\`${id}\`): ${problem}`
  );
  return `⚠️ These jobs cannot run:\n\n${lines.join("\n")}\n\n` +
    "They will be tried again when their time comes. `ductor cron edit` changes them.";
}

/** The third time a day; then nothing is said until tomorrow, or until something else happens. */
export function failingText(title: string, reason: string): string {
  return `⚠️ **${plain(title)}** failed again, for the third time today: ${plain(reason)}\n\n` +
    "I will not repeat it today.";
}

export function pausedText({ title, id }: Job, failures: number): string {
  return `⏸ The job **${plain(title)}** failed ${failures} times in a row and is switched off. ` +
    `/cron switches it on again (its name is \`${id}\`).`;
}

export function interruptedText(title: string, again: boolean): string {
  return `⚠️ ductor ended while the job **${plain(title)}** was running. ` +
    (again ? "It runs again now." : "It was not run again; /cron has a button for that.");
}

export interface Missed {
  title: string;
  first: number;
  last: number;
  count: number;
  zone: string;
}

/** One message for everything that was missed at the same time. */
export function missedText(missed: readonly Missed[]): string {
  const lines = missed.map(({ title, first, last, count, zone }) => {
    const when = count === 1
      ? showTime(first, zone)
      : `${count} times, last ${showTime(last, zone)}`;
    return `- **${plain(title)}** (${when})`;
  });
  return `🕗 These jobs were due while ductor was not running, and were not run:\n\n` +
    `${lines.join("\n")}\n\n/cron runs one now.`;
}

/** Before the first cleanup that takes something of the user's. */
export function firstCleanupText(
  files: readonly OldFile[],
  root: string,
  { telegram_files_days, output_to_user_days }: Config["cleanup"],
): string {
  const shown = files.slice(0, 5).map(({ path }) => `- \`${relative(root, path)}\``);
  const more = files.length > 5 ? [`- and ${files.length - 5} more`] : [];
  return `🧹 I tidy up at night: received files go after ${telegram_files_days} days, files made ` +
    `for you after ${output_to_user_days}. Tomorrow night these would go:\n\n` +
    `${[...shown, ...more].join("\n")}\n\n` +
    "To keep everything: `ductor config set cleanup.enabled false`. I won't ask again.";
}

/** A title is no Markdown. */
export function plain(title: string): string {
  return unhideName(title).replaceAll(/([\\`*_[\]~|<>])/g, "\\$1");
}

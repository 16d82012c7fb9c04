/** `ductor cron add`: makes a job and its folder, and says what is still to be written. */
import type { JobRegistry } from "../../jobs/registry.ts";
import { join } from "node:path";
import type { Home } from "../../config/home.ts";
import { hasTaskFolder, taskNameOf } from "../../workspace/task_folder.ts";
import { answer, CommandError } from "../reply.ts";
import { jobRegistry, ownConversation, type ToolContext, toolContext } from "../tool_context.ts";
import { answerOf, check, fieldsOf, type JobOptions, nextOf } from "./job_options.ts";

export function add(options: JobOptions): Promise<number> {
  return answer(options, async () => {
    const context = await toolContext();
    const fields = fieldsOf(options, context);
    const { title, schedule } = fields;
    if (title === undefined || !schedule) throw missing(title, schedule);
    const name = taskNameOf(options.name ?? title);
    const own = fields.chat_id === undefined ? ownConversation() : undefined;
    await check({ ...fields, ...own }, context);
    const registry = jobRegistry(context.home);
    const job = await registry.add({
      ...fields,
      ...own,
      name: options.name === undefined ? await freeName(name, context.home, registry) : name,
      title,
      description: fields.description ?? title,
      schedule,
    });
    const next = nextOf(job, context);
    const todo = fields.agent_instruction === undefined ? todoFor(job.task_folder) : [];
    const warning = !context.zoneSet && !job.timezone ? zoneWarning(context) : undefined;
    const renamed = options.name !== undefined && job.id !== options.name;
    return {
      json: {
        ...answerOf(job, next, context),
        folder_created: true,
        json_entry_created: true,
        ...todo.length > 0 && { action_required: todo },
        ...warning !== undefined && { timezone_warning: warning },
        ...renamed && { name_sanitized: true, original_name: options.name },
      },
      text: [
        `Job ${job.id} is made${job.enabled ? "" : " (switched off)"}. ` +
        `Next: ${next.join(", ") || "never"} (${job.timezone || context.zone})`,
        ...todo.slice(0, 1),
        ...warning === undefined ? [] : [warning],
        `Folder: ${join(context.home.cronTasksDir, job.task_folder)}`,
      ].join("\n"),
    };
  });
}

function missing(title: string | undefined, schedule: string | undefined): CommandError {
  const missing = [
    ...title === undefined ? ["--title"] : [],
    ...schedule ? [] : ["--schedule (or --in, or --at)"],
  ];
  return new CommandError(`Missing: ${missing.join(", ")}`, {
    missing,
    hint: 'For example: ductor cron add --title "Daily brief" --schedule "30 7 * * 1-5"\n' +
      "ductor cron add --help says more.",
  });
}

function todoFor(folder: string): string[] {
  const path = join("cron_tasks", folder, "TASK_DESCRIPTION.md");
  return [
    `Write now what it has to do into ${path}: ` +
    "the agent that runs it knows nothing about this conversation.",
    "Say where things are, what the result should look like, and when there is nothing to report.",
    "Put scripts into its folder scripts/.",
  ];
}

/** Reminders have names nobody thinks about: the second "tea" becomes `tea-2`. */
async function freeName(name: string, home: Home, registry: JobRegistry): Promise<string> {
  const taken = new Set((await registry.list()).map(({ id }) => id));
  for (let n = 1;; n++) {
    const free = n === 1 ? name : `${name}-${n}`;
    if (!taken.has(free) && !await hasTaskFolder(home, free)) return free;
  }
}

function zoneWarning({ zone }: ToolContext): string {
  return `The user's time zone is not set, so ${zone} is used. Ask where they live, then: ` +
    "ductor config set user_timezone Europe/Berlin";
}

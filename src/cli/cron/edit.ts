/** `ductor cron edit`: changes what is given, and says what is different now. */
import { answer, CommandError } from "../reply.ts";
import { jobRegistry, toolContext } from "../tool_context.ts";
import { answerOf, check, fieldsOf, type JobOptions, nextOf } from "./job_options.ts";

export function edit(name: string, options: JobOptions): Promise<number> {
  return answer(options, async () => {
    const context = await toolContext();
    const registry = jobRegistry(context.home);
    const before = await registry.get(name);
    const fields = fieldsOf(options, context, before);
    if (options.enable) fields.paused_reason = null;
    if (Object.keys(fields).length === 0 && options.name === undefined) {
      throw new CommandError("Nothing to change was given", {
        hint: `ductor cron edit --help lists what can be changed. For example:\n` +
          `ductor cron edit ${before.id} --schedule "0 8 * * *"`,
      });
    }
    await check(fields, context, before);
    const { job, changed, folderRenamed } = await registry.edit(before.id, fields, options.name);
    const next = nextOf(job, context);
    return {
      json: {
        ...answerOf(job, next, context),
        updated: changed.length > 0,
        updated_fields: changed,
        folder_renamed: folderRenamed,
        ...before.id !== name && { matched_via: "task_folder" },
        ...options.name !== undefined && {
          original_name: before.id,
          new_name: job.id,
          ...job.id !== options.name && { name_sanitized: true },
        },
      },
      text: changed.length === 0
        ? `Nothing changed: ${job.id} is already like that.`
        : `${job.id}: changed ${changed.join(", ")}. Next: ${next.join(", ") || "never"}`,
    };
  });
}

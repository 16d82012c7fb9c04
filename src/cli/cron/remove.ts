/** `ductor cron remove`. */
import { answer } from "../reply.ts";
import { jobRegistry, toolContext } from "../tool_context.ts";

export function remove(name: string, options: { json?: boolean }): Promise<number> {
  return answer(options, async () => {
    const { home } = await toolContext();
    const { job, trashed } = await jobRegistry(home).remove(name);
    return {
      json: {
        job_id: job.id,
        json_entry_removed: true,
        folder_deleted: trashed !== undefined,
        ...trashed !== undefined
          ? { kept_in: trashed, folder_note: "It is kept there for 30 days." }
          : { folder_note: "There was no folder." },
        ...job.id !== name && { matched_via: "task_folder" },
      },
      text: `${job.id} is removed.` +
        (trashed === undefined ? "" : ` Its folder is kept for 30 days: ${trashed}`),
    };
  });
}

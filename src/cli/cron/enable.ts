/** `ductor cron enable` and `disable`. */
import { answer } from "../reply.ts";
import { jobRegistry, toolContext } from "../tool_context.ts";
import { nextOf } from "./job_options.ts";

export function enable(name: string, on: boolean, options: { json?: boolean }): Promise<number> {
  return answer(options, async () => {
    const context = await toolContext();
    const registry = jobRegistry(context.home);
    const changed = await registry.setEnabled(name, on);
    const job = await registry.get(name);
    const next = nextOf(job, context);
    return {
      json: { job_id: job.id, enabled: job.enabled, updated: changed, next_runs: next },
      text: `${job.id} is ${changed ? "" : "already "}switched ${on ? "on" : "off"}.` +
        (on && next[0] ? ` Next: ${next[0]}` : ""),
    };
  });
}

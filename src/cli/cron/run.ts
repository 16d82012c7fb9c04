/** `ductor cron run`: by the running bot where there is one, else in this process. */
import { sleep } from "../../base/async/sleep.ts";
import { ModelCatalogue } from "../../agents/models.ts";
import { createAgents } from "../../agents/provider.ts";
import type { Job } from "../../jobs/job.ts";
import {
  endedRecord,
  newRecord,
  newRunId,
  type RunRecord,
  RunStore,
} from "../../jobs/run_records.ts";
import { isHeld, requestSpool } from "../../jobs/spool.ts";
import { isFailure, taskOf } from "../../jobs/tasks/task.ts";
import { TaskRunner } from "../../jobs/tasks/runner.ts";
import { systemClock } from "../../base/clock.ts";
import { agentLauncher } from "../agent_launcher.ts";
import { type Answer, answer, CommandError } from "../reply.ts";
import { untilSignal } from "../signals.ts";
import { jobRegistry, type ToolContext, toolContext } from "../tool_context.ts";

/** How often is looked whether the bot is done. */
const LOOK_MS = 300;
/** How long the bot may take to begin. */
const BEGIN_MS = 5000;

export function runJob(
  name: string,
  options: { json?: boolean; wait?: boolean },
): Promise<number> {
  return answer(options, async () => {
    const context = await toolContext();
    const job = await jobRegistry(context.home).get(name);
    using signals = untilSignal();
    return await isHeld(context.home.spoolLockFile)
      ? await byBot(job, options.wait ?? false, context, signals.signal)
      : await here(job, context, signals.signal);
  });
}

async function byBot(
  job: Job,
  wait: boolean,
  { home }: ToolContext,
  signal: AbortSignal,
): Promise<Answer> {
  const runs = new RunStore(home);
  const before = new Set((await runs.list(job.task_folder)).map(({ id }) => id));
  const spool = requestSpool(home);
  const name = await spool.put({ do: "run_job", job: job.id });
  const taken = async () => !await spool.has(name);
  if (!await until(taken, BEGIN_MS, signal)) {
    const text = `${job.id} will run shortly.`;
    return { json: { job_id: job.id, started: false, by: "bot", note: text }, text };
  }
  const json = { job_id: job.id, started: true, by: "bot" };
  if (!wait) return { json, text: `The bot runs ${job.id} now; the result comes in the chat.` };
  let record: RunRecord | undefined;
  await until(
    async () => {
      const list = await runs.list(job.task_folder);
      record = list.find(({ id, cause }) => cause === "manual" && !before.has(id));
      return record?.ended !== undefined;
    },
    Infinity,
    signal,
  );
  if (record?.ended === undefined) {
    throw new CommandError("It is still running; the wait was cancelled");
  }
  return told(job, record, json);
}

async function here(job: Job, context: ToolContext, signal: AbortSignal): Promise<Answer> {
  const { home, config, zone } = context;
  if (config.docker.enabled) {
    throw new CommandError(
      "docker.enabled is set, and only the running bot works in the sandbox. Start it: ductor",
    );
  }
  const launcher = await agentLauncher(home);
  const agents = await createAgents({ launcher });
  const runner = new TaskRunner({
    home,
    agents,
    launcher,
    models: new ModelCatalogue({ agents, cacheFile: (name) => home.modelsFile(name) }),
    clock: systemClock,
    config: () => config,
    timeZone: () => zone,
  });
  const started = new Date().toISOString();
  const result = await runner.run(taskOf(job), signal);
  const at = { run: newRunId(), scheduled: started, cause: "manual" as const };
  // Printed here; the chat is not told.
  const claimed = newRecord(job, { ...at, title: job.title, folder: job.task_folder });
  const record = { ...endedRecord(claimed, result, Date.now()), started };
  await new RunStore(home).write(job.task_folder, record);
  await jobRegistry(home).noteRun(job.id, new Date(), result.status);
  return told(job, record, { job_id: job.id, started: true, by: "this command" });
}

function told(job: Job, record: RunRecord, json: object): Answer {
  const { status, text = "" } = record;
  return {
    json: {
      ...json,
      status,
      text,
      ...record.cost_usd !== undefined && { cost_usd: record.cost_usd },
    },
    text: status === "success" ? text : `${job.id}: ${status}\n${text}`.trim(),
    code: isFailure(status) || status === "stopped" ? 1 : 0,
  };
}

async function until(
  condition: () => Promise<boolean>,
  limitMs: number,
  signal: AbortSignal,
): Promise<boolean> {
  const end = Date.now() + limitMs;
  while (!signal.aborted) {
    if (await condition()) return true;
    if (Date.now() > end) return false;
    await sleep(LOOK_MS, { signal });
  }
  return false;
}

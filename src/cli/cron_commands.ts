/** What the commands of `ductor cron` do. */
import { join } from "node:path";
import type { Job, JobEntry } from "../jobs/job.ts";
import { checkFields, type RulesContext, shownTimes } from "../jobs/check_fields.ts";
import { type JobFields, JobRegistry } from "../jobs/registry.ts";
import { RunStore } from "../jobs/run_records.ts";
import {
  expressionFor,
  offsetAt,
  parseAt,
  parseSpan,
  ScheduleError,
  scheduleOf,
  showTime,
} from "../jobs/schedule.ts";
import type { Home } from "../config/home.ts";
import { isTimeZone } from "../config/timezone.ts";
import { hasTaskFolder, taskNameOf } from "../workspace/task_folder.ts";
import { answer, CommandError } from "./reply.ts";
import { ownConversation, type ToolContext, toolContext } from "./tool_context.ts";

/** Options that `add` and `edit` have in common. */
export interface JobOptions {
  name?: string;
  title?: string;
  description?: string;
  schedule?: string;
  in?: string;
  at?: string;
  instruction?: string;
  timezone?: string;
  provider?: string;
  model?: string;
  reasoningEffort?: string;
  cliParameters?: string;
  quietStart?: number;
  quietEnd?: number;
  dependency?: string;
  onMissed?: "skip" | "run_once";
  missedWindow?: number;
  overlap?: "skip" | "queue_one";
  failuresToPause?: number;
  silent?: boolean;
  precheck?: string;
  chat?: number;
  thread?: number;
  everyone?: boolean;
  json?: boolean;
}

export interface EditOptions extends JobOptions {
  clearQuietHours?: boolean;
  clearDependency?: boolean;
  clearPrecheck?: boolean;
  enable?: boolean;
  disable?: boolean;
}

export interface AddOptions extends JobOptions {
  disabled?: boolean;
}

interface Json {
  json?: boolean;
}

export function add(options: AddOptions): Promise<number> {
  return answer(options, async () => {
    const context = await toolContext();
    const { title, schedule } = options;
    const missing = [
      ...title === undefined ? ["--title"] : [],
      ...schedule ?? options.in ?? options.at ? [] : ["--schedule (or --in, or --at)"],
    ];
    if (missing.length > 0) {
      throw new CommandError(`Missing: ${missing.join(", ")}`, {
        missing,
        hint: 'For example: ductor cron add --title "Daily brief" --schedule "30 7 * * 1-5"\n' +
          "ductor cron add --help says more.",
      });
    }
    const wanted = options.name ?? title!;
    const name = taskNameOf(wanted);
    const fields = fieldsOf(options, context);
    if (options.disabled) fields.enabled = false;
    const own = options.everyone || fields.chat_id !== undefined ? undefined : ownConversation();
    Object.assign(fields, own);
    await checkFields(fields, rules(context));
    const registry = new JobRegistry(context.home);
    const job = await registry.add({
      ...fields,
      name: options.name === undefined ? await freeName(name, context.home, registry) : name,
      title: title!,
      description: options.description ?? title!,
      schedule: fields.schedule!,
    });
    const times = nextOf(job, context);
    const todo = options.instruction === undefined
      ? [
        `Write now what it has to do into ${
          join("cron_tasks", job.task_folder, "TASK_DESCRIPTION.md")
        }: ` +
        "the agent of a run knows nothing of this conversation.",
        "Say where things are, what the result should look like, and when there is nothing to report.",
        "Put scripts into its folder scripts/.",
      ]
      : [];
    const renamed = options.name !== undefined && job.id !== options.name;
    return {
      json: {
        job_id: job.id,
        title: job.title,
        schedule: job.schedule,
        ...job.at && { at: job.at },
        timezone: job.timezone || context.zone,
        next_runs: times,
        enabled: job.enabled,
        task_folder: `cron_tasks/${job.task_folder}`,
        folder_created: true,
        json_entry_created: true,
        ...todo.length > 0 && { action_required: todo },
        ...!context.zoneSet && !job.timezone && { timezone_warning: zoneWarning(context) },
        ...renamed && { name_sanitized: true, original_name: options.name },
      },
      text: `Job ${job.id} is made${job.enabled ? "" : " (switched off)"}. ` +
        `Next: ${times.join(", ") || "never"} (${job.timezone || context.zone})\n` +
        (todo[0] ? `${todo[0]}\n` : "") +
        (!context.zoneSet && !job.timezone ? `${zoneWarning(context)}\n` : "") +
        `Folder: ${join(context.home.cronTasksDir, job.task_folder)}`,
    };
  });
}

export function edit(name: string, options: EditOptions): Promise<number> {
  return answer(options, async () => {
    const context = await toolContext();
    const registry = new JobRegistry(context.home);
    const before = await registry.get(name);
    const fields = fieldsOf(options, context, before);
    if (options.clearQuietHours) Object.assign(fields, { quiet_start: null, quiet_end: null });
    if (options.clearDependency) fields.dependency = null;
    if (options.clearPrecheck) fields.precheck = null;
    if (options.everyone) Object.assign(fields, { chat_id: null, thread_id: null });
    if (options.enable || options.disable) fields.enabled = options.enable ?? false;
    if (options.enable) fields.paused_reason = null;
    const given = Object.values(fields).some((value) => value !== undefined);
    if (!given && options.name === undefined) {
      throw new CommandError("Nothing to change was given", {
        hint: `ductor cron edit --help lists what can be changed. For example:\n` +
          `ductor cron edit ${before.id} --schedule "0 8 * * *"`,
      });
    }
    await checkFields(merged(fields, before), rules(context));
    const { job, changed, folderRenamed } = await registry.edit(before.id, fields, options.name);
    const times = nextOf(job, context);
    return {
      json: {
        job_id: job.id,
        updated: changed.length > 0,
        updated_fields: changed,
        title: job.title,
        schedule: job.schedule,
        ...job.at && { at: job.at },
        timezone: job.timezone || context.zone,
        enabled: job.enabled,
        next_runs: times,
        task_folder: `cron_tasks/${job.task_folder}`,
        folder_renamed: folderRenamed,
        ...before.id !== name && { matched_via: "task_folder" },
        ...options.name !== undefined && {
          original_name: before.id,
          new_name: job.id,
          ...job.id !== options.name && { name_sanitized: true },
        },
      },
      text: changed.length === 0
        ? `Nothing changed: ${job.id} is like that already.`
        : `${job.id}: changed ${changed.join(", ")}. Next: ${times.join(", ") || "never"}`,
    };
  });
}

export function list(options: Json): Promise<number> {
  return answer(options, async () => {
    const context = await toolContext();
    const entries = await new JobRegistry(context.home).list();
    const jobs = await Promise.all(entries.map((entry) => listed(entry, context)));
    return {
      json: {
        jobs: jobs.map(({ json }) => json),
        count: jobs.length,
        user_timezone: context.zoneSet ? context.zone : `NOT SET (using ${context.zone})`,
        how_to_modify: {
          create: 'ductor cron add --title "…" --schedule "…"',
          edit: "ductor cron edit <job_id> …",
          remove: "ductor cron remove <job_id>",
          run_now: "ductor cron run <job_id>",
          results: "ductor cron history <job_id>",
        },
      },
      text: jobs.length === 0
        ? 'There are no jobs. Make one: ductor cron add --title "Daily brief" --schedule "30 7 * * *"'
        : jobs.map(({ text }) => text).join("\n"),
    };
  });
}

export function remove(name: string, options: Json): Promise<number> {
  return answer(options, async () => {
    const { home } = await toolContext();
    const { job, trashed } = await new JobRegistry(home).remove(name);
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

export function enable(name: string, on: boolean, options: Json): Promise<number> {
  return answer(options, async () => {
    const context = await toolContext();
    const registry = new JobRegistry(context.home);
    const changed = await registry.setEnabled(name, on);
    const job = await registry.get(name);
    const times = nextOf(job, context);
    return {
      json: { job_id: job.id, enabled: job.enabled, updated: changed, next_runs: times },
      text: `${job.id} is ${changed ? "" : "already "}switched ${on ? "on" : "off"}.` +
        (on && times[0] ? ` Next: ${times[0]}` : ""),
    };
  });
}

export function history(name: string, options: Json & { count: number }): Promise<number> {
  return answer(options, async () => {
    const context = await toolContext();
    const job = await new JobRegistry(context.home).get(name);
    const runs = await new RunStore(context.home).list(job.task_folder, options.count);
    const zone = job.timezone || context.zone;
    const lines = runs.map(({ scheduled, status, delivery, cost_usd, text = "", count }) => {
      const cost = cost_usd === undefined ? "" : `, $${cost_usd.toFixed(4)}`;
      const times = count && count > 1 ? ` (${count} times)` : "";
      const said = text.replaceAll(/\s+/g, " ").trim();
      const short = said.length > 100 ? `${said.slice(0, 99).toWellFormed()}…` : said;
      return `${showTime(Date.parse(scheduled), zone)}  ${status}${times}` +
        `${delivery === "none" ? "" : `, ${delivery}`}${cost}${short && `\n    ${short}`}`;
    });
    return {
      json: { job_id: job.id, runs },
      text: lines.length === 0 ? `${job.id} has not run yet.` : lines.join("\n"),
    };
  });
}

/** Shown when no zone is asked for. */
const COMMON_ZONES = [
  "America/Los_Angeles",
  "America/Chicago",
  "America/New_York",
  "America/Sao_Paulo",
  "Europe/London",
  "Europe/Berlin",
  "Europe/Moscow",
  "Asia/Dubai",
  "Asia/Kolkata",
  "Asia/Shanghai",
  "Asia/Tokyo",
  "Australia/Sydney",
];

export function time(
  args: string[],
  options: Json & { zone?: string; zones?: string },
): Promise<number> {
  return answer(options, async () => {
    const { zone, zoneSet, now } = await toolContext();
    const listed = (options.zones ?? "").split(",").map((part) => part.trim()).filter((part) =>
      part !== "" && isTimeZone(part)
    );
    const asked = [...args, ...options.zone === undefined ? [] : [options.zone]];
    for (const name of asked) {
      if (!isTimeZone(name)) {
        throw new ScheduleError(`${JSON.stringify(name)} is no IANA time zone, such as Asia/Tokyo`);
      }
    }
    const requested = [...asked, ...listed];
    const shown = (requested.length > 0 ? requested : COMMON_ZONES).map((name) =>
      timeIn(name, now)
    );
    const user = timeIn(zone, now);
    return {
      json: {
        utc: new Date(now).toISOString(),
        user_timezone_configured: zoneSet,
        user_time: user,
        ...!zoneSet && { hint: "ductor config set user_timezone Europe/Berlin" },
        [requested.length > 0 ? "requested_zones" : "common_zones"]: shown,
      },
      text: [user, ...shown].map((one, index) =>
        `${one.date} ${one.time}  ${one.zone} (UTC${one.utc_offset})${index === 0 ? "  ← you" : ""}`
      ).join("\n"),
    };
  });
}

function timeIn(zone: string, now: number) {
  const offset = offsetAt(now, zone);
  const local = new Date(now + offset).toISOString();
  const minutes = Math.abs(offset) / 60_000;
  const two = (n: number) => String(Math.floor(n)).padStart(2, "0");
  const utc_offset = `${offset < 0 ? "-" : "+"}${two(minutes / 60)}:${two(minutes % 60)}`;
  return { zone, time: local.slice(11, 16), date: local.slice(0, 10), utc_offset };
}

function rules({ config, models, zone, now }: ToolContext): RulesContext {
  return { config, models, userZone: zone, now };
}

/** What the options say; `before`: the job as it is, whose zone an `--at` is read in. */
function fieldsOf(options: JobOptions, context: ToolContext, before?: Job): JobFields {
  const zone = options.timezone ?? (before?.timezone || context.zone);
  const at = options.in !== undefined
    ? context.now + parseSpan(options.in)
    : options.at !== undefined
    ? parseAt(options.at, zone, context.now)
    : undefined;
  return {
    title: options.title,
    description: options.description,
    schedule: at === undefined ? options.schedule : expressionFor(at, zone),
    // A schedule takes the place of a time, and the other way round.
    at: at !== undefined
      ? new Date(at).toISOString()
      : options.schedule !== undefined && before?.at
      ? null
      : undefined,
    agent_instruction: options.instruction,
    timezone: options.timezone,
    provider: options.provider,
    model: options.model,
    reasoning_effort: options.reasoningEffort,
    cli_parameters: parametersIn(options.cliParameters),
    quiet_start: options.quietStart,
    quiet_end: options.quietEnd,
    dependency: options.dependency,
    on_missed: options.onMissed,
    missed_window_minutes: options.missedWindow,
    overlap: options.overlap,
    failures_to_pause: options.failuresToPause,
    silent: options.silent,
    precheck: options.precheck,
    chat_id: options.chat,
    thread_id: options.thread,
    // A new time for one that is over means that it shall run.
    enabled: at !== undefined && before !== undefined ? true : undefined,
  };
}

function parametersIn(json: string | undefined): string[] | undefined {
  if (json === undefined) return undefined;
  try {
    const value: unknown = JSON.parse(json);
    if (Array.isArray(value) && value.every((one) => typeof one === "string")) return value;
  } catch {
    // Said below.
  }
  throw new CommandError(`--cli-parameters is ${json}; expected a JSON list of texts`, {
    hint: `For example: --cli-parameters '["--max-turns","5"]'`,
  });
}

/** What is checked at an edit: a new zone changes what an old schedule means, and so on. */
function merged(fields: JobFields, before: Job): JobFields {
  const of = <K extends "timezone" | "provider" | "model">(key: K) =>
    fields[key] === undefined ? before[key] : fields[key];
  const choice = fields.provider !== undefined || fields.model !== undefined
    ? { provider: of("provider"), model: of("model") }
    : {};
  return { ...fields, timezone: of("timezone"), ...choice };
}

function nextOf(job: Job, { zone, now }: ToolContext): string[] {
  if (!job.enabled) return [];
  try {
    return shownTimes(scheduleOf(job, zone), now);
  } catch (error) {
    if (error instanceof ScheduleError) return [];
    throw error;
  }
}

/** Reminders have names nobody thinks about: the second "tea" becomes `tea-2`. */
async function freeName(name: string, home: Home, registry: JobRegistry): Promise<string> {
  const taken = new Set((await registry.list()).map(({ id }) => id));
  for (let n = 1;; n++) {
    const free = n === 1 ? name : `${name}-${n}`;
    if (!taken.has(free) && !await hasTaskFolder(home, free)) return free;
  }
}

async function listed(
  { id, title, job, problem }: JobEntry,
  context: ToolContext,
): Promise<{ json: object; text: string }> {
  if (!job) return { json: { id, title, problem }, text: `${id}  BROKEN: ${problem}` };
  const [next] = nextOf(job, context);
  const folder = await hasTaskFolder(context.home, job.task_folder).catch(() => false);
  const { last_run_at, last_run_status, enabled, schedule, at } = job;
  const extras = Object.fromEntries(
    ([
      "provider",
      "model",
      "reasoning_effort",
      "quiet_start",
      "quiet_end",
      "dependency",
      "on_missed",
      "overlap",
      "failures_to_pause",
      "silent",
      "precheck",
      "chat_id",
      "thread_id",
      "paused_reason",
    ] as const)
      .filter((key) => job[key] !== null && job[key] !== undefined)
      .map((key) => [key, job[key]]),
  );
  return {
    json: {
      id,
      title,
      schedule,
      ...at && { at },
      task_folder: job.task_folder,
      enabled,
      ...next !== undefined && { next_run: next },
      last_run_at: last_run_at ?? null,
      last_run_status: last_run_status ?? null,
      task_folder_exists: folder,
      ...job.timezone && { timezone: job.timezone },
      ...extras,
    },
    text: `${enabled ? "on " : "off"}  ${id}  ${at ? "once" : schedule}` +
      `${next === undefined ? "" : `  next ${next}`}` +
      `${last_run_status ? `  last ${last_run_status}` : ""}` +
      `${job.paused_reason ? `  (${job.paused_reason})` : ""}` +
      `${folder ? "" : "  FOLDER MISSING"}${title === id ? "" : `\n     ${title}`}`,
  };
}

function zoneWarning({ zone }: ToolContext): string {
  return `The user's time zone is not set, so ${zone} is used. Ask where they live, then: ` +
    "ductor config set user_timezone Europe/Berlin";
}

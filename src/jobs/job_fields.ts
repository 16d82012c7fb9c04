/**
 * The fields of a job. From this table come the entry in `cron_jobs.json`, the options of
 * `ductor cron add` and `edit`, the checks and what lists show.
 *
 * @module
 */
import { PROVIDER_NAMES } from "../agents/provider.ts";
import { z } from "zod";
import { clearing, type Fields, listIn, option } from "./entry_fields.ts";

const text = z.string();
const textOrNone = z.string().nullish();
const hour = z.int().min(0).max(23).nullish();
const HOUR = "a full hour from 0 to 23";

/** Options that clear more than one field. */
const CLEAR_QUIET = clearing("--clear-quiet-hours", "remove its own quiet hours");
const EVERYONE = option("--everyone", "send results to every allowed user", { to: () => null });

/** The first fields are also those of the Python program; ours may be missing in an entry. */
export const JOB_FIELDS = {
  title: {
    schema: text.min(1),
    listed: "always",
    options: [option("--title <text>", "what it is called")],
  },
  id: {
    schema: text.min(1),
    listed: "always",
    options: [
      option("--name <name>", "short name: its id and folder (default: made from the title)", {
        elsewhere: true,
      }),
    ],
  },
  description: {
    schema: text.default(""),
    options: [option("--description <text>", "what it is for, in a sentence or two")],
  },
  /** Cron expression with five or six fields; for a one-time job only there for the Python program. */
  schedule: {
    schema: text,
    listed: "always",
    options: [
      option("--schedule <expression>", "cron: minute hour day month weekday", {
        conflicts: ["in", "at"],
      }),
    ],
  },
  /** Runs once, at this time (ISO 8601), in place of `schedule`. */
  at: {
    schema: textOrNone,
    listed: "if set",
    options: [
      option("--in <span>", "once, in: 30m, 2h, 1h30m, 3d", { conflicts: ["at"], elsewhere: true }),
      option("--at <time>", 'once, at: 18:00, "2026-12-24 18:00"', { elsewhere: true }),
    ],
  },
  /** Name of a folder in `workspace/cron_tasks/`. */
  task_folder: { schema: text.min(1), listed: "always" },
  agent_instruction: {
    schema: text.min(1),
    options: [
      option("--instruction <text>", "what the agent is told (default: do TASK_DESCRIPTION.md)"),
    ],
  },
  /** IANA name; empty: the user's. */
  timezone: {
    schema: textOrNone,
    listed: "if set",
    options: [option("--timezone <zone>", "IANA zone of the schedule (default: the user's)")],
  },
  /** Ours. Name of the project that it works in; absent: its own folder. */
  project: {
    schema: textOrNone,
    listed: "if set",
    options: [
      option("--project <name>", "work in this project (see the config)"),
      clearing("--clear-project", "work in its own folder again"),
    ],
  },
  provider: {
    schema: textOrNone,
    listed: "if set",
    options: [option("--provider <name>", PROVIDER_NAMES.join(" or "))],
  },
  model: {
    schema: textOrNone,
    listed: "if set",
    options: [option("--model <name>", "model for this job")],
  },
  reasoning_effort: {
    schema: textOrNone,
    listed: "if set",
    options: [option("--reasoning-effort <effort>", "low, medium, high, …")],
  },
  cli_parameters: {
    schema: z.array(z.string()).nullish(),
    options: [
      option("--cli-parameters <json>", "further arguments of the CLI, as a JSON list of texts", {
        to: listIn,
      }),
    ],
  },
  quiet_start: {
    schema: hour,
    expected: HOUR,
    listed: "if set",
    options: [
      option("--quiet-start <hour>", "do not run from this hour (0-23)", { value: "whole" }),
      CLEAR_QUIET,
    ],
  },
  quiet_end: {
    schema: hour,
    expected: HOUR,
    listed: "if set",
    options: [
      option("--quiet-end <hour>", "… until this hour (0-23)", { value: "whole" }),
      CLEAR_QUIET,
    ],
  },
  dependency: {
    schema: textOrNone,
    listed: "if set",
    options: [
      option("--dependency <key>", "jobs and hooks with the same key run one after the other"),
      clearing("--clear-dependency", "no longer wait for others"),
    ],
  },
  /** What becomes of a run whose time passed while nothing could run. Default: `skip`; one-time jobs: `run_once`. */
  on_missed: {
    schema: z.enum(["skip", "run_once"]).nullish(),
    listed: "if set",
    options: [
      option("--on-missed <policy>", "when its time passed while nothing could run", {
        choices: ["skip", "run_once"],
      }),
    ],
  },
  /** How late `run_once` may be; default a day, for one-time jobs a week. */
  missed_window_minutes: {
    schema: z.number().min(0).nullish(),
    options: [option("--missed-window <minutes>", "how late run_once may be", { value: "whole" })],
  },
  /** What becomes of a run that is due while the last one still goes on. Default: `skip`. */
  overlap: {
    schema: z.enum(["skip", "queue_one"]).nullish(),
    listed: "if set",
    options: [
      option("--overlap <policy>", "when it is due while still running", {
        choices: ["skip", "queue_one"],
      }),
    ],
  },
  /** After so many failures in a row the job is switched off; absent or 0: never. */
  failures_to_pause: {
    schema: z.int().min(0).nullish(),
    listed: "if set",
    options: [
      option("--failures-to-pause <n>", "switch it off after this many failures in a row", {
        value: "whole",
      }),
    ],
  },
  /** Says nothing in the chat when there is nothing to say; failures are always said. */
  silent: {
    schema: z.boolean().nullish(),
    listed: "if set",
    options: [
      option("--silent", "say nothing when there is nothing to say (failures are always said)"),
      option("--no-silent", "always say how it went"),
    ],
  },
  /** Shell command run before: when it prints nothing, the model is not asked. */
  precheck: {
    schema: textOrNone,
    listed: "if set",
    options: [
      option("--precheck <command>", "shell command before it; prints nothing: no model is asked"),
      clearing("--clear-precheck", "always ask the model"),
    ],
  },
  /** The conversation that made it, where its results go; absent: to every allowed user. */
  chat_id: {
    schema: z.int().nullish(),
    listed: "if set",
    options: [
      option("--chat <id>", "send results to this chat (default: the conversation that makes it)", {
        value: "id",
      }),
      EVERYONE,
    ],
  },
  thread_id: {
    schema: z.int().nullish(),
    listed: "if set",
    options: [option("--thread <id>", "… and this topic of it", { value: "id" }), EVERYONE],
  },
  enabled: {
    schema: z.boolean().default(true),
    listed: "always",
    options: [
      option("--disabled", "do not run it yet", { only: "add", last: true, to: () => false }),
      option("--enable", "switch it on", {
        conflicts: ["disable"],
        only: "edit",
        last: true,
        to: () => true,
      }),
      option("--disable", "switch it off", {
        conflicts: ["enable"],
        only: "edit",
        last: true,
        to: () => false,
      }),
    ],
  },
  created_at: { schema: textOrNone },
  last_run_at: { schema: textOrNone, listed: "always" },
  last_run_status: { schema: textOrNone, listed: "always" },
  /** Why it was switched off, when ductor did it. */
  paused_reason: { schema: textOrNone, listed: "if set" },
} as const satisfies Fields;

/**
 * The fields of a job. From this table come the entry in `cron_jobs.json`, the options of
 * `ductor cron add` and `edit`, the checks and what lists show.
 *
 * @module
 */
import { PROVIDER_NAMES } from "../agents/provider.ts";
import { z } from "zod";
import { type FieldOption, type Fields, listIn } from "./entry_fields.ts";

const text = z.string();
const textOrNone = z.string().nullish();
const hour = z.int().min(0).max(23).nullish();
const HOUR = "a full hour from 0 to 23";

/** Options that clear more than one field. */
const CLEAR_QUIET: FieldOption = {
  flags: "--clear-quiet-hours",
  help: "no quiet hours of its own",
  only: "edit",
  last: true,
  to: () => null,
};
const EVERYONE: FieldOption = {
  flags: "--everyone",
  help: "send results to every allowed user",
  to: () => null,
};

/** The first fields are also those of the Python program; ours may be missing in an entry. */
export const JOB_FIELDS = {
  title: {
    schema: text.min(1),
    listed: "always",
    options: [{ flags: "--title <text>", help: "what it is called" }],
  },
  id: {
    schema: text.min(1),
    listed: "always",
    options: [{
      flags: "--name <name>",
      help: "short name: its id and folder (default: made from the title)",
      elsewhere: true,
    }],
  },
  description: {
    schema: text.default(""),
    options: [{ flags: "--description <text>", help: "what it is for, in a sentence or two" }],
  },
  /** Cron expression with five or six fields; for a one-time job only there for the Python program. */
  schedule: {
    schema: text,
    listed: "always",
    options: [{
      flags: "--schedule <expression>",
      help: "cron: minute hour day month weekday",
      conflicts: ["in", "at"],
    }],
  },
  /** Runs once, at this time (ISO 8601), in place of `schedule`. */
  at: {
    schema: textOrNone,
    listed: "if set",
    options: [
      {
        flags: "--in <span>",
        help: "once, in: 30m, 2h, 1h30m, 3d",
        conflicts: ["at"],
        elsewhere: true,
      },
      { flags: "--at <time>", help: 'once, at: 18:00, "2026-12-24 18:00"', elsewhere: true },
    ],
  },
  /** Name of a folder in `workspace/cron_tasks/`. */
  task_folder: { schema: text.min(1), listed: "always" },
  agent_instruction: {
    schema: text.min(1),
    options: [{
      flags: "--instruction <text>",
      help: "what the agent is told (default: do TASK_DESCRIPTION.md)",
    }],
  },
  /** IANA name; empty: the user's. */
  timezone: {
    schema: textOrNone,
    listed: "if set",
    options: [{
      flags: "--timezone <zone>",
      help: "IANA zone of the schedule (default: the user's)",
    }],
  },
  provider: {
    schema: textOrNone,
    listed: "if set",
    options: [{ flags: "--provider <name>", help: PROVIDER_NAMES.join(" or ") }],
  },
  model: {
    schema: textOrNone,
    listed: "if set",
    options: [{ flags: "--model <name>", help: "model for this job" }],
  },
  reasoning_effort: {
    schema: textOrNone,
    listed: "if set",
    options: [{ flags: "--reasoning-effort <effort>", help: "low, medium, high, …" }],
  },
  cli_parameters: {
    schema: z.array(z.string()).nullish(),
    options: [{
      flags: "--cli-parameters <json>",
      help: "further arguments of the CLI, as a JSON list of texts",
      to: listIn,
    }],
  },
  quiet_start: {
    schema: hour,
    expected: HOUR,
    listed: "if set",
    options: [
      {
        flags: "--quiet-start <hour>",
        help: "do not run from this hour (0-23)",
        value: "whole",
      },
      CLEAR_QUIET,
    ],
  },
  quiet_end: {
    schema: hour,
    expected: HOUR,
    listed: "if set",
    options: [
      { flags: "--quiet-end <hour>", help: "… until this hour (0-23)", value: "whole" },
      CLEAR_QUIET,
    ],
  },
  dependency: {
    schema: textOrNone,
    listed: "if set",
    options: [
      {
        flags: "--dependency <key>",
        help: "jobs and hooks with the same key run one after the other",
      },
      {
        flags: "--clear-dependency",
        help: "no longer wait for others",
        only: "edit",
        last: true,
        to: () => null,
      },
    ],
  },
  /** What becomes of a run whose time passed while nothing could run. Default: `skip`; one-time jobs: `run_once`. */
  on_missed: {
    schema: z.enum(["skip", "run_once"]).nullish(),
    listed: "if set",
    options: [{
      flags: "--on-missed <policy>",
      help: "when its time passed while nothing could run",
      choices: ["skip", "run_once"],
    }],
  },
  /** How late `run_once` may be; default a day, for one-time jobs a week. */
  missed_window_minutes: {
    schema: z.number().min(0).nullish(),
    options: [{
      flags: "--missed-window <minutes>",
      help: "how late run_once may be",
      value: "whole",
    }],
  },
  /** What becomes of a run that is due while the last one still goes on. Default: `skip`. */
  overlap: {
    schema: z.enum(["skip", "queue_one"]).nullish(),
    listed: "if set",
    options: [{
      flags: "--overlap <policy>",
      help: "when it is due while it still runs",
      choices: ["skip", "queue_one"],
    }],
  },
  /** After so many failures in a row the job is switched off; absent or 0: never. */
  failures_to_pause: {
    schema: z.int().min(0).nullish(),
    listed: "if set",
    options: [{
      flags: "--failures-to-pause <n>",
      help: "switch it off after so many failures in a row",
      value: "whole",
    }],
  },
  /** Says nothing in the chat when there is nothing to say; failures are always said. */
  silent: {
    schema: z.boolean().nullish(),
    listed: "if set",
    options: [
      {
        flags: "--silent",
        help: "say nothing when there is nothing to say (failures are always said)",
      },
      { flags: "--no-silent", help: "always say how it went" },
    ],
  },
  /** Shell command run before: when it prints nothing, the model is not asked. */
  precheck: {
    schema: textOrNone,
    listed: "if set",
    options: [
      {
        flags: "--precheck <command>",
        help: "shell command before it; prints nothing: no model is asked",
      },
      {
        flags: "--clear-precheck",
        help: "always ask the model",
        only: "edit",
        last: true,
        to: () => null,
      },
    ],
  },
  /** The conversation that made it, where its results go; absent: to every allowed user. */
  chat_id: {
    schema: z.int().nullish(),
    listed: "if set",
    options: [
      {
        flags: "--chat <id>",
        help: "send results to this chat (default: the conversation that makes it)",
        value: "id",
      },
      EVERYONE,
    ],
  },
  thread_id: {
    schema: z.int().nullish(),
    listed: "if set",
    options: [{ flags: "--thread <id>", help: "… and this topic of it", value: "id" }, EVERYONE],
  },
  enabled: {
    schema: z.boolean().default(true),
    listed: "always",
    options: [
      {
        flags: "--disabled",
        help: "do not run it yet",
        only: "add",
        last: true,
        to: () => false,
      },
      {
        flags: "--enable",
        help: "switch it on",
        conflicts: ["disable"],
        only: "edit",
        last: true,
        to: () => true,
      },
      {
        flags: "--disable",
        help: "switch it off",
        conflicts: ["enable"],
        only: "edit",
        last: true,
        to: () => false,
      },
    ],
  },
  created_at: { schema: textOrNone },
  last_run_at: { schema: textOrNone, listed: "always" },
  last_run_status: { schema: textOrNone, listed: "always" },
  /** Why it was switched off, when ductor did it. */
  paused_reason: { schema: textOrNone, listed: "if set" },
} as const satisfies Fields;

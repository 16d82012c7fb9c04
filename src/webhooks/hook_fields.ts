/**
 * The fields of a hook. From this table come the entry in `webhooks.json`, the options of
 * `ductor webhook add` and `edit`, and what lists show. The names and defaults are those of the
 * Python program, so its files work here; what we added may be missing.
 *
 * @module
 */
import { PROVIDER_NAMES } from "../agents/provider.ts";
import { z } from "zod";
import { clearing, FieldError, type Fields, listIn, option } from "../jobs/entry_fields.ts";
import { taskNameOf } from "../workspace/task_name.ts";
import { patternProblem } from "./regex.ts";

/** Whose signatures are known; how each signs is said in presets.ts. */
const PRESET_NAMES = ["github", "stripe", "standard", "slack", "shopify", "gitlab"] as const;

export type PresetName = (typeof PRESET_NAMES)[number];

const text = (value = "") => z.string().nullish().transform((v) => v ?? value);
const textOrNull = z.string().nullish().transform((v) => v || null);
const hour = z.number().int().min(0).max(23).nullish().transform((v) => v ?? null);

const CLEAR_QUIET = clearing("--clear-quiet-hours", "remove its own quiet hours");

export const HOOK_FIELDS = {
  id: { schema: z.string().min(1), listed: "always" },
  title: {
    schema: z.string(),
    listed: "always",
    options: [
      option("--title <text>", "what it is called in the chat", { required: true, to: titleIn }),
    ],
  },
  prompt_template: {
    schema: z.string(),
    options: [
      option("--prompt <text>", "what the agent is to do; {{field}} stands for data", {
        required: true,
      }),
    ],
  },
  /** `wake`: into the conversation. `cron_task`: a run of its own in `task_folder`. */
  mode: {
    schema: z.string(),
    listed: "always",
    options: [
      option("--mode <mode>", "wake: in the conversation; cron_task: a separate run", {
        choices: ["wake", "cron_task"],
        default: "wake",
        only: "add",
      }),
    ],
  },
  enabled: {
    schema: z.boolean().default(true),
    listed: "always",
    options: [
      option("--enable", "switch it on", { only: "edit", last: true, to: () => true }),
      option("--disable", "switch it off", { only: "edit", last: true, to: () => false }),
    ],
  },
  /** Ours. How the sender signs; see presets.ts. Goes before `auth_mode` and the `hmac_` fields. */
  preset: {
    schema: z.string().optional(),
    options: [
      option("--preset <sender>", "how the sender signs", { choices: PRESET_NAMES, only: "add" }),
    ],
  },
  description: {
    schema: text(),
    options: [option("--description <text>", "what it is for")],
  },
  /** `hmac`; anything else is `bearer`, as it was in the Python program. */
  auth_mode: { schema: text("bearer") },
  token: {
    schema: text(),
    options: [option("--secret <secret>", "the sender's secret; - reads it from stdin", { // It is the token or the HMAC's secret, by how the sender signs.
      elsewhere: true,
    })],
  },
  hmac_secret: { schema: text() },
  task_folder: {
    schema: textOrNull,
    listed: "if set",
    options: [
      option("--task-folder <name>", "folder in cron_tasks/ (default: the name)", {
        to: taskNameOf,
      }),
    ],
  },
  hmac_header: {
    schema: text(),
    options: [option("--hmac-header <name>", "header with the signature")],
  },
  hmac_algorithm: {
    schema: text("sha256"),
    options: [
      option("--hmac-algorithm <name>", "default sha256", {
        choices: ["sha256", "sha1", "sha512"],
      }),
    ],
  },
  hmac_encoding: {
    schema: text("hex"),
    options: [option("--hmac-encoding <name>", "default hex", { choices: ["hex", "base64"] })],
  },
  hmac_sig_prefix: {
    schema: text("sha256="),
    options: [option("--hmac-prefix <text>", 'before the signature, default "sha256="')],
  },
  hmac_sig_regex: {
    schema: text(),
    options: [
      option("--hmac-sig-regex <pattern>", "its first group is the signature", { to: patternIn }),
    ],
  },
  hmac_payload_prefix_regex: {
    schema: text(),
    options: [
      option(
        "--hmac-payload-prefix-regex <pattern>",
        "its first group and a dot are signed first",
        { to: patternIn },
      ),
    ],
  },
  /** Ours. Name of the project that it works in; absent: its own folder; of `wake`, where the conversation works. */
  project: {
    schema: z.string().nullish().catch(undefined),
    listed: "if set",
    options: [
      option("--project <name>", "work in this project (see the config)"),
      clearing("--clear-project", "work in no project again"),
    ],
  },
  provider: {
    schema: textOrNull,
    options: [option("--provider <name>", "for cron_task", { choices: PROVIDER_NAMES })],
  },
  model: {
    schema: textOrNull,
    options: [option("--model <name>", "for cron_task")],
  },
  reasoning_effort: {
    schema: textOrNull,
    options: [option("--reasoning-effort <name>", "for cron_task")],
  },
  cli_parameters: {
    schema: z.array(z.string()).catch([]),
    options: [
      option("--cli-parameters <json>", "further arguments of the CLI, a JSON list", {
        to: listIn,
      }),
    ],
  },
  quiet_start: {
    schema: hour,
    options: [
      option("--quiet-start <hour>", "runs nothing from this hour on", { value: "hour" }),
      CLEAR_QUIET,
    ],
  },
  quiet_end: {
    schema: hour,
    options: [
      option("--quiet-end <hour>", "until this hour", { value: "hour" }),
      CLEAR_QUIET,
    ],
  },
  /** Ours. Only these events, by the sender's names (`issues`, `issues.opened`); empty: all. */
  events: {
    schema: z.array(z.string()).optional().catch(undefined),
    listed: "if set",
    options: [
      option("--events <names>", "only these, with commas: issues.opened,push", { to: namesIn }),
      clearing("--clear-events", "take all events"),
    ],
  },
  /** Ours. Headers of the sender that templates and the agent get, in small letters. */
  headers: {
    schema: z.array(z.string()).optional().catch(undefined),
    listed: "if set",
    options: [
      option("--headers <names>", "headers the agent gets, with commas; {{@header.NAME}}", {
        to: (given) => namesIn(given).map((name) => name.toLowerCase()),
      }),
    ],
  },
  /** Ours. What becomes of events that come while one is being worked on. */
  burst: {
    schema: z.enum(["merge", "each"]).optional().catch(undefined),
    listed: "if set",
    options: [
      option("--burst <how>", "events in a row: merge into one turn (default), or each its own", {
        choices: ["merge", "each"],
      }),
    ],
  },
  /** Ours. Says nothing in the chat when there is nothing to say; failures are always said. */
  silent: {
    schema: z.boolean().optional().catch(undefined),
    listed: "if set",
    options: [
      option("--silent", "say nothing when there is nothing to say (failures are always said)"),
      option("--no-silent", "always say what came of it", { only: "edit" }),
    ],
  },
  /** Runs with the same name wait for each other, jobs and hooks alike. */
  dependency: {
    schema: textOrNull,
    listed: "if set",
    options: [
      option("--dependency <name>", "never at the same time as others with this name"),
      clearing("--clear-dependency", "wait for nothing"),
    ],
  },
  /** Ours. Of this hook alone; absent: only the limit of all hooks together counts. */
  rate_limit_per_minute: {
    schema: z.number().int().min(0).optional(),
    options: [
      option("--rate-limit <count>", "most turns a minute; more events wait", { value: "whole" }),
    ],
  },
  /** Ours. Conversation the hook was made in; absent: every allowed user. */
  chat_id: {
    schema: z.number().int().optional(),
    listed: "if set",
    options: [
      option("--chat-id <id>", "conversation it belongs to (default: the one it is made in)", {
        value: "id",
        only: "add",
        last: true,
      }),
    ],
  },
  thread_id: {
    schema: z.number().int().optional(),
    listed: "if set",
    options: [
      option("--thread-id <id>", "topic of that conversation", {
        value: "id",
        only: "add",
        last: true,
      }),
    ],
  },
  created_at: { schema: text() },
  trigger_count: { schema: z.number().catch(0), listed: "always" },
  last_triggered_at: { schema: textOrNull, listed: "always" },
  /** Ours. How the last event ended, skips included (`last_error` has errors only). */
  last_status: { schema: z.string().optional(), listed: "always" },
  last_error: { schema: textOrNull, listed: "always" },
  /** Ours. The secret before the last rotation, good until `previous_until` (ISO 8601). */
  previous_secret: { schema: z.string().optional() },
  previous_until: { schema: z.string().optional() },
} as const satisfies Fields;

function titleIn(given: string): string {
  const title = given.trim();
  if (title === "") throw new FieldError("The title is empty; say what the webhook is called");
  return title;
}

function namesIn(given: string): string[] {
  return given.split(",").map((name) => name.trim()).filter((name) => name !== "");
}

function patternIn(pattern: string): string {
  const problem = patternProblem(pattern);
  if (problem === undefined) return pattern;
  throw new FieldError(`The pattern ${pattern} cannot be used: ${problem}`);
}

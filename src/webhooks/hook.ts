/**
 * One hook as `webhooks.json` describes it. The names and defaults are those of the Python program,
 * so its files work here; what we added is optional and stands at the end.
 *
 * @module
 */
import { z } from "zod";

const text = (value = "") => z.string().nullish().transform((v) => v ?? value);
const textOrNull = z.string().nullish().transform((v) => v || null);
const hour = z.number().int().min(0).max(23).nullish().transform((v) => v ?? null);

export const hookSchema = z.looseObject({
  id: z.string().min(1),
  title: z.string(),
  description: text(),
  /** `wake`: into the conversation. `cron_task`: a run of its own in `task_folder`. */
  mode: z.string(),
  prompt_template: z.string(),
  enabled: z.boolean().default(true),
  task_folder: textOrNull,
  /** `hmac`; anything else is `bearer`, as it was in the Python program. */
  auth_mode: text("bearer"),
  token: text(),
  hmac_secret: text(),
  hmac_header: text(),
  hmac_algorithm: text("sha256"),
  hmac_encoding: text("hex"),
  hmac_sig_prefix: text("sha256="),
  hmac_sig_regex: text(),
  hmac_payload_prefix_regex: text(),
  created_at: text(),
  trigger_count: z.number().catch(0),
  last_triggered_at: textOrNull,
  last_error: textOrNull,
  provider: textOrNull,
  model: textOrNull,
  reasoning_effort: textOrNull,
  cli_parameters: z.array(z.string()).catch([]),
  quiet_start: hour,
  quiet_end: hour,
  /** Runs with the same name wait for each other, jobs and hooks alike. */
  dependency: textOrNull,

  /** How the sender signs; see presets.ts. Goes before `auth_mode` and the `hmac_` fields. */
  preset: z.string().optional(),
  /** Conversation the hook was made in; absent: every allowed user. */
  chat_id: z.number().int().optional(),
  thread_id: z.number().int().optional(),
  /** The secret before the last rotation, good until `previous_until` (ISO 8601). */
  previous_secret: z.string().optional(),
  previous_until: z.string().optional(),
  /** Of this hook alone; absent: only the limit of all hooks together counts. */
  rate_limit_per_minute: z.number().int().min(0).optional(),
  /** How the last event ended, skips included (`last_error` has errors only). */
  last_status: z.string().optional(),
});

export type Hook = z.infer<typeof hookSchema>;

/** What cannot be used and why, in words for the user. */
export interface BrokenHook {
  id: string;
  problem: string;
}

/** Reads one entry of the file. A broken one must not take the others with it. */
export function parseHook(raw: unknown): Hook | BrokenHook {
  const result = hookSchema.safeParse(raw);
  if (result.success) return result.data;
  const id = (raw as { id?: unknown } | null)?.id;
  const [issue] = result.error.issues;
  return {
    id: typeof id === "string" ? id : "(no id)",
    problem: `${issue?.path.join(".") || "the entry"}: ${issue?.message ?? "not understood"}`,
  };
}

export function isBroken(hook: Hook | BrokenHook): hook is BrokenHook {
  return "problem" in hook && !("mode" in hook);
}

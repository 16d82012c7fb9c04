/** How hooks are shown on the command line. */
import { cut } from "../base/text.ts";
import type { Config } from "../config/schema.ts";
import { secretOf } from "./auth.ts";
import { type BrokenHook, type Hook, isBroken } from "./hook.ts";
import { PRESETS } from "./presets.ts";

/** What a command has to say, for programs and for people. */
export interface Said {
  json: Record<string, unknown>;
  text: string;
  code?: number;
}

/** A hook as it is shown: no secret is in it. */
export function masked(hook: Hook): Record<string, unknown> {
  return {
    id: hook.id,
    title: hook.title,
    mode: hook.mode,
    auth: authOf(hook),
    endpoint: `/hooks/${hook.id}`,
    enabled: hook.enabled,
    secret_set: secretOf(hook) !== "",
    trigger_count: hook.trigger_count,
    last_triggered_at: hook.last_triggered_at,
    last_status: hook.last_status ?? null,
    last_error: hook.last_error,
    prompt_template: cut(hook.prompt_template, 80),
    ...hook.chat_id !== undefined && { chat_id: hook.chat_id },
    ...hook.thread_id !== undefined && { thread_id: hook.thread_id },
    ...hook.task_folder && { task_folder: hook.task_folder },
    ...hook.dependency && { dependency: hook.dependency },
  };
}

export function linesOf(hook: Hook | BrokenHook, url: string): string[] {
  if (isBroken(hook)) return [`${hook.id}  BROKEN: ${hook.problem}`];
  const state = hook.enabled ? "" : "  (off)";
  const last = hook.last_triggered_at ? `, last ${hook.last_triggered_at.slice(0, 16)}Z` : "";
  const status = hook.last_status ? `: ${hook.last_status}` : "";
  return [
    `${hook.id}${state}  ${hook.title}`,
    `  ${hook.mode}, ${authOf(hook)}${secretOf(hook) === "" ? " (no secret of its own)" : ""}`,
    `  ${url}`,
    `  ${hook.trigger_count} events${last}${status}`,
  ];
}

export function authOf(hook: Hook): string {
  return hook.preset ?? (hook.auth_mode === "hmac" ? "hmac" : "bearer");
}

/** What there is to say, and to do, when a hook was made. */
export function addedText(
  hook: Hook,
  { wanted, made, folderMade, settings }: {
    /** The name as it was given. */
    wanted: string;
    /** The secret, when one was made. */
    made: string;
    folderMade: boolean;
    settings: Config["webhooks"];
  },
): Said {
  const preset = hook.preset === undefined ? undefined : PRESETS[hook.preset];
  const url = `https://YOUR-TUNNEL/hooks/${hook.id}`;
  const todo = [
    ...settings.enabled
      ? []
      : ["Set webhooks.enabled to true in config/config.json and restart ductor."],
    `Open a tunnel to ${settings.host}:${settings.port}, such as: ` +
    `cloudflared tunnel --url http://${settings.host}:${settings.port}`,
    preset?.setup.replace("{url}", url) ?? `Give the sender the URL ${url} and the secret.`,
    ...secretOf(hook) === ""
      ? [`Then: ductor webhook edit ${hook.id} --secret SECRET (no event is accepted before).`]
      : [],
    ...hook.mode === "cron_task"
      ? [`Write what is to be done into cron_tasks/${hook.task_folder}/TASK_DESCRIPTION.md.`]
      : [],
    `Try it: ductor webhook test ${hook.id}`,
  ];
  const how = hook.preset === undefined && hook.auth_mode !== "hmac"
    ? `Authorization: Bearer ${made}`
    : made;
  return {
    json: {
      ...masked(hook),
      hook_id: hook.id,
      ...made !== "" && { secret: made, secret_note: "shown once; it is not shown again" },
      ...hook.mode === "cron_task" && { folder_created: folderMade },
      ...hook.id !== wanted && { name_sanitized: true, original_name: wanted },
      action_required: todo,
    },
    text: [
      `The webhook ${hook.id} is there: POST /hooks/${hook.id}`,
      ...made === "" ? [] : [`Secret, shown only now: ${how}`],
      "",
      ...todo.map((step, n) => `${n + 1}. ${step}`),
    ].join("\n"),
  };
}

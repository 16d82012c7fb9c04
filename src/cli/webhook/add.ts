/** `ductor webhook add`: makes a hook, and says what the user and the agent have to do then. */
import { givenFields } from "../../jobs/entry_fields.ts";
import { secretField, secretOf } from "../../webhooks/auth.ts";
import { type Hook, type HookFields, hookSchema } from "../../webhooks/hook.ts";
import { HOOK_FIELDS } from "../../webhooks/hook_fields.ts";
import { createTask, hasTaskFolder, taskNameOf } from "../../workspace/task_folder.ts";
import { type Answer, answer, CommandError } from "../reply.ts";
import { ownConversation } from "../tool_context.ts";
import {
  check,
  givenSecret,
  type HookOptions,
  type Hooks,
  masked,
  newSecret,
  openHooks,
  presetOf,
} from "./hooks.ts";

export function add(wanted: string, options: HookOptions): Promise<number> {
  return answer(options, async () => {
    const hooks = await openHooks();
    const name = taskNameOf(wanted);
    if (await hooks.registry.find(name)) {
      throw new CommandError(`There is a webhook called ${name} already; choose another name`);
    }
    const fields: HookFields = givenFields(HOOK_FIELDS, options);
    const preset = presetOf(fields);
    const own = fields.hmac_header !== undefined;
    if (preset && own) throw new CommandError("Give --preset or --hmac-header, not both");
    const hook = hookSchema.parse({
      ...fields.chat_id === undefined && ownConversation(),
      ...own && { auth_mode: "hmac" },
      ...preset?.fields,
      ...fields,
      id: name,
      created_at: new Date(hooks.now).toISOString(),
      task_folder: fields.mode === "cron_task" ? fields.task_folder ?? name : null,
    });
    await check(hook, hooks);
    let secret = await givenSecret(options.secret);
    const made = secret === undefined && preset?.secret !== "theirs";
    if (made) secret = newSecret(preset);
    if (secret !== undefined) hook[secretField(hook)] = secret;
    const folderMade = await store(hook, hooks);
    const todo = todoFor(hook, hooks);
    return {
      json: {
        ...masked(hook),
        hook_id: hook.id,
        ...made && { secret, secret_note: "shown once; it is not shown again" },
        ...hook.mode === "cron_task" && { folder_created: folderMade },
        ...hook.id !== wanted && { name_sanitized: true, original_name: wanted },
        action_required: todo,
      },
      text: textOf(hook, made ? secret : undefined, todo),
    };
  });
}

/** Returns whether a task folder was made. */
async function store(hook: Hook, { home, registry }: Hooks): Promise<boolean> {
  const { task_folder: name, title, description } = hook;
  if (!name || await hasTaskFolder(home, name)) {
    await registry.add(hook);
    return false;
  }
  await createTask(home, { name, title, description }, () => registry.add(hook));
  return true;
}

const TOKEN_PLACES = ": Authorization: Bearer, a password with any name, or the header X-Api-Key";

function todoFor(hook: Hook, { settings: { enabled, host, port } }: Hooks): string[] {
  const bearer = hook.auth_mode !== "hmac";
  const url = `https://YOUR-TUNNEL/hooks/${hook.id}`;
  return [
    ...enabled ? [] : ["Switch webhooks on: ductor config set webhooks.enabled true"],
    `Open a tunnel to ${host}:${port}, such as: cloudflared tunnel --url http://${host}:${port}`,
    presetOf(hook)?.setup.replace("{url}", url) ??
      `Give the sender the URL ${url} and the secret${bearer ? TOKEN_PLACES : ""}.`,
    ...secretOf(hook) === ""
      ? [`Then: ductor webhook edit ${hook.id} --secret SECRET (no event is accepted before).`]
      : [],
    ...hook.mode === "cron_task"
      ? [`Write what is to be done into cron_tasks/${hook.task_folder}/TASK_DESCRIPTION.md.`]
      : [],
    `Try it: ductor webhook test ${hook.id}`,
  ];
}

function textOf(hook: Hook, made: string | undefined, todo: readonly string[]): Answer["text"] {
  const bearer = hook.preset === undefined && hook.auth_mode !== "hmac";
  const secret = bearer ? `Authorization: Bearer ${made}` : made;
  return [
    `The webhook ${hook.id} is made: POST /hooks/${hook.id}`,
    ...made === undefined ? [] : [`Secret, shown only now: ${secret}`],
    "",
    ...todo.map((step, n) => `${n + 1}. ${step}`),
  ].join("\n");
}

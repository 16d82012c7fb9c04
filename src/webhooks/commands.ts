/** What `ductor webhook …` does. Each returns what there is to say, for programs and for people. */
import type { Home } from "../config/home.ts";
import type { Config } from "../config/schema.ts";
import { createTask, hasTaskFolder, taskNameOf } from "../workspace/task_folder.ts";
import { schemeOf, secretField, secretOf, secretsOf } from "./auth.ts";
import { newToken } from "./crypto.ts";
import { type Hook, hookSchema, isBroken } from "./hook.ts";
import { applyFields, type HookFields, jsonOrText, placeOf } from "./hook_fields.ts";
import { addedText, authOf, linesOf, masked, type Said } from "./hook_view.ts";
import { PRESETS } from "./presets.ts";
import type { Registry } from "./registry.ts";

/** How long the old secret counts after a rotation. */
const OVERLAP_MS = 24 * 3_600_000;

/** A test waits this long for the server. */
const TEST_TIMEOUT_MS = 10_000;

export interface AddOptions extends HookFields {
  title: string;
  prompt: string;
  mode: "wake" | "cron_task";
  preset?: string | undefined;
  chatId?: string | undefined;
  threadId?: string | undefined;
}

export interface EditOptions extends HookFields {
  enable?: boolean | undefined;
  disable?: boolean | undefined;
  clearQuietHours?: boolean | undefined;
  clearDependency?: boolean | undefined;
}

export interface WebhookCommandsOptions {
  home: Home;
  registry: Registry;
  settings: Config["webhooks"];
  /** Tells in which conversation an agent runs the command. */
  env: { get(name: string): string | undefined };
  now(): number;
  fetch(url: string, init: RequestInit): Promise<Response>;
  /** Reads a secret that must not stand on the command line. */
  readSecret(): Promise<string>;
}

export class WebhookCommands {
  readonly #options: WebhookCommandsOptions;

  constructor(options: WebhookCommandsOptions) {
    this.#options = options;
  }

  async add(wanted: string, options: AddOptions): Promise<Said> {
    const { home, registry, now, env } = this.#options;
    const name = taskNameOf(wanted);
    if (await registry.find(name)) {
      throw new Error(`There is a webhook called ${name} already; choose another name`);
    }
    const preset = options.preset === undefined ? undefined : PRESETS[options.preset];
    const own = options.hmacHeader !== undefined;
    if (preset && own) throw new Error("Give --preset or --hmac-header, not both");
    const hook = hookSchema.parse({
      id: name,
      title: options.title.trim(),
      mode: options.mode,
      prompt_template: options.prompt,
      created_at: new Date(now()).toISOString(),
      ...own && { auth_mode: "hmac" },
      ...preset && { ...preset.fields, preset: options.preset },
      ...placeOf(options, env),
    });
    if (hook.title === "") throw new Error("The title is empty; say what the webhook is called");
    await this.#apply(hook, options);
    let made = "";
    if (secretOf(hook) === "" && preset?.secret !== "theirs") {
      made = preset?.newSecret?.() ?? newToken();
      hook[secretField(hook)] = made;
    }
    let folderMade = false;
    if (hook.mode === "cron_task") {
      hook.task_folder = taskNameOf(options.taskFolder ?? name);
      if (await hasTaskFolder(home, hook.task_folder)) await registry.add(hook);
      else {
        const { title, description } = hook;
        const task = { name: hook.task_folder, title, description };
        await createTask(home, task, () => registry.add(hook));
        folderMade = true;
      }
    } else await registry.add(hook);
    const { settings } = this.#options;
    return addedText(hook, { wanted, made, folderMade, settings });
  }

  async edit(id: string, options: EditOptions): Promise<Said> {
    const fields: string[] = [];
    const draft = structuredClone(await this.#find(id));
    const before = structuredClone(draft);
    if (options.enable && options.disable) throw new Error("Give --enable or --disable, not both");
    if (options.title !== undefined) {
      if (options.title.trim() === "") throw new Error("The title is empty");
      draft.title = options.title.trim();
    }
    if (options.prompt !== undefined) draft.prompt_template = options.prompt;
    if (options.taskFolder !== undefined) draft.task_folder = taskNameOf(options.taskFolder);
    if (options.enable) draft.enabled = true;
    if (options.disable) draft.enabled = false;
    if (options.clearQuietHours) draft.quiet_start = draft.quiet_end = null;
    if (options.clearDependency) draft.dependency = null;
    await this.#apply(draft, options);
    for (const key of Object.keys(draft)) {
      if (JSON.stringify(draft[key]) !== JSON.stringify(before[key])) fields.push(key);
    }
    if (Object.values(options).every((value) => value === undefined)) {
      throw new Error("Nothing to change was given; ductor webhook edit --help lists what can be");
    }
    await this.#options.registry.change(id, (hook) => {
      for (const field of fields) Object.assign(hook, { [field]: draft[field] });
    });
    const what = fields.length === 0 ? "had all of this already" : `changed: ${fields.join(", ")}`;
    return {
      json: { hook_id: id, updated: fields.length > 0, updated_fields: fields, ...masked(draft) },
      text: `${id} ${what}.`,
    };
  }

  async list(): Promise<Said> {
    const { registry, settings, home } = this.#options;
    const all = await registry.all();
    const { enabled, host, port, token } = settings;
    const server = { enabled, host, port, global_token_set: token !== "" };
    const hooks = await Promise.all(
      all.map(async (hook) =>
        isBroken(hook) ? { ...hook, broken: true } : {
          ...masked(hook),
          ...hook.task_folder && {
            task_folder_exists: await hasTaskFolder(home, hook.task_folder).catch(() => false),
          },
        }
      ),
    );
    const lines = all.flatMap((hook) => linesOf(hook, this.#url(hook.id)));
    const head = enabled
      ? `Webhooks are received at http://${host}:${port}.`
      : "Webhooks are switched off (webhooks.enabled in the config).";
    if (all.length === 0) {
      lines.push("There is none yet. ductor webhook --help shows how to add one.");
    }
    return {
      json: { hooks, count: all.length, server },
      text: [head, "", ...lines].join("\n"),
    };
  }

  async remove(id: string): Promise<Said> {
    const hook = (await this.#options.registry.all()).find((hook) => hook.id === id);
    if (!hook || !await this.#options.registry.remove(id)) throw await this.#unknown(id);
    const folder = isBroken(hook) ? null : hook.task_folder;
    const kept = folder ? ` Its folder cron_tasks/${folder} is still there.` : "";
    return {
      json: { hook_id: id, removed: true, ...folder && { task_folder_kept: folder } },
      text: `${id} is removed.${kept}`,
    };
  }

  /** @param id Absent: every hook with a token of its own. */
  async rotate(
    id: string | undefined,
    options: { secret?: string | undefined; now?: boolean | undefined },
  ): Promise<Said> {
    const { registry } = this.#options;
    const secret = await this.#secret(options.secret);
    if (id === undefined && secret !== undefined) {
      throw new Error("--secret is for one webhook; say which");
    }
    const hooks = id === undefined
      ? (await registry.all()).filter((hook): hook is Hook =>
        !isBroken(hook) && hook.preset === undefined && hook.auth_mode !== "hmac"
      )
      : [await this.#find(id)];
    const rotated = [];
    for (const { id, preset } of hooks) {
      const sender = preset === undefined ? undefined : PRESETS[preset];
      if (sender?.secret === "theirs" && secret === undefined) {
        throw new Error(
          `${sender.title} makes the secret of ${id}: change it there, then ` +
            `ductor webhook rotate-token ${id} --secret NEW`,
        );
      }
      const fresh = secret ?? sender?.newSecret?.() ?? newToken();
      await registry.change(id, (hook) => this.#replace(hook, fresh, options.now ?? false));
      rotated.push({ hook_id: id, secret: fresh });
    }
    const still = options.now ? "The old one counts no more" : "The old one counts for 24 hours";
    const action = `Give each sender its new secret. ${still}. The secrets are not shown again.`;
    return {
      json: { rotated, count: rotated.length, action_required: action },
      text: rotated.length === 0
        ? "No webhook has a token."
        : [...rotated.map(({ hook_id, secret }) => `${hook_id}: ${secret}`), action].join("\n"),
    };
  }

  async test(id: string, payload: string): Promise<Said> {
    const { settings, now, fetch } = this.#options;
    const hook = await this.#find(id);
    if (!settings.enabled) {
      throw new Error(
        "Webhooks are switched off. Set webhooks.enabled to true in the config and restart ductor",
      );
    }
    let body: string;
    try {
      body = JSON.stringify(JSON.parse(payload));
    } catch {
      throw new Error(`--payload is not JSON: ${payload.slice(0, 80)}`);
    }
    const [secret] = secretsOf(hook, settings.token, now());
    const scheme = schemeOf(hook);
    if (!scheme) throw new Error(`${id} has a preset nobody knows: ${hook.preset}`);
    if (secret === undefined) {
      throw new Error(`${id} has no secret yet: ductor webhook edit ${id} --secret SECRET`);
    }
    const bytes = new TextEncoder().encode(body);
    const url = this.#url(id);
    let response: Response;
    try {
      response = await fetch(url, {
        method: "POST",
        headers: { "content-type": "application/json", ...scheme.sign(bytes, secret, now()) },
        body: bytes,
        signal: AbortSignal.timeout(TEST_TIMEOUT_MS),
      });
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      throw new Error(`Nobody answers at ${url}: ${reason}. Does the bot run? (ductor status)`);
    }
    const text = await response.text();
    const well = response.status === 202;
    const hint = HINTS[response.status];
    const json = { hook_id: id, url, status: response.status, response: jsonOrText(text) };
    return {
      json: { ...json, auth_mode: authOf(hook), ...!well && { error: hint ?? "not accepted" } },
      text: well
        ? `Accepted (202): the agent was given the event, see the chat.`
        : `Not accepted: ${response.status} ${text}${hint ? `\n${hint}` : ""}`,
      code: well ? 0 : 1,
    };
  }

  async #apply(hook: Hook, options: HookFields): Promise<void> {
    applyFields(hook, options);
    const secret = await this.#secret(options.secret);
    if (secret !== undefined) hook[secretField(hook)] = secret;
  }

  #replace(hook: Hook, secret: string, atOnce: boolean): void {
    const old = secretOf(hook);
    hook[secretField(hook)] = secret;
    delete hook.previous_secret;
    delete hook.previous_until;
    if (atOnce || old === "") return;
    hook.previous_secret = old;
    hook.previous_until = new Date(this.#options.now() + OVERLAP_MS).toISOString();
  }

  async #secret(given: string | undefined): Promise<string | undefined> {
    if (given === undefined) return undefined;
    const secret = given === "-" ? await this.#options.readSecret() : given;
    if (secret.trim() === "") throw new Error("The secret is empty");
    return secret.trim();
  }

  async #find(id: string): Promise<Hook> {
    const hook = await this.#options.registry.find(id);
    if (!hook) throw await this.#unknown(id);
    return hook;
  }

  async #unknown(id: string): Promise<Error> {
    const available_hooks = (await this.#options.registry.all()).map(({ id }) => id);
    const error = new Error(`There is no webhook called ${id}`);
    return Object.assign(error, { more: { available_hooks } });
  }

  #url(id: string): string {
    const { host, port } = this.#options.settings;
    const name = host === "0.0.0.0" || host === "::" ? "127.0.0.1" : host;
    return `http://${name.includes(":") ? `[${name}]` : name}:${port}/hooks/${id}`;
  }
}

const HINTS: Record<number, string> = {
  200: "It was accepted before (same delivery id).",
  401: "Switched off, or the bot has another secret: did it restart since the config changed?",
  429: "Too many events within a minute; see webhooks.rate_limit_per_minute.",
};

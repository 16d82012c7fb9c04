/** What the commands of `ductor webhook` have in common: the hooks, their addresses, their secrets. */
import type { Home } from "../../config/home.ts";
import type { Config } from "../../config/schema.ts";
import { secretOf } from "../../webhooks/auth.ts";
import { newToken } from "../../webhooks/crypto.ts";
import type { ModelCatalogue } from "../../agents/models.ts";
import { chooseForTask, projectForTask } from "../../jobs/tasks/choice.ts";
import type { Hook, HookFields } from "../../webhooks/hook.ts";
import { listed } from "../../jobs/entry_fields.ts";
import { HOOK_FIELDS } from "../../webhooks/hook_fields.ts";
import { type Preset, PRESETS } from "../../webhooks/presets.ts";
import type { Registry } from "../../webhooks/registry.ts";
import { CommandError } from "../reply.ts";
import { hookRegistry, type ToolContext, toolContext } from "../tool_context.ts";

/** What commander hands over; all but these are read by the table of the fields. */
export interface HookOptions extends Readonly<Record<string, unknown>> {
  secret?: string;
  json?: boolean;
}

export interface Hooks {
  home: Home;
  registry: Registry;
  config: Config;
  settings: Config["webhooks"];
  models: ModelCatalogue;
  projects: ToolContext["projects"];
  /** Milliseconds since the epoch. */
  now: number;
}

export async function openHooks(): Promise<Hooks> {
  const { home, config, models, projects, now } = await toolContext();
  const registry = hookRegistry(home);
  return { home, registry, config, settings: config.webhooks, models, projects, now };
}

/**
 * Says what of a hook could never work.
 *
 * @throws {TaskChoiceError}
 */
export async function check(
  fields: Pick<HookFields, "provider" | "model" | "project">,
  { config, models, projects }: Hooks,
): Promise<void> {
  await projectForTask(fields.project, projects);
  await chooseForTask(fields, config, models);
}

/** @throws {CommandError} there is none */
export async function findHook({ registry }: Hooks, id: string): Promise<Hook> {
  return await registry.find(id) ?? await noHook(registry, id);
}

/** Says which there are. */
export async function noHook(registry: Registry, id: string): Promise<never> {
  throw new CommandError(`There is no webhook called ${id}`, {
    available_hooks: (await registry.all()).map(({ id }) => id),
  });
}

export function presetOf({ preset }: Pick<Hook, "preset">): Preset | undefined {
  return preset === undefined ? undefined : PRESETS[preset];
}

/** A secret in the form the sender expects. */
export function newSecret(preset: Preset | undefined): string {
  return preset?.newSecret?.() ?? newToken();
}

/** What `--secret` says; `-` reads it from stdin, since a command line is seen by everybody. */
export async function givenSecret(given: string | undefined): Promise<string | undefined> {
  if (given === undefined) return undefined;
  const secret = given === "-" ? await new Response(Deno.stdin.readable).text() : given;
  if (secret.trim() === "") throw new CommandError("The secret is empty");
  return secret.trim();
}

/** Where the server on this machine takes the hook's events. */
export function urlOf(id: string, { host, port }: Pick<Config["webhooks"], "host" | "port">) {
  const name = host === "0.0.0.0" || host === "::" ? "127.0.0.1" : host;
  return `http://${name.includes(":") ? `[${name}]` : name}:${port}/hooks/${id}`;
}

export function authOf(hook: Hook): string {
  return hook.preset ?? (hook.auth_mode === "hmac" ? "hmac" : "bearer");
}

/** A hook as it is shown: no secret is in it. */
export function masked(hook: Hook): Record<string, unknown> {
  return {
    ...listed(HOOK_FIELDS, hook),
    auth: authOf(hook),
    endpoint: `/hooks/${hook.id}`,
    secret_set: secretOf(hook) !== "",
    prompt_template: hook.prompt_template.slice(0, 80),
  };
}

/** `ductor webhook list`: all hooks, also those that cannot be used, without their secrets. */
import type { Home } from "../../config/home.ts";
import { secretOf } from "../../webhooks/auth.ts";
import { type BrokenHook, type Hook, isBroken } from "../../webhooks/hook.ts";
import { hasTaskFolder } from "../../workspace/task_folder.ts";
import { answer } from "../reply.ts";
import { authOf, masked, openHooks, urlOf } from "./hooks.ts";

export function list(options: { json?: boolean }): Promise<number> {
  return answer(options, async () => {
    const { registry, settings, home } = await openHooks();
    const all = await registry.all();
    const { enabled, host, port, token } = settings;
    return {
      json: {
        hooks: await Promise.all(all.map((hook) => shown(hook, home))),
        count: all.length,
        server: { enabled, host, port, global_token_set: token !== "" },
      },
      text: [
        enabled
          ? `Webhooks are received at http://${host}:${port}.`
          : "Webhooks are switched off (webhooks.enabled in the config).",
        "",
        ...all.flatMap((hook) => linesOf(hook, urlOf(hook.id, settings))),
        ...all.length === 0
          ? ["There are none yet. ductor webhook --help shows how to add one."]
          : [],
      ].join("\n"),
    };
  });
}

async function shown(hook: Hook | BrokenHook, home: Home): Promise<object> {
  if (isBroken(hook)) return { ...hook, broken: true };
  if (!hook.task_folder) return masked(hook);
  const exists = await hasTaskFolder(home, hook.task_folder).catch(() => false);
  return { ...masked(hook), task_folder_exists: exists };
}

function linesOf(hook: Hook | BrokenHook, url: string): string[] {
  if (isBroken(hook)) return [`${hook.id}  BROKEN: ${hook.problem}`];
  const state = hook.enabled ? "" : "  (off)";
  const last = hook.last_triggered_at ? `, last ${hook.last_triggered_at.slice(0, 16)}Z` : "";
  const status = hook.last_status ? `: ${hook.last_status}` : "";
  return [
    `${hook.id}${state}  ${hook.title}`,
    `  ${hook.mode}, ${authOf(hook)}${secretOf(hook) === "" ? " (uses the shared secret)" : ""}`,
    `  ${url}`,
    `  ${hook.trigger_count} events${last}${status}`,
  ];
}

/** `ductor webhook remove`: also removes one that cannot be used; its task folder stays. */
import { isBroken } from "../../webhooks/hook.ts";
import { answer } from "../reply.ts";
import { noHook, openHooks } from "./hooks.ts";

export function remove(id: string, options: { json?: boolean }): Promise<number> {
  return answer(options, async () => {
    const { registry } = await openHooks();
    const hook = (await registry.all()).find((hook) => hook.id === id);
    if (!hook || !await registry.remove(id)) return await noHook(registry, id);
    const folder = isBroken(hook) ? null : hook.task_folder;
    const kept = folder ? ` Its folder cron_tasks/${folder} is still there.` : "";
    return {
      json: { hook_id: id, removed: true, ...folder && { task_folder_kept: folder } },
      text: `${id} is removed.${kept}`,
    };
  });
}

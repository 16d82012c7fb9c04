/** `ductor webhook edit`, `enable` and `disable`. */
import { givenFields } from "../../jobs/entry_fields.ts";
import { secretField } from "../../webhooks/auth.ts";
import { HOOK_FIELDS } from "../../webhooks/hook_fields.ts";
import { answer, CommandError } from "../reply.ts";
import { check, findHook, givenSecret, type HookOptions, masked, openHooks } from "./hooks.ts";

export function edit(id: string, options: HookOptions): Promise<number> {
  return answer(options, async () => {
    const hooks = await openHooks();
    const before = await findHook(hooks, id);
    if (options.enable && options.disable) {
      throw new CommandError("Give --enable or --disable, not both");
    }
    const given = givenFields(HOOK_FIELDS, options);
    await check({ ...before, ...given }, hooks);
    const secret = await givenSecret(options.secret);
    if (secret !== undefined) given[secretField(before)] = secret;
    if (Object.keys(given).length === 0) {
      throw new CommandError(
        "Nothing to change was given; ductor webhook edit --help lists what can be",
      );
    }
    const fields = Object.keys(given).filter((key) =>
      JSON.stringify(given[key]) !== JSON.stringify(before[key])
    );
    await hooks.registry.change(id, (hook) => {
      for (const field of fields) Object.assign(hook, { [field]: given[field] });
    });
    const what = fields.length === 0 ? "had all of this already" : `changed: ${fields.join(", ")}`;
    return {
      json: {
        hook_id: id,
        updated: fields.length > 0,
        updated_fields: fields,
        ...masked({ ...before, ...given }),
      },
      text: `${id} ${what}.`,
    };
  });
}

/** `ductor webhook rotate-token`: a new secret, while the old one counts for another day. */
import { secretField, secretOf } from "../../webhooks/auth.ts";
import { type Hook, isBroken } from "../../webhooks/hook.ts";
import { answer, CommandError } from "../reply.ts";
import { findHook, givenSecret, newSecret, openHooks, presetOf } from "./hooks.ts";

/** How long the old secret counts. */
const OVERLAP_MS = 24 * 3_600_000;

/** @param id Absent: every hook with a token of its own. */
export function rotate(
  id: string | undefined,
  options: { secret?: string; now?: boolean; json?: boolean },
): Promise<number> {
  return answer(options, async () => {
    const hooks = await openHooks();
    const { registry, now } = hooks;
    const secret = await givenSecret(options.secret);
    if (id === undefined && secret !== undefined) {
      throw new CommandError("--secret is for one webhook; say which");
    }
    const all = id === undefined
      ? (await registry.all()).filter((hook): hook is Hook =>
        !isBroken(hook) && hook.preset === undefined && hook.auth_mode !== "hmac"
      )
      : [await findHook(hooks, id)];
    const rotated: { hook_id: string; secret: string }[] = [];
    for (const hook of all) {
      const fresh = secret ?? madeFor(hook);
      await registry.change(hook.id, (hook) => replace(hook, fresh, options.now ? undefined : now));
      rotated.push({ hook_id: hook.id, secret: fresh });
    }
    const still = options.now
      ? "The old one no longer works"
      : "The old one works for another 24 hours";
    const action = `Give each sender its new secret. ${still}. The secrets are not shown again.`;
    return {
      json: { rotated, count: rotated.length, action_required: action },
      text: rotated.length === 0
        ? "No webhook has a token."
        : [...rotated.map(({ hook_id, secret }) => `${hook_id}: ${secret}`), action].join("\n"),
    };
  });
}

function madeFor(hook: Hook): string {
  const sender = presetOf(hook);
  if (sender?.secret !== "theirs") return newSecret(sender);
  throw new CommandError(
    `${sender.title} makes the secret of ${hook.id}: change it there, then ` +
      `ductor webhook rotate-token ${hook.id} --secret NEW`,
  );
}

/** @param now From when on the old one works for another day; absent: it counts no more. */
function replace(hook: Hook, secret: string, now: number | undefined): void {
  const old = secretOf(hook);
  hook[secretField(hook)] = secret;
  delete hook.previous_secret;
  delete hook.previous_until;
  if (now === undefined || old === "") return;
  hook.previous_secret = old;
  hook.previous_until = new Date(now + OVERLAP_MS).toISOString();
}

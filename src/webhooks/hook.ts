/** One hook of `webhooks.json`; what a field means is said in hook_fields.ts. */
import { z } from "zod";
import { schemasOf } from "../jobs/entry_fields.ts";
import { HOOK_FIELDS } from "./hook_fields.ts";

/** Loose: what others wrote into an entry survives. */
export const hookSchema = z.looseObject(schemasOf(HOOK_FIELDS));

export type Hook = z.infer<typeof hookSchema>;

/** Values for fields of a hook. */
export type HookFields = { -readonly [K in keyof typeof HOOK_FIELDS]?: Hook[K] | undefined };

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
  const problems = result.error.issues.map(({ path, message }) =>
    `${path.join(".") || "the entry"}: ${message}`
  );
  return {
    id: typeof id === "string" ? id : "(no id)",
    problem: problems.join("; "),
  };
}

export function isBroken(hook: Hook | BrokenHook): hook is BrokenHook {
  return "problem" in hook && !("mode" in hook);
}

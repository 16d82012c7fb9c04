/**
 * What is said when this program's own permissions refuse something. Deno's words tell how to compile
 * a program anew, which helps nobody who uses one; docs/permissions.md has the reasons.
 */
const CHANGES: Readonly<Record<string, string>> = {
  read: "which is not for it to read",
  write: "and writes only below its home, where links in its home lead, and to temporary files",
  net: "and reaches only what its config named when it started (telegram_api_root, update.url, " +
    "webhooks.host). After a change: /restart",
  run: "and starts only what it knew of when it started (the folders on PATH, docker.command). " +
    "After a change: /restart",
};

/** `undefined`: it was not our own permissions that refused. */
export function deniedText(error: unknown): string | undefined {
  if (!(error instanceof Deno.errors.NotCapable)) return undefined;
  const [, kind = "", what] = /^Requires (\w+) access(?: to "(.*?)")?/.exec(error.message) ?? [];
  const wanted = what === undefined ? kind || "that" : `${kind} ${what}`;
  const act = wanted.replace(/^net/, "reach").replace(/^(?:env|sys)/, "look at");
  return `ductor's own permissions do not allow it: the bot wanted to ${act}, ` +
    (CHANGES[kind] ?? "which it has no use for");
}

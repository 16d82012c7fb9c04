/**
 * What each command needs of the program's permissions. What it does not name here is given back
 * before the command runs: a mistake in it, or in a library, then has no net and starts no program.
 * Reading, writing and the environment stay, since most commands work on files that are named to them.
 *
 * @module
 */
type Need = "net" | "run";

const BOTH: readonly Need[] = ["net", "run"];

/** By the name of a command, or of the group it is in. */
export const NEEDS: Readonly<Record<string, readonly Need[]>> = {
  // The supervisor asks whether Telegram answers before it takes a new version back.
  start: BOTH,
  restart: BOTH,
  // The bot's thread cannot have what its parent has not; see bot/confined.ts.
  "run-bot": BOTH,
  demo: BOTH,
  doctor: BOTH,
  onboarding: BOTH,
  upgrade: BOTH,
  // Tools that know about sound and pictures; OpenAI.
  file: ["run"],
  "file transcribe": BOTH,
  "webhook test": ["net"],
  // Whose process runs the bot, ending it, the system's service manager, the CLIs.
  "config set": ["run"],
  "cron run": ["run"],
  "demo-agent": ["run"],
  env: ["run"],
  handoff: ["run"],
  restore: ["run"],
  service: ["run"],
  sessions: ["run"],
  status: ["run"],
  stop: ["run"],
  uninstall: ["run"],
};

/** Gives back what the command `path` does not need, such as `cron list`. */
export async function narrowTo(path: string): Promise<void> {
  const needs = NEEDS[path] ?? NEEDS[path.split(" ")[0]!] ?? [];
  for (const name of BOTH) if (!needs.includes(name)) await Deno.permissions.revoke({ name });
}

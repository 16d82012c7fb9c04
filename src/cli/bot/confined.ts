/** Runs the bot in a thread that may do what it needs to and no more. */
import { botPermissions } from "../../app/bot_permissions.ts";
import { type Home, resolveHome } from "../../config/home.ts";
import { peekOrLastGood } from "../../config/load.ts";
import { readEnvFile } from "../env/store.ts";
import type { BotThread } from "./bot_thread.ts";
import type { RunBotOptions } from "./run_bot.ts";

/**
 * @returns the exit code. What the bot does not catch ends the program as it would without the
 *   thread: it is printed, and the code is 1.
 */
export async function runConfined(options: RunBotOptions): Promise<number> {
  const env = Deno.env.toObject();
  const home = resolveHome(Deno.env);
  const file = await envFile(home);
  const permissions = await permissionsNow(home, file);
  // The runtime asks the environment of the process for proxies and certificates.
  for (const [name, value] of Object.entries(file)) Deno.env.set(name, value);
  const thread = new Worker(import.meta.resolve("./bot_thread.ts"), {
    type: "module",
    name: "bot",
    deno: { permissions },
  });
  // Nothing but this thread is left to do here. Modules are still read, when it runs from its sources.
  for (const name of ["net", "run", "write", "env", "sys"] as const) {
    await Deno.permissions.revoke({ name });
  }
  return await new Promise((resolve) => {
    thread.onmessage = ({ data }) => resolve(data);
    thread.postMessage({ ...options, env } satisfies BotThread);
  });
}

/** What a bot that is started now may do. */
export async function permissionsNow(
  home: Home = resolveHome(Deno.env),
  file?: Record<string, string>,
): Promise<Deno.PermissionOptionsObject> {
  // What is wrong with either, the bot says.
  const config = await peekOrLastGood(home).catch(() => undefined);
  const env: Record<string, string> = { ...Deno.env.toObject(), ...file ?? await envFile(home) };
  return await botPermissions({
    home,
    config,
    env: (name) => env[name],
    executable: Deno.execPath(),
    replaceable: Deno.build.standalone,
  });
}

/** What `.env` in the home sets now. */
async function envFile(home: Home): Promise<Record<string, string>> {
  return await readEnvFile(home).catch(() => ({}));
}

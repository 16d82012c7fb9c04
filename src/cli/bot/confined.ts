/** Runs the bot in a thread that may do what it needs to and no more. */
import { botPermissions } from "../../app/bot_permissions.ts";
import { resolveHome } from "../../config/home.ts";
import { peekOrLastGood } from "../../config/load.ts";
import { readEnvFile } from "../env/store.ts";
import type { RunBotOptions } from "./run_bot.ts";

/**
 * @returns the exit code. What the bot does not catch ends the program as it would without the
 *   thread: it is printed, and the code is 1.
 */
export async function runConfined(options: RunBotOptions): Promise<number> {
  const permissions = await permissionsNow();
  const thread = new Worker(import.meta.resolve("./bot_thread.ts"), {
    type: "module",
    name: "bot",
    deno: { permissions },
  });
  return await new Promise((resolve) => {
    thread.onmessage = ({ data }) => resolve(data);
    thread.postMessage(options);
  });
}

/** What a bot that is started now may do. */
export async function permissionsNow(): Promise<Deno.PermissionOptionsObject> {
  const home = resolveHome(Deno.env);
  // What is wrong with either, the bot says.
  const config = await peekOrLastGood(home).catch(() => undefined);
  const file = await readEnvFile(home).catch(() => ({}));
  const env: Record<string, string> = { ...Deno.env.toObject(), ...file };
  return await botPermissions({
    home,
    config,
    env: (name) => env[name],
    ...Deno.build.standalone && { executable: Deno.execPath() },
  });
}

/** The thread in which the bot runs; {@link file://./confined.ts} starts it. */
/// <reference lib="deno.worker" />
import { handOver } from "../../base/process_env.ts";
import { runBot, type RunBotOptions } from "./run_bot.ts";

/** What it is started with. */
export interface BotThread extends RunBotOptions {
  /** The thread may not look for itself. */
  env: Record<string, string>;
}

self.onmessage = async ({ data: { env, ...options } }: MessageEvent<BotThread>) => {
  handOver(env);
  // Deno.exit would end this thread only.
  const exit = (code: number) => self.postMessage(code);
  exit(await runBot(options, exit));
};

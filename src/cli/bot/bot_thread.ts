/** The thread in which the bot runs; {@link file://./confined.ts} starts it. */
/// <reference lib="deno.worker" />
import { handOver } from "../../base/process_env.ts";
import { learnAgents } from "../../config/learn_agents.ts";
import type { RunBotOptions } from "./run_bot.ts";

/** What it is started with. */
export interface BotThread extends RunBotOptions {
  /** The thread may not look for itself. */
  env: Record<string, string>;
}

self.onmessage = async ({ data: { env, ...options } }: MessageEvent<BotThread>) => {
  handOver(env);
  // Deno.exit would end this thread only.
  const exit = (code: number) => self.postMessage(code);
  await learnAgents({ get: (name) => env[name] });
  const { runBot } = await import("./run_bot.ts");
  exit(await runBot(options, exit));
};

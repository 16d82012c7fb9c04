/** The thread in which the bot runs; {@link file://./confined.ts} starts it. */
/// <reference lib="deno.worker" />
import { runBot, type RunBotOptions } from "./run_bot.ts";

self.onmessage = async ({ data }: MessageEvent<RunBotOptions>) => {
  // Deno.exit would end this thread only.
  const exit = (code: number) => self.postMessage(code);
  exit(await runBot(data, exit));
};

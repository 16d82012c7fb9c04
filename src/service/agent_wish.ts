/**
 * What an agent asked of its own bot in a shell: `ductor restart` and its like would end the very turn
 * that asks. So the command leaves a wish, and the bot does it when the turn has ended.
 *
 * @module
 */
import { z } from "zod";
import { type Clock, systemClock } from "../base/clock.ts";
import { readTextIfExists, writeFileAtomic } from "../base/atomic_file.ts";
import type { Home } from "../config/home.ts";

/** How often it is looked for. */
const WATCH_MS = 500;

const schema = z.object({
  /** The command line, without the program. */
  argv: z.array(z.string()).min(1),
  /** The conversation whose agent asks; absent: it works for none. */
  chat_id: z.int().optional(),
  thread_id: z.int().optional(),
});

export type AgentWish = z.infer<typeof schema>;

export async function leaveWish(home: Home, wish: AgentWish): Promise<void> {
  await writeFileAtomic(home.agentWishFile, JSON.stringify(wish) + "\n");
}

/** Gives each wish to `grant`, one after the other, until `signal` aborts. Older ones are forgotten. */
export async function watchWishes(
  home: Home,
  grant: (wish: AgentWish) => Promise<void>,
  signal: AbortSignal,
  clock: Clock = systemClock,
): Promise<void> {
  await takeWish(home);
  while (!signal.aborted) {
    const wish = await takeWish(home);
    if (wish) await grant(wish);
    else await clock.sleep(WATCH_MS, signal);
  }
}

async function takeWish(home: Home): Promise<AgentWish | undefined> {
  try {
    const text = await readTextIfExists(home.agentWishFile);
    if (text === undefined) return undefined;
    await Deno.remove(home.agentWishFile);
    return schema.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}

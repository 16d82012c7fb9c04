/**
 * How the bot is asked to start anew: by the exit code the supervisor (or the service manager)
 * knows, with a note for the next run about whom to tell. Files and code are those of the Python
 * original.
 *
 * @module
 */
import { z } from "zod";
import { type Clock, systemClock } from "../base/clock.ts";
import type { Home } from "../config/home.ts";
import { readTextIfExists, writeFileAtomic } from "../base/atomic_file.ts";

export { EXIT_RESTART } from "../base/exit_codes.ts";

/** How often the marker file is looked for. */
const WATCH_MS = 2000;

/** Said by the next run when whoever asked for the restart left no words of their own. */
const BACK = "ductor is back.";

/** A chat that waits to hear that the restart went well. */
export interface RestartSentinel {
  chatId: number;
  /** The topic it was asked in. */
  threadId?: number;
  message: string;
  /** When the restart was asked for. */
  at: Date;
}

const SentinelSchema = z.object({
  chat_id: z.int(),
  thread_id: z.int().optional().catch(undefined),
  message: z.string().min(1).catch(BACK),
  timestamp: z.string().optional().catch(undefined),
});

/** Leaves word in `restart-sentinel.json` whom the next run tells that it is back. */
export async function writeRestartSentinel(
  home: Home,
  { chatId, threadId, message = BACK }: { chatId: number; threadId?: number; message?: string },
  now: Date = new Date(),
): Promise<void> {
  const content = {
    chat_id: chatId,
    ...threadId !== undefined && { thread_id: threadId },
    message,
    timestamp: now.toISOString(),
  };
  await writeFileAtomic(home.restartSentinelFile, JSON.stringify(content, null, 2) + "\n");
}

/**
 * Gives the sentinel to `say` and then removes it, so that no crash in between loses it; `say` has
 * to know by its time one that it has said already. One that makes no sense or names nobody (chat 0)
 * is removed as well, so that it is not met again.
 */
export async function announceRestart(
  home: Home,
  say: (sentinel: RestartSentinel) => Promise<void>,
): Promise<void> {
  const text = await readTextIfExists(home.restartSentinelFile).catch(() => "");
  if (text === undefined) return;
  const sentinel = parseSentinel(text);
  if (sentinel) await say(sentinel);
  await Deno.remove(home.restartSentinelFile).catch(() => {});
}

function parseSentinel(text: string): RestartSentinel | undefined {
  let raw: unknown;
  try {
    raw = JSON.parse(text);
  } catch {
    return undefined;
  }
  const { success, data } = SentinelSchema.safeParse(raw);
  if (!success || data.chat_id === 0) return undefined;
  const time = data.timestamp === undefined ? NaN : Date.parse(data.timestamp);
  return {
    chatId: data.chat_id,
    ...data.thread_id !== undefined && { threadId: data.thread_id },
    message: data.message,
    at: Number.isNaN(time) ? new Date() : new Date(time),
  };
}

/** Asks a running bot of this home, from any process, to start anew: it looks every two seconds. */
export async function requestRestart(home: Home): Promise<void> {
  await writeFileAtomic(home.restartRequestedFile, "1");
}

/** Asks a running bot of this home to end, where a signal would be a kill (Windows). */
export async function requestStop(home: Home): Promise<void> {
  await writeFileAtomic(home.stopRequestedFile, "1");
}

/**
 * Forgets a wish for a restart that has come true: one from before this life began. One that was
 * made since, while the bot was still starting, stays.
 *
 * @param began When this life began, milliseconds since the epoch.
 */
export async function forgetRestartRequest(
  home: Home,
  began: number = performance.timeOrigin,
): Promise<void> {
  const marker = await Deno.stat(home.restartRequestedFile).catch(() => undefined);
  if (marker?.mtime && marker.mtime.getTime() < began) {
    await consumeMarker(home.restartRequestedFile);
  }
}

async function consumeMarker(path: string): Promise<boolean> {
  try {
    await Deno.remove(path);
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

/**
 * Resolves with `true` when a restart is asked for by `restart-requested`, with `false` when
 * `signal` aborts.
 */
export function restartRequested(
  home: Home,
  signal: AbortSignal,
  clock: Clock = systemClock,
): Promise<boolean> {
  return marked(home.restartRequestedFile, signal, clock);
}

/** The same for `state/stop-requested`. One that was left by an earlier run does not count. */
export async function stopRequested(
  home: Home,
  signal: AbortSignal,
  clock: Clock = systemClock,
): Promise<boolean> {
  await consumeMarker(home.stopRequestedFile).catch(() => {});
  return await marked(home.stopRequestedFile, signal, clock);
}

async function marked(path: string, signal: AbortSignal, clock: Clock): Promise<boolean> {
  while (!signal.aborted) {
    // A marker that cannot be removed would count again and again; it counts as none.
    if (await consumeMarker(path).catch(() => false)) return true;
    await clock.sleep(WATCH_MS, signal);
  }
  return false;
}

/**
 * `upgrade-sentinel.json`: whom the next run tells how an upgrade went. The file is that of the
 * Python original, with the topic and the failure added.
 *
 * @module
 */
import { z } from "zod";
import type { Home } from "../config/home.ts";
import { readTextIfExists, writeFileAtomic } from "../store/atomic_file.ts";

export interface UpgradeSentinel {
  /** Who asked; absent when it was asked for in a terminal. */
  chatId?: number;
  threadId?: number;
  oldVersion: string;
  newVersion: string;
  /** Why the old version came back; absent when the new one runs. */
  failed?: string;
}

const Schema = z.object({
  chat_id: z.int().optional().catch(undefined),
  thread_id: z.int().optional().catch(undefined),
  old_version: z.string(),
  new_version: z.string(),
  failed: z.string().optional().catch(undefined),
});

export async function writeUpgradeSentinel(home: Home, sentinel: UpgradeSentinel): Promise<void> {
  const { chatId = 0, threadId, oldVersion, newVersion, failed } = sentinel;
  const content = {
    chat_id: chatId,
    ...threadId !== undefined && { thread_id: threadId },
    old_version: oldVersion,
    new_version: newVersion,
    ...failed !== undefined && { failed },
  };
  await writeFileAtomic(home.upgradeSentinelFile, JSON.stringify(content, null, 2) + "\n");
}

/** Reads and removes it. `undefined`: there is none, or it makes no sense. */
export async function consumeUpgradeSentinel(home: Home): Promise<UpgradeSentinel | undefined> {
  const text = await readTextIfExists(home.upgradeSentinelFile).catch(() => "");
  if (text === undefined) return undefined;
  await Deno.remove(home.upgradeSentinelFile).catch(() => {});
  let raw: unknown;
  try {
    raw = JSON.parse(text);
  } catch {
    return undefined;
  }
  const { data } = Schema.safeParse(raw);
  if (!data) return undefined;
  return {
    ...data.chat_id !== undefined && data.chat_id !== 0 && { chatId: data.chat_id },
    ...data.thread_id !== undefined && { threadId: data.thread_id },
    oldVersion: data.old_version,
    newVersion: data.new_version,
    ...data.failed !== undefined && { failed: data.failed },
  };
}

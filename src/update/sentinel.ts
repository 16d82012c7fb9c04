/**
 * `upgrade-sentinel.json`: whom the next run tells how an upgrade went. The file is that of the
 * Python original, with the topic and the failure added.
 *
 * @module
 */
import { exists } from "../base/on_disk.ts";
import type { Home } from "../config/home.ts";
import { readTextIfExists, writeFileAtomic } from "../base/atomic_file.ts";
import { parseObject, placeIn, textIn } from "./fields.ts";

export interface UpgradeSentinel {
  /** Who asked; absent when it was asked for in a terminal. */
  chatId?: number;
  threadId?: number;
  oldVersion: string;
  newVersion: string;
  /** Why the old version came back; absent when the new one runs. */
  failed?: string;
}

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

/**
 * Gives it to `say` and then removes it, so that no crash in between loses it. `say` also gets when
 * it was written, to know by it one that it has said already. One that makes no sense is removed.
 */
export async function announceUpgrade(
  home: Home,
  say: (sentinel: UpgradeSentinel, at: Date) => Promise<void>,
): Promise<void> {
  const text = await readTextIfExists(home.upgradeSentinelFile).catch(() => "");
  if (text === undefined) return;
  const { mtime } = await Deno.stat(home.upgradeSentinelFile);
  const sentinel = parseSentinel(text);
  if (sentinel) await say(sentinel, mtime ?? new Date(0));
  await Deno.remove(home.upgradeSentinelFile).catch(() => {});
}

/** Whether the next run has something to tell. */
export async function hasUpgradeSentinel(home: Home): Promise<boolean> {
  return await exists(home.upgradeSentinelFile);
}

function parseSentinel(text: string): UpgradeSentinel | undefined {
  const raw = parseObject(text);
  const [oldVersion, newVersion] = [textIn(raw, "old_version"), textIn(raw, "new_version")];
  if (oldVersion === undefined || newVersion === undefined) return undefined;
  const failed = textIn(raw, "failed");
  return { ...placeIn(raw), oldVersion, newVersion, ...failed !== undefined && { failed } };
}

/**
 * Why a bot ended that could not go on, kept in its home: a service has no terminal, and not every
 * machine keeps what it said there.
 *
 * @module
 */
import { readTextIfExists, writeFileAtomic } from "../base/atomic_file.ts";
import type { Home } from "../config/home.ts";

/** Notes them; a home that cannot be written has none. */
export async function noteLastWords(home: Home, words: string): Promise<void> {
  try {
    await Deno.mkdir(home.stateDir, { recursive: true, mode: 0o700 });
    await writeFileAtomic(home.lastWordsFile, words.trim() + "\n", { sync: false });
  } catch {
    // They are on stderr as well.
  }
}

/** The last words that were noted since then; `undefined`: there are none. */
export async function lastWords(home: Home, since: number): Promise<string | undefined> {
  const noted = await Deno.stat(home.lastWordsFile).catch(() => undefined);
  if ((noted?.mtime?.getTime() ?? 0) < since) return undefined;
  return (await readTextIfExists(home.lastWordsFile).catch(() => undefined))?.trim();
}

/**
 * Tells the owner of every file that could not be read and was set aside: by the bot, by a command in
 * a terminal, in a former life. It goes by the files themselves, so whoever did it need not say so.
 */
import { basename, join } from "node:path";
import type { Clock } from "../base/clock.ts";
import { watchFolders } from "../base/folder_watch.ts";
import { namesIn } from "../base/on_disk.ts";
import { asideOf } from "../base/set_aside.ts";
import type { Home } from "../config/home.ts";

export interface AsidesOptions {
  clock: Clock;
  signal: AbortSignal;
  /** Says Markdown to the owner; what was said under this id is not said again. */
  tell(markdown: string, id: string): Promise<void>;
}

/** Watches until `signal` aborts. Never rejects. */
export async function watchAsides(
  home: Home,
  { clock, signal, tell }: AsidesOptions,
): Promise<void> {
  const folders = () => [home.root, home.configDir, home.stateDir];
  const told = new Set<string>();
  await watchFolders({
    folders,
    concerns: (path) => asideOf(path) !== undefined,
    async changed() {
      for (const folder of folders()) {
        for (const name of (await namesIn(folder)).sort()) {
          const path = join(folder, name);
          const aside = asideOf(path);
          if (!aside || told.has(name)) continue;
          await tell(await noticeOf(path, aside), `aside:${name}`);
          told.add(name);
        }
      }
    },
    clock,
    signal,
  });
}

async function noticeOf(
  path: string,
  { original, kind }: NonNullable<ReturnType<typeof asideOf>>,
): Promise<string> {
  const name = `⚠️ \`${basename(original)}\``;
  const kept = `kept as \`${path}\``;
  if (kind === "damaged") {
    return `${name} had damaged lines, perhaps after a power cut. They are ${kept}; ` +
      "all other lines are in use.";
  }
  const changed = (file: string) =>
    Deno.stat(file).then(({ mtime }) => mtime?.getTime(), () => undefined);
  const [now, copy, then] = await Promise.all([original, `${original}.bak`, path].map(changed));
  // A copy from before is what took its place; a younger one was made since.
  const used = copy !== undefined && then !== undefined && copy <= then
    ? "; the last good copy is in use."
    : now === undefined
    ? "; there was no copy, so it is empty now."
    : ".";
  return `${name} could not be read. What was in it is ${kept}${used}`;
}

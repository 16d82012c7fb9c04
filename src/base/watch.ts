/** Learning that files changed, from the system where it can tell, else by looking. */
import { getLogger } from "@logtape/logtape";
import { basename } from "node:path";
import type { Clock } from "./clock.ts";

const log = getLogger(["ductor", "automation"]);

/** An editor saves in several steps; they count as one. */
const SETTLE_MS = 30;
/** How often is looked where the system does not tell. */
const LOOK_MS = 2000;

/**
 * Calls `changed` after something in `folder` changed, until `signal` aborts. With `names`: only for
 * files of these names. May call too often; whoever is called compares contents.
 */
export async function watchFolder(
  folder: string,
  changed: () => void,
  { clock, signal, names }: { clock: Clock; signal: AbortSignal; names?: readonly string[] },
): Promise<void> {
  let watcher: Deno.FsWatcher;
  try {
    watcher = Deno.watchFs(folder, { recursive: false });
  } catch (error) {
    log.info("{folder} is looked at every two seconds: {error}", { folder, error });
    while (!signal.aborted) {
      await clock.sleep(LOOK_MS, signal);
      if (!signal.aborted) changed();
    }
    return;
  }
  const close = () => {
    try {
      watcher.close();
    } catch {
      // Closed already.
    }
  };
  if (signal.aborted) return close();
  signal.addEventListener("abort", close, { once: true });
  let pending = false;
  for await (const event of watcher) {
    if (event.kind === "access" || pending) continue;
    if (names && !event.paths.some((path) => names.includes(basename(path)))) continue;
    pending = true;
    clock.sleep(SETTLE_MS, signal).then(() => {
      pending = false;
      if (!signal.aborted) changed();
    });
  }
}

/** The folders of a home are there, also after somebody removed some while the bot runs. */
import { getLogger } from "@logtape/logtape";
import { Mutex } from "../base/async/locks.ts";
import { isFolder } from "../base/on_disk.ts";
import type { Home } from "../config/home.ts";
import { seedHome } from "./seed.ts";

const log = getLogger(["ductor", "workspace"]);

export interface FoldersOptions {
  home: Home;
  /** Makes what belongs into a home; default: as for a computer with all CLIs. */
  seed?: (() => Promise<unknown>) | undefined;
  /** Tells the owner, in Markdown. */
  tell(markdown: string): Promise<void>;
}

/** @returns To be called before anything that needs the folders; looks, and makes what is missing. */
export function folderKeeper({ home, seed = () => seedHome(home), tell }: FoldersOptions) {
  const making = new Mutex();
  return () =>
    making.run(async () => {
      const there = await Promise.all(home.dirs.map(isFolder));
      const missing = home.dirs.filter((_, n) => !there[n]);
      if (missing.length === 0) return;
      log.warn("Folders of the home are gone and are made again: {missing}", { missing });
      await seed();
      if (!missing.includes(home.memoryDir)) return;
      const name = missing.includes(home.workspaceDir) ? "workspace" : "memory_system";
      await tell(
        `⚠️ The folder \`${name}\` was gone. I made it again with ductor's own files; what else ` +
          "was in it, the memory included, is not there.",
      );
    });
}

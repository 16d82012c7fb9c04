/** `ductor restore`: makes a home of a backup. What was there before is put aside, never deleted. */
import { basename, dirname, join, resolve } from "node:path";
import { namesIn } from "../../base/on_disk.ts";
import { isRunning } from "../../app/end_instance.ts";
import { findInstance } from "../../app/find_instance.ts";
import { resolveHome } from "../../config/home.ts";
import { answer, CommandError } from "../reply.ts";
import { readArchive } from "./archive.ts";

export interface RestoreOptions {
  replace?: boolean | undefined;
  json?: boolean | undefined;
}

export function restore(
  file: string,
  { replace = false, json }: RestoreOptions,
): Promise<number> {
  return answer({ json }, async () => {
    const home = resolveHome(Deno.env);
    if (isRunning(await findInstance(home))) {
      throw new CommandError(`A bot runs in ${home.root}. End it first: ductor stop`);
    }
    const full = (await namesIn(home.root)).length > 0;
    if (full && !replace) {
      throw new CommandError(`${home.root} is not empty.`, {
        hint: "ductor restore FILE --replace puts it aside first; nothing is deleted.",
      });
    }
    // Beside the home, so that it becomes the home by one rename, when all of it is there.
    const stamp = new Date().toISOString().slice(0, 19).replaceAll(/[:T]/g, "-");
    const beside = (what: string) =>
      join(dirname(home.root), `${basename(home.root)}-${what}-${stamp}`);
    const fresh = beside("restoring");
    await Deno.mkdir(fresh, { recursive: true, mode: 0o700 });
    try {
      const { manifest, files } = await readArchive(resolve(file), fresh);
      const aside = full ? beside("before-restore") : undefined;
      if (aside !== undefined) await Deno.rename(home.root, aside);
      else await Deno.remove(home.root).catch(() => {});
      await Deno.rename(fresh, home.root);
      return {
        json: { home: home.root, files, created: manifest.created, ...aside && { aside } },
        text: `${files} files of ${manifest.created.slice(0, 10)} are in ${home.root}.` +
          (aside === undefined ? "" : `\nWhat was there is in ${aside}.`) +
          "\nLog the CLIs in here if they are not, then look: ductor doctor",
      };
    } catch (error) {
      await Deno.remove(fresh, { recursive: true }).catch(() => {});
      throw error;
    }
  });
}

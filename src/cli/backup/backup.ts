/** `ductor backup`: everything that is worth keeping of a home, in one file. Also while the bot runs. */
import { resolve } from "node:path";
import { VERSION } from "../../base/about.ts";
import { exists } from "../../base/on_disk.ts";
import { sizeOf } from "../../base/text.ts";
import { resolveHome } from "../../config/home.ts";
import { answer, CommandError } from "../reply.ts";
import { writeArchive } from "./archive.ts";
import { kept } from "./what.ts";

export interface BackupOptions {
  withLogins?: boolean | undefined;
  json?: boolean | undefined;
}

export function backup(
  file: string | undefined,
  { withLogins = false, json }: BackupOptions,
): Promise<number> {
  return answer({ json }, async () => {
    const home = resolveHome(Deno.env);
    if (!await exists(home.root)) {
      throw new CommandError(`There is nothing to back up: ${home.root} does not exist.`);
    }
    const created = new Date().toISOString();
    const path = resolve(file ?? `ductor-backup-${created.slice(0, 10)}.tar.gz`);
    if (await exists(path)) {
      throw new CommandError(`${path} exists already. Name another file: ductor backup FILE`);
    }
    const manifest = { format: 1 as const, version: VERSION, created, logins: withLogins };
    const { files, bytes } = await writeArchive(path, manifest, kept(home, { logins: withLogins }));
    const { size } = await Deno.stat(path);
    return {
      json: { file: path, files, bytes, size, logins: withLogins },
      text: `${path}: ${files} files, ${sizeOf(size)}.\n` +
        "It has your bot token and other secrets in it; keep it where nobody else reads. " +
        "On another machine: ductor restore FILE",
    };
  });
}

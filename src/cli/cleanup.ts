/** `ductor cleanup`: removes what is old now, or shows what would go. */
import { relative } from "node:path";
import { Cleanup } from "../jobs/cleanup/cleanup.ts";
import { type OldFile, oldFiles } from "../jobs/cleanup/old_files.ts";
import { systemClock } from "../base/clock.ts";
import { resolveHome } from "../config/home.ts";
import { peekOrLastGood } from "../config/load.ts";
import { defaultConfig } from "../config/schema.ts";
import { resolveTimeZone } from "../config/timezone.ts";
import { FileIndex } from "../files/file_index.ts";
import { answer } from "./reply.ts";

export interface CleanupCommandOptions {
  dryRun?: boolean | undefined;
  json?: boolean | undefined;
}

export function cleanup({ dryRun = false, json }: CleanupCommandOptions): Promise<number> {
  return answer({ json }, async () => {
    const home = resolveHome(Deno.env);
    const config = await peekOrLastGood(home) ?? defaultConfig();
    const shown = (file: OldFile) => ({
      path: relative(home.root, file.path),
      kind: file.kind,
      size: file.size,
      modified: new Date(file.modified).toISOString(),
    });
    if (dryRun) {
      const files = (await oldFiles(home, config, systemClock.now())).map(shown);
      const head = files.length === 0
        ? "Nothing is old enough to be removed."
        : "These would be removed:";
      return {
        json: { dry_run: true, count: files.length, files },
        text: [head, ...files.map(lineOf)].join("\n"),
      };
    }
    const worker = new Cleanup({
      home,
      clock: systemClock,
      config: () => config,
      timeZone: () => resolveTimeZone(config.user_timezone).zone,
      reindex: () => new FileIndex(home.telegramFilesDir, systemClock).update(),
      signal: new AbortController().signal,
    });
    const removed = await worker.clean();
    const [files, failed] = [removed.files.map(shown), removed.failed.map(shown)];
    const head = files.length === 0 ? "Nothing was old enough to be removed." : "Removed:";
    const lines = [head, ...files.map(lineOf)];
    if (failed.length > 0) lines.push("Could not be removed:", ...failed.map(lineOf));
    return {
      json: { dry_run: false, count: files.length, files, failed },
      text: lines.join("\n"),
      code: failed.length > 0 ? 1 : 0,
    };
  });
}

function lineOf({ path, size, modified }: { path: string; size: number; modified: string }) {
  const bytes = size > 0 ? `, ${size.toLocaleString("en-US")} bytes` : "";
  return `  ${path}  (${modified.slice(0, 10)}${bytes})`;
}

/** How this program starts itself again. */
import { join } from "node:path";

/** The command that starts this program, without arguments of its own. */
export function selfCommand(): [string, ...string[]] {
  if (Deno.build.standalone) return [Deno.execPath()];
  const root = join(import.meta.dirname!, "..", "..");
  return [
    Deno.execPath(),
    "run",
    "--quiet",
    "--config",
    join(root, "deno.json"),
    "--no-prompt",
    "-P",
    join(root, "main.ts"),
  ];
}

/** Since when nobody has typed in the terminal that a process runs in. */
import { newCommand } from "../base/command.ts";
import { within } from "../base/async/within.ts";

/** Of GNU and of BSD. Linux keeps the time of a terminal's last input to within 8 seconds. */
const SCRIPT = 't=$(ps -o tty= -p "$1" | tr -d " ") && [ -c "/dev/$t" ] && ' +
  '{ stat -c %X "/dev/$t" 2>/dev/null || stat -f %a "/dev/$t"; }';
const PATIENCE_MS = 2000;

/** When something was typed there last, in milliseconds since the epoch; `undefined`: it has none. */
export async function lastInput(pid: number): Promise<number | undefined> {
  if (Deno.build.os === "windows") return undefined;
  const ran = newCommand("/bin/sh", {
    args: ["-c", SCRIPT, "sh", String(pid)],
    stdin: "null",
    stdout: "piped",
    stderr: "null",
  }).output();
  const done = await within(ran.catch(() => undefined), PATIENCE_MS);
  if (typeof done !== "object" || !done?.success) return undefined;
  const seconds = Number(new TextDecoder().decode(done.stdout).trim());
  return seconds > 0 ? seconds * 1000 : undefined;
}

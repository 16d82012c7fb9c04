import { after } from "../base/async/timer.ts";
import type { Clock } from "../base/clock.ts";
import type { Child } from "../process/launcher.ts";

/**
 * What a CLI prints on its standard output; empty when it does not start, and no more than it has
 * printed when it does not end.
 *
 * @param ms How long it may take.
 */
export async function printed(
  start: () => Promise<Child>,
  ms: number,
  clock: Clock,
): Promise<string> {
  let child: Child;
  try {
    child = await start();
  } catch {
    return "";
  }
  using _limit = after(ms, () => child.kill({ graceMs: 0 }), { clock });
  const lines: string[] = [];
  await child.closeStdin();
  for await (const line of child.lines) lines.push(line);
  await child.kill({ graceMs: 0 });
  return lines.join("\n");
}

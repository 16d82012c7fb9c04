/**
 * Has a CLI of the host renew its own login. Only the host can: what runs in the container has no
 * token to do it with. No model is asked and nothing of an agent is read.
 */
import { after } from "../base/async/timer.ts";
import type { Renewal } from "../agents/facts.ts";
import type { Launcher } from "../process/launcher.ts";
import { type Clock, systemClock } from "../base/clock.ts";

/** Generous: ended in the middle, a CLI could lose the login that the service has just replaced. */
const LIMIT_MS = 60_000;

/** What is run on the host. */
export interface HostRenewal extends Renewal {
  /** The CLI. */
  command: string;
}

/**
 * Runs it in `cwd`, which must be no folder an agent can write: the CLIs read settings there.
 *
 * @throws {LaunchError} `not_found` when the host does not have the CLI
 */
export async function renewOnHost(
  renewal: HostRenewal,
  options: { host: Launcher; cwd: string; clock?: Clock },
): Promise<void> {
  const { host, cwd, clock = systemClock } = options;
  const { command, args, says, done } = renewal;
  const child = await host.launch({ command, args, cwd });
  using _limit = after(LIMIT_MS, () => child.kill(), { clock });
  try {
    for (const line of says) await child.write(line);
    if (done === undefined) await child.closeStdin();
    for await (const line of child.lines) if (done?.(line)) break;
  } finally {
    await child.kill();
  }
}

/**
 * Has a CLI of the host renew its own login. Only the host can: what runs in the container has no
 * token to do it with. No model is asked and nothing of an agent is read.
 */
import type { Launcher } from "../process/launcher.ts";
import { type Clock, systemClock } from "../base/clock.ts";

/** Generous: ended in the middle, a CLI could lose the login that the service has just replaced. */
const LIMIT_MS = 60_000;

/** A command of the CLI that renews a login which is about to end, and nothing else. */
export interface Renewal {
  command: string;
  args: readonly string[];
  /** What it is told, line by line. */
  says: readonly string[];
  /** Whether a line it prints says that it is done; without: it ends by itself. */
  done?: (line: string) => boolean;
}

/**
 * Asking for any MCP server renews; this one is none, so none is started. (`auth status` is no good:
 * older versions do not renew then, newer ones do not wait for it.)
 */
export const CLAUDE_RENEWAL: Renewal = {
  command: "claude",
  args: ["mcp", "get", "ductor-renews-the-login"],
  says: [],
};

const ACCOUNT_ID = 2;

export const CODEX_RENEWAL: Renewal = {
  command: "codex",
  args: ["app-server"],
  says: [
    { id: 1, method: "initialize", params: { clientInfo: { name: "ductor", version: "1" } } },
    { method: "initialized" },
    { id: ACCOUNT_ID, method: "account/read", params: { refreshToken: true } },
  ].map((message) => JSON.stringify(message)),
  done: (line) => {
    try {
      return JSON.parse(line)?.id === ACCOUNT_ID;
    } catch {
      return false;
    }
  },
};

/**
 * Runs it in `cwd`, which must be no folder an agent can write: the CLIs read settings there.
 *
 * @throws {LaunchError} `not_found` when the host does not have the CLI
 */
export async function renewOnHost(
  renewal: Renewal,
  options: { host: Launcher; cwd: string; clock?: Clock },
): Promise<void> {
  const { host, cwd, clock = systemClock } = options;
  const { command, args, says, done } = renewal;
  const child = await host.launch({ command, args, cwd });
  const over = new AbortController();
  void clock.sleep(LIMIT_MS, over.signal).then(() =>
    over.signal.aborted ? undefined : child.kill()
  );
  try {
    for (const line of says) await child.write(line);
    if (done === undefined) await child.closeStdin();
    for await (const line of child.lines) if (done?.(line)) break;
  } finally {
    over.abort();
    await child.kill();
  }
}

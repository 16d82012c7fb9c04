/** How processes in a container end: by us, by themselves, and what is to be said about it. */
import { getLogger } from "@logtape/logtape";
import { LATE, within } from "../base/async/within.ts";
import type { Home } from "../config/home.ts";
import type { ExitStatus } from "../process/launcher.ts";
import { findContainer } from "./container.ts";
import type { Run } from "./docker.ts";
import { MARKER, type Running } from "./sandbox.ts";
import { removeOthers } from "./teardown.ts";

const log = getLogger(["ductor", "sandbox"]);

/** Exit code of what was ended by SIGKILL. */
const KILLED = 137;
/** Within which all processes of a container that is being removed have ended. */
const GOING_MS = 1000;

/** Ends by hand what carries a marker, where nobody inside can be asked to. */
const END_BY_MARKER = 'for p in /proc/[0-9]*; do grep -qF -e "$1" "$p/environ" 2>/dev/null && ' +
  'kill -9 "${p#/proc/}"; done; true';

/** Ends a process and all it started. */
export async function endInside(
  run: Run,
  running: Running,
  marker: string,
  graceMs: number,
): Promise<void> {
  if (await running.bridge.kill(marker, graceMs)) return;
  const container = await findContainer(run, running.id).catch(() => undefined);
  if (!container?.running) return;
  const { code } = await run(["exec", running.id, "/bin/sh", "-c", END_BY_MARKER, "sh", marker]);
  if (code === 0) return;
  log.warn("Processes in the container could not be ended one by one; all of it is ended");
  await run(["rm", "-f", running.id]);
}

/**
 * What is to be said about an end that we did not ask for, and whether the whole container is gone.
 *
 * @param memory its limit
 */
export async function whyEnded(run: Run, running: Running, { code }: ExitStatus, memory: string) {
  // A container that is being removed still counts as running, but takes all of its processes along.
  const goes = code === KILLED && await within(running.bridge.ended, GOING_MS) !== LATE;
  const container = await findContainer(run, running.id).catch(() => undefined);
  if (goes || !container?.running) {
    const text = "The sandbox's container was stopped or removed, or its engine has gone.";
    return { text, gone: true };
  }
  const text =
    `It was killed in the sandbox. Its limit is ${memory} of memory (\`docker.memory\`).`;
  return code === KILLED ? { text, gone: false } : undefined;
}

/** Ends what a former life of the bot has left running in containers of the home. */
export async function endLeft(run: Run, home: Home, name: string): Promise<void> {
  await removeOthers(home, run, name).catch((error) =>
    log.warn("Containers of conversations and projects could not be removed: {error}", { error })
  );
  const container = await findContainer(run, name).catch(() => undefined);
  if (!container?.running || container.home !== home.root) return;
  const args = ["exec", container.id, "/bin/sh", "-c", END_BY_MARKER, "sh", `${MARKER}=`];
  const { code, stderr } = await run(args);
  if (code !== 0) log.warn("What runs in the container could not be ended: {stderr}", { stderr });
}

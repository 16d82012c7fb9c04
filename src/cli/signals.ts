/** Ctrl-C and the system's request to end. */

/** One Ctrl-C reaches us up to three times: from the terminal, from npx, from the task runner. */
const ONE_PRESS_MS = 1000;

/** What a test replaces. */
interface Parts {
  on(name: Deno.Signal, handle: () => void): void;
  off(name: Deno.Signal, handle: () => void): void;
  /** Milliseconds since any moment. */
  now(): number;
  exit(code: number): void;
}

const SYSTEM: Parts = {
  on: Deno.addSignalListener,
  off: Deno.removeSignalListener,
  now: () => performance.now(),
  exit: Deno.exit,
};

/**
 * Aborts at the first signal; at one more the program ends at once. Repeats of the first within a
 * second are the same one.
 */
export function untilSignal(
  parts: Partial<Parts> = {},
): { signal: AbortSignal } & Disposable {
  const { on, off, now, exit } = { ...SYSTEM, ...parts };
  const controller = new AbortController();
  const names: Deno.Signal[] = Deno.build.os === "windows"
    ? ["SIGINT", "SIGBREAK"]
    : ["SIGINT", "SIGTERM", "SIGHUP"];
  let first = 0;
  const handle = () => {
    if (!controller.signal.aborted) {
      first = now();
      controller.abort();
    } else if (now() - first >= ONE_PRESS_MS) exit(130);
  };
  for (const name of names) on(name, handle);
  return {
    signal: controller.signal,
    [Symbol.dispose]() {
      for (const name of names) off(name, handle);
    },
  };
}

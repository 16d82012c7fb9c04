/** Ctrl-C and the system's request to end. */
import { countPresses } from "../base/presses.ts";

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
 * Aborts at the first signal; at one more, which is no echo of it, the program ends at once.
 */
export function untilSignal(
  parts: Partial<Parts> = {},
): { signal: AbortSignal } & Disposable {
  const { on, off, now, exit } = { ...SYSTEM, ...parts };
  const controller = new AbortController();
  const names: Deno.Signal[] = Deno.build.os === "windows"
    ? ["SIGINT", "SIGBREAK"]
    : ["SIGINT", "SIGTERM", "SIGHUP"];
  const press = countPresses(now);
  const handle = () => {
    if (press() === "again") exit(130);
    else controller.abort();
  };
  for (const name of names) on(name, handle);
  return {
    signal: controller.signal,
    [Symbol.dispose]() {
      for (const name of names) off(name, handle);
    },
  };
}

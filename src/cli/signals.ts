/** Ctrl-C and the system's request to end. */

/**
 * Aborts at the first signal; at the second the program ends at once.
 */
export function untilSignal(): { signal: AbortSignal } & Disposable {
  const controller = new AbortController();
  const names: Deno.Signal[] = Deno.build.os === "windows"
    ? ["SIGINT", "SIGBREAK"]
    : ["SIGINT", "SIGTERM", "SIGHUP"];
  const handle = () => {
    if (controller.signal.aborted) Deno.exit(130);
    controller.abort();
  };
  for (const name of names) Deno.addSignalListener(name, handle);
  return {
    signal: controller.signal,
    [Symbol.dispose]() {
      for (const name of names) Deno.removeSignalListener(name, handle);
    },
  };
}

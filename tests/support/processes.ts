/** What runs on this machine, for tests that prove that nothing is left running. */

/** Variable by which the processes of one test are known; children inherit it. */
export const MARK = "DUCTOR_TEST_MARK";

/** Whether a process runs; one that has ended but was not collected by its parent does not. */
export async function isRunning(pid: number): Promise<boolean> {
  const { stdout } = await new Deno.Command("ps", {
    args: ["-o", "stat=", "-p", String(pid)],
    stderr: "null",
  }).output();
  const state = new TextDecoder().decode(stdout).trim();
  return state !== "" && !state.startsWith("Z");
}

/**
 * Command lines of the running processes that have `MARK=mark` in their environment. Looks at
 * `/proc`; elsewhere than on Linux it finds nothing, and tests rely on {@link isRunning}.
 */
export async function marked(mark: string): Promise<string[]> {
  if (Deno.build.os !== "linux") return [];
  const found: string[] = [];
  for await (const { name } of Deno.readDir("/proc")) {
    if (!/^\d+$/.test(name)) continue;
    try {
      const environment = await Deno.readTextFile(`/proc/${name}/environ`);
      if (!environment.split("\0").includes(`${MARK}=${mark}`)) continue;
      const line = await Deno.readTextFile(`/proc/${name}/cmdline`);
      found.push(`${name} ${line.replaceAll("\0", " ").trim()}`);
    } catch {
      // Ended meanwhile, or not ours to read: neither is a process of the test.
    }
  }
  return found;
}

/** Asks again and again until `holds`; throws with `what` when it does not within `limitMs`. */
export async function until(
  holds: () => boolean | Promise<boolean>,
  what: string | (() => string | Promise<string>),
  limitMs = 15_000,
): Promise<void> {
  const end = performance.now() + limitMs;
  while (!await holds()) {
    if (performance.now() > end) {
      throw new Error(`waited in vain for: ${typeof what === "string" ? what : await what()}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** Telling one wish to end from its echoes, and from a second one. */

/** One Ctrl-C reaches us up to three times: from the terminal, from npx, from the task runner. */
const ONE_PRESS_MS = 1000;

/** `echo`: of the first; `again`: somebody does not want to wait. */
export type Press = "first" | "echo" | "again";

/**
 * What the next signal is: what comes within a second of the first is its echo.
 *
 * @param now Milliseconds since any moment.
 */
export function countPresses(now: () => number): () => Press {
  let first: number | undefined;
  return () => {
    if (first === undefined) {
      first = now();
      return "first";
    }
    return now() - first < ONE_PRESS_MS ? "echo" : "again";
  };
}

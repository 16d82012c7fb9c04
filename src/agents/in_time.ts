import { after } from "../base/async/timer.ts";
import type { Clock } from "../base/clock.ts";
import { AgentError } from "./agent.ts";

/**
 * Runs what gets a CLI ready.
 *
 * @param title Who is started, for the words of the error.
 * @param ms How long it may take; then the signal is aborted with the error.
 * @throws {AgentError} `timeout`; what `work` throws.
 */
export async function inTime<T>(
  title: string,
  ms: number,
  clock: Clock,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const slow = new AbortController();
  using _limit = after(ms, () => {
    slow.abort(new AgentError("timeout", `${title} did not start within ${ms / 1000} s.`));
  }, { clock });
  return await work(slow.signal);
}

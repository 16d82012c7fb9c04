/**
 * A turn together with those that follow from it: while something runs in the background the agent
 * has not said its last word.
 */
import { type Clock, systemClock } from "../base/clock.ts";
import type { AgentEvent, AgentSession, TurnInput } from "./agent.ts";
import { stallTimeout, timeoutError, withStallTimeout } from "./stall.ts";

/**
 * Passes on the events of a turn and of all that the agent begins by itself until nothing runs any
 * more. Each turn ends with a `result` or an `error`; an error is the last event.
 *
 * @param ms Silence after which it is ended with an error of kind `timeout`; 0: no limit.
 */
export async function* throughLastTurn(
  session: AgentSession,
  turn: TurnInput,
  ms: number,
  signal: AbortSignal,
  clock: Clock = systemClock,
): AsyncIterable<AgentEvent> {
  const onStall = () => session.close();
  for await (const event of withStallTimeout(session, turn, ms, signal, clock)) {
    yield event;
    if (event.type === "error" || (event.type === "result" && event.interrupted)) return;
  }
  const { background } = session;
  if (!background) return;
  const woken = background.woken[Symbol.asyncIterator]();
  const next = () => woken.next().then(({ value, done }) => done ? undefined : value);
  const stopped = new Promise<void>((resolve) =>
    signal.addEventListener("abort", () => resolve(), { once: true })
  );
  let coming = next();
  while (!signal.aborted) {
    const waiting = new AbortController();
    const outcome = await Promise.race([
      coming,
      background.settled().then(() => "settled" as const),
      background.sign().then(() => "alive" as const),
      ...ms > 0 ? [clock.sleep(ms, waiting.signal).then(() => "stalled" as const)] : [],
      stopped.then(() => undefined),
    ]);
    waiting.abort();
    if (outcome === "alive") continue;
    if (outcome === "stalled") {
      await onStall();
      yield timeoutError(ms);
    }
    if (outcome === undefined || typeof outcome === "string") return;
    const stop = () => void outcome.interrupt();
    signal.addEventListener("abort", stop, { once: true });
    for await (const event of stallTimeout(outcome.events, ms, { onStall, clock })) {
      yield event;
      if (event.type === "error") return;
    }
    signal.removeEventListener("abort", stop);
    coming = next();
  }
}

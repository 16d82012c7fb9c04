/** Ends a turn whose CLI has fallen silent. */
import { LATE, within } from "../base/async/within.ts";
import { counted } from "../base/text.ts";
import type { Clock } from "../base/clock.ts";
import type { AgentEvent } from "./agent.ts";

/** How long a turn that was left may take to end. */
const CLOSING_MS = 10_000;

export interface StallOptions {
  /** Called once, when `ms` have passed without an event. */
  onStall: () => Promise<void>;
  clock: Clock;
}

/**
 * Passes `events` on. When `ms` pass without any, calls `onStall` and ends with an error of kind
 * `timeout`. Time in which the consumer is busy, and time in which the user is being asked for
 * permission, does not count. `ms` of 0: no limit.
 */
export async function* stallTimeout(
  events: AsyncIterable<AgentEvent>,
  ms: number,
  { onStall, clock }: StallOptions,
): AsyncGenerator<AgentEvent> {
  const iterator = events[Symbol.asyncIterator]();
  const asked = new Set<string>();
  // The user's answer starts the time anew, before the CLI has said anything.
  let answered = Promise.withResolvers<void>();
  try {
    while (true) {
      const next = iterator.next();
      // A rejection is seen when it is awaited below; until then it must not count as unhandled.
      next.catch(() => {});
      const coming = next.then(() => "event", () => "event");
      let stalled = false;
      while (ms > 0) {
        const outcome = asked.size > 0
          ? await Promise.race([coming, answered.promise.then(() => "answered")])
          : await within(coming, ms, { clock });
        if (outcome === "answered") {
          answered = Promise.withResolvers();
          continue;
        }
        stalled = outcome === LATE;
        break;
      }
      if (stalled) {
        await onStall();
        yield timeoutError(ms);
        return;
      }
      const { value: event, done } = await next;
      if (done) return;
      if (event.type === "permission") {
        asked.add(event.id);
        yield {
          ...event,
          respond: async (decision) => {
            await event.respond(decision);
            asked.delete(event.id);
            answered.resolve();
          },
        };
        continue;
      }
      if (event.type === "permission_cancelled") asked.delete(event.id);
      yield event;
    }
  } finally {
    // For a consumer that stops early: the turn below has to learn of it. Not waited for after a
    // stall, where the turn may be the very thing that hangs.
    const closing = iterator.return?.();
    if (closing) await within(closing, CLOSING_MS, { clock }).catch(() => {});
  }
}

/** What a turn ends with that was silent for `ms`. */
export function timeoutError(ms: number): AgentEvent & { type: "error" } {
  const minutes = Math.round(ms / 60_000);
  const time = minutes >= 1 ? counted(minutes, "minute") : counted(Math.round(ms / 1000), "second");
  return {
    type: "error",
    kind: "timeout",
    message: `The agent gave no sign of life for ${time}, so it was stopped. ` +
      "The session is kept: write again to go on.",
  };
}

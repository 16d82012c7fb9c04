/** Runs a turn of the agent and shows what happens while it runs. */
import { getLogger } from "@logtape/logtape";
import type { AgentEvent, AgentSession, TurnInput } from "../agents/agent.ts";
import { withStallTimeout } from "../agents/stall.ts";
import type { Request } from "./request.ts";
import type { Reply, Speaker } from "./speaker.ts";

const log = getLogger(["ductor", "turn"]);

const STATUS_TEXT: Record<string, string | undefined> = {
  compacting: "Shortening the conversation so far…",
  retrying: "The service is busy, trying again…",
};

export interface RelayOptions {
  request: Request;
  turn: TurnInput;
  /** Silence after which the turn is ended, ms; 0: no limit. */
  stallMs: number;
  reply: Reply;
  speaker: Speaker;
  signal: AbortSignal;
}

/**
 * Passes on what the caller has to know: `session`, signs that the agent acted, that it is
 * compacting, and the end.
 */
export async function* relay(
  session: AgentSession,
  { request, turn, stallMs, reply, speaker, signal }: RelayOptions,
): AsyncIterable<AgentEvent> {
  // Open questions to the user, taken back one by one or all together with the turn.
  const asking = new Map<string, AbortController>();
  try {
    for await (const event of withStallTimeout(session, turn, stallMs, signal)) {
      switch (event.type) {
        case "text":
          if (event.parent !== undefined) continue; // a sub-agent's text is not the answer
          reply.text(event.text);
          break;
        case "text_end":
          reply.paragraph();
          break;
        case "thinking":
          reply.thinking(event.text);
          continue;
        case "tool":
          if (event.phase === "start") reply.tool(event.name, event.input);
          break;
        case "status":
          reply.status(STATUS_TEXT[event.status ?? "none"]);
          if (event.status !== "compacting") continue;
          break;
        case "permission": {
          const asked = new AbortController();
          asking.set(event.id, asked);
          ask(event, request, speaker, asked.signal);
          break;
        }
        case "permission_cancelled":
          asking.get(event.id)?.abort();
          continue;
        case "alive":
          continue;
        case "result":
          if (!reply.started && event.text !== "") reply.text(event.text);
          break;
      }
      yield event;
    }
  } finally {
    for (const asked of asking.values()) asked.abort();
  }
}

/** Does not hold up the events: while the user thinks, the agent may take its question back. */
function ask(
  event: AgentEvent & { type: "permission" },
  request: Request,
  speaker: Speaker,
  signal: AbortSignal,
): void {
  speaker.ask(request.address, { ...event, userId: request.userId }, signal)
    .then((decision) => decision && event.respond(decision))
    .catch(async (error) => {
      log.error("The user could not be asked for permission: {error}", { error });
      await event.respond({ behavior: "deny", reason: "The user could not be asked." });
    })
    .catch((error) => log.error("An answer did not reach the agent: {error}", { error }));
}

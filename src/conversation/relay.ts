/** Shows a turn of the agent while it runs. */
import { getLogger } from "@logtape/logtape";
import { spawn } from "../base/async/spawn.ts";
import type { AgentEvent } from "../agents/agent.ts";
import type { ProviderName } from "../agents/provider.ts";
import type { Ending } from "./ending.ts";
import type { Request } from "./request.ts";
import type { Reply } from "./speaker.ts";
import type { TurnContext } from "./turn_context.ts";

const log = getLogger(["ductor", "turn"]);

export interface RelayOptions {
  /** Where the turn takes place, and who is asked. */
  request: Pick<Request, "address" | "userId" | "updateIds">;
  reply: Reply;
  /** Who asks, where that is not the conversation itself. */
  job?: string | undefined;
  /** Ends the turn, and takes its questions back. */
  signal: AbortSignal;
}

export type RelayContext = Pick<TurnContext, "speaker" | "asks">;

/** Shows what it observes. Disposed of, it takes back the questions that are still open. */
export interface Relay extends Disposable {
  observe(event: AgentEvent): void;
}

export function relay(options: RelayOptions, context: RelayContext): Relay {
  const { request, reply, signal } = options;
  const kept = request.updateIds.length > 0;
  // Open questions to the user, taken back one by one or all together with the turn.
  const asking = new Map<string, AbortController>();
  const running = new Set<string>();
  return {
    observe(event) {
      switch (event.type) {
        case "text":
          // A sub-agent's text is not the answer.
          if (event.parent === undefined) reply.text(event.text);
          break;
        case "withdrawn":
          reply.withdraw(event.text);
          break;
        case "text_end":
          reply.paragraph();
          break;
        case "thinking":
          reply.thinking(event.text);
          break;
        case "tool":
          if (event.phase === "start") {
            running.add(event.id);
            reply.tool(event.name, event.input, { inner: event.parent !== undefined });
          } else if (running.delete(event.id) && running.size === 0) {
            // What comes of it is with the model.
            reply.thinking("");
          }
          break;
        case "status":
          reply.status(event.status);
          break;
        case "answered":
          // It stays above, as a message of its own.
          spawn("Ending a part of an answer", reply.asks().then((over) => over[Symbol.dispose]()));
          break;
        case "permission": {
          const asked = new AbortController();
          asking.set(event.id, asked);
          // A question that is asked again says so at once; the others are taken back with the turn.
          const ends = kept ? AbortSignal.any([asked.signal, signal]) : asked.signal;
          ask(event, options, context, ends);
          break;
        }
        case "permission_cancelled":
          asking.get(event.id)?.abort();
          break;
        case "result":
          if (!reply.started && event.text !== "") reply.text(event.text);
          break;
      }
    },
    [Symbol.dispose]() {
      for (const asked of asking.values()) asked.abort();
    },
  };
}

/** Ends the reply; a failure of the agent goes to the log too, in its own words. */
export async function finish(reply: Reply, provider: ProviderName, ending: Ending): Promise<void> {
  if ("failure" in ending && ending.failure.type === "agent") {
    const { kind, message, detail = message } = ending.failure.end;
    log.warn("A {provider} turn ended with {kind}: {detail}", { provider, kind, detail });
  }
  await reply.finish(ending);
}

/** Does not hold up the events: while the user thinks, the agent may take its question back. */
function ask(
  event: AgentEvent & { type: "permission" },
  { request: { address, userId }, reply, job }: RelayOptions,
  { speaker, asks }: RelayContext,
  signal: AbortSignal,
): void {
  const decide = async () => {
    using _waits = asks(address);
    using _over = await reply.asks();
    return await speaker.ask(
      address,
      { ...event, userId, ...job !== undefined && { job } },
      signal,
    );
  };
  decide()
    .then((decision) => decision && event.respond(decision))
    .catch(async (error) => {
      log.error("The user could not be asked for permission: {error}", { error });
      await event.respond({ behavior: "deny", reason: "The user could not be asked." });
    })
    .catch((error) => log.error("An answer did not reach the agent: {error}", { error }));
}

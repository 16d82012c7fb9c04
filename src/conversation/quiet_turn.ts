/** A turn in a conversation's own session that nobody watches: nothing of it is shown by itself. */
import { AgentError, type AgentErrorKind } from "../agents/agent.ts";
import { withStallTimeout } from "../agents/stall.ts";
import { type Address, keyOf } from "./address.ts";
import type { Choice } from "./choice.ts";
import { chatRun, runSpec, turnInput } from "./run_spec.ts";
import { type TurnContext, withNews } from "./turn.ts";

export interface QuietTurn {
  address: Address;
  text: string;
  /** The session to go on with; a quiet turn never begins one. */
  sessionId: string;
  choice: Choice;
}

export interface QuietEnd {
  /** The answer; `undefined` when the turn failed or was stopped. */
  text: string | undefined;
  failure?: AgentErrorKind | "stopped";
  sessionId: string;
  costUsd: number;
  tokens: number;
  /** Version of the memory that the session has now seen. */
  memorySeen?: string;
}

/** Runs it to its end. Permissions are denied: nobody is there to be asked. */
export async function quietTurn(
  turn: QuietTurn,
  context: TurnContext,
  signal: AbortSignal,
): Promise<QuietEnd> {
  const { address, choice } = turn;
  const memory = await context.memory();
  const { instructions } = memory;
  const config = context.config();
  const run = { address, choice, resume: turn.sessionId, instructions };
  const spec = runSpec(chatRun(run, context.home, config), config, context.models);
  const bucket = (await context.sessions.get(address))?.provider_sessions[choice.provider];
  const text = await withNews(turn.text, bucket, memory, context);
  const end: QuietEnd = { text: undefined, sessionId: turn.sessionId, costUsd: 0, tokens: 0 };
  try {
    await context.pool.use(keyOf(address), choice.provider, spec, async (session) => {
      const input = turnInput(spec, { text });
      const stallMs = config.cli_timeout * 1000;
      let said = "";
      for await (const event of withStallTimeout(session, input, stallMs, signal)) {
        if (event.type === "session") end.sessionId = event.id;
        else if (event.type === "text" && event.parent === undefined) said += event.text;
        else if (event.type === "text_end" && said !== "") said += "\n\n";
        // What is said between two tools is not the answer.
        else if (event.type === "tool" && event.phase === "start") said = "";
        else if (event.type === "permission") {
          await event.respond({ behavior: "deny", reason: "Nobody is there to be asked now." });
        } else if (event.type === "result" || event.type === "error") {
          end.costUsd = event.costUsd ?? 0;
          end.tokens = event.usage ? event.usage.inputTokens + event.usage.outputTokens : 0;
          if (event.type === "result") end.memorySeen = memory.version;
          if (event.type === "error") end.failure = event.kind;
          else if (event.interrupted || signal.aborted) end.failure = "stopped";
          else end.text = said.trim() || event.text.trim();
          return;
        }
      }
      end.failure = "crash";
    });
  } catch (error) {
    if (!(error instanceof AgentError)) throw error;
    end.failure = error.kind;
  }
  if (signal.aborted && end.text === undefined) end.failure = "stopped";
  return end;
}

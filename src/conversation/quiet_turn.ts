/** A turn in a conversation's own session in the workspace that nobody watches: nothing of it is shown by itself. */
import type { AgentErrorKind } from "../agents/agent.ts";
import type { MemoryState } from "../workspace/memory_news.ts";
import { type Address, seatKey } from "./address.ts";
import type { Choice } from "./choice.ts";
import {
  denying,
  follow,
  type Followed,
  type Following,
  unopened,
  wasInterrupted,
} from "./follow.ts";
import { WORKSPACE } from "./places.ts";
import { specFor, turnInput } from "./run_spec.ts";
import { withNews } from "./session_memory.ts";
import type { TurnContext } from "./turn_context.ts";

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
  const place = await context.places.of({ ...address, project: WORKSPACE });
  const memory = await context.memory(place.project);
  const { instructions } = memory;
  const config = context.config();
  const run = { place, choice, resume: turn.sessionId, instructions };
  const spec = specFor(run, context);
  const bucket = (await context.sessions.get(place.seat))?.provider_sessions[choice.provider];
  const text = await withNews(turn.text, bucket, memory, context);
  const following: Following = {
    silenceMs: config.cli_timeout * 1000,
    clock: context.clock,
    signal,
    observe: denying("Nobody is there to be asked now."),
  };
  const done = await context.pool.use(
    seatKey(place.seat),
    choice.provider,
    spec,
    (session) => follow(session, turnInput(spec, { text }), following),
  ).catch(unopened);
  return endOf(done, turn, memory, signal.aborted);
}

function endOf(
  { end, ...done }: Followed,
  turn: QuietTurn,
  memory: MemoryState,
  stopped: boolean,
): QuietEnd {
  const common = {
    sessionId: done.sessionId ?? turn.sessionId,
    costUsd: done.costUsd ?? 0,
    tokens: done.tokens ?? 0,
    ...end.type === "result" && { memorySeen: memory.version },
  };
  if (stopped || wasInterrupted({ end })) {
    return { ...common, text: undefined, failure: "stopped" };
  }
  if (end.type === "error") return { ...common, text: undefined, failure: end.kind };
  return { ...common, text: done.answer };
}

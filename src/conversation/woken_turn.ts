/** A turn that the agent began by itself, told in the conversation as a message of its own. */
import type { PoolTurn } from "../agents/pool.ts";
import { stallTimeout } from "../agents/stall.ts";
import { ProgramEnds } from "./conversation.ts";
import { type End, finishReply } from "./ending.ts";
import { addressOf } from "./address.ts";
import { relay } from "./relay.ts";
import type { TurnContext } from "./turn.ts";

/**
 * Follows the turn to its end. Aborting `signal` interrupts the agent.
 *
 * @param userId Who answers the agent's questions.
 */
export async function runWokenTurn(
  woken: PoolTurn,
  userId: number,
  context: Pick<TurnContext, "config" | "timeZone" | "sessions" | "speaker">,
  signal: AbortSignal,
): Promise<void> {
  const { speaker, sessions } = context;
  const { provider, session } = woken;
  const address = addressOf(woken.key);
  const request = { updateIds: [], address, userId, text: "" };
  const stop = () => void woken.interrupt();
  signal.addEventListener("abort", stop, { once: true });
  using _typing = speaker.typing(address);
  const reply = speaker.reply(request, { id: crypto.randomUUID(), unkept: true });
  let end: End = { type: "error", kind: "crash", message: "The agent ended without an answer." };
  try {
    if (signal.aborted) stop();
    const stallMs = context.config().cli_timeout * 1000;
    const events = stallTimeout(woken.events, stallMs, { onStall: () => session.close() });
    for await (const event of relay(events, { request, reply, speaker })) {
      if (event.type === "result" || event.type === "error") end = event;
    }
  } finally {
    signal.removeEventListener("abort", stop);
  }
  await sessions.recordQuiet(address, {
    provider,
    sessionId: session.id,
    costUsd: end.costUsd ?? 0,
    tokens: end.usage ? end.usage.inputTokens + end.usage.outputTokens : 0,
  }, reply.started);
  // Nothing to say is nothing to be told of.
  if (end.type === "result" && !reply.started) return await reply.finish({ outcome: "stopped" });
  await finishReply({
    end,
    provider,
    other: undefined,
    request,
    reply,
    notes: [],
    stopped: signal.aborted,
    programEnds: signal.reason instanceof ProgramEnds,
    timeZone: context.timeZone(),
  });
}

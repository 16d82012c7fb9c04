/** A turn that the agent began by itself, told in the conversation as a message of its own. */
import type { PoolTurn } from "../agents/pool.ts";
import { stoppedBy } from "./conversation.ts";
import { addressOf, seatOf } from "./address.ts";
import { endingOf } from "./ending.ts";
import { type Followed, followWoken } from "./follow.ts";
import { finish, relay } from "./relay.ts";
import { WORKSPACE } from "./places.ts";
import type { TurnContext } from "./turn_context.ts";

/**
 * Follows the turn to its end. Aborting `signal` interrupts the agent.
 *
 * @param userId Who answers the agent's questions.
 */
export async function runWokenTurn(
  woken: PoolTurn,
  userId: number,
  context: Pick<TurnContext, "config" | "clock" | "sessions" | "speaker" | "asks" | "turned">,
  signal: AbortSignal,
): Promise<void> {
  const { speaker, sessions } = context;
  const { provider, session } = woken;
  const seat = seatOf(woken.key);
  const address = addressOf(woken.key);
  const began = context.clock.elapsed();
  const following = {
    silenceMs: context.config().cli_timeout * 1000,
    clock: context.clock,
    signal,
  };
  const record = ({ costUsd = 0, tokens = 0 }: Followed, said: boolean) =>
    sessions.recordQuiet(seat, { provider, sessionId: session.id, costUsd, tokens }, said);
  const report = ({ costUsd = 0 }: Followed, outcome: string) => {
    const ms = context.clock.elapsed() - began;
    context.turned?.({ kind: "woken", provider, model: "", outcome, ms, costUsd });
  };
  if (woken.quiet) {
    const spent = await followWoken(session, woken, { ...following, observe: () => {} });
    report(spent, spent.end.type === "result" ? "answered" : "failed");
    return await record(spent, false);
  }
  const project = seat.project ?? WORKSPACE;
  const request = { updateIds: [], address, userId, text: "", project };
  using _typing = speaker.typing(address);
  const reply = speaker.reply(request, { id: crypto.randomUUID(), unkept: true });
  const followed = await showTurn();
  const { end } = followed;
  await record(followed, reply.started);
  const ending = endingOf({ end, stopped: stoppedBy(signal) });
  report(followed, ending.outcome);
  // Nothing to say is nothing to be told of.
  if (end.type === "result" && !reply.started) return await reply.finish({ outcome: "stopped" });
  await finish(reply, provider, ending);

  async function showTurn() {
    using shown = relay({ request, reply, signal }, context);
    return await followWoken(session, woken, { ...following, observe: shown.observe });
  }
}

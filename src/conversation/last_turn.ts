/**
 * A turn together with those that follow from it: while something runs in the background the agent
 * has not said its last word.
 */
import type { AgentSession, BackgroundWork, TurnInput, WokenTurn } from "../agents/agent.ts";
import { timeoutError } from "../agents/stall.ts";
import { aborted, LATE, within } from "../base/async/within.ts";
import {
  follow,
  type Followed,
  type Following,
  followWoken,
  noted,
  NOTHING,
  together,
  wasInterrupted,
} from "./follow.ts";

/**
 * Follows a turn, and all that the agent begins by itself until nothing runs any more. A failure is
 * the end; so is silence of everything that runs.
 */
export async function followToLast(
  session: AgentSession,
  turn: TurnInput,
  following: Following,
): Promise<Followed> {
  let all = await follow(session, turn, following);
  const { background } = session;
  if (!background) return all;
  const woken = background.woken[Symbol.asyncIterator]();
  const next = () => woken.next().then(({ value, done }) => done ? "settled" as const : value);
  let coming = next();
  while (!following.signal.aborted && all.end.type === "result" && !wasInterrupted(all)) {
    const came = await whatComes(coming, background, following);
    if (came === "settled") break;
    if (came === LATE) {
      await session.close();
      const end = timeoutError(following.silenceMs);
      await following.observe(end);
      return together(all, noted(NOTHING, end));
    }
    all = together(all, await followWoken(session, came, following));
    coming = next();
  }
  return all;
}

/** The next turn, or nothing more; `LATE` when nothing that runs gives a sign of life. */
async function whatComes(
  coming: Promise<WokenTurn | "settled">,
  background: BackgroundWork,
  { silenceMs, clock, signal }: Following,
): Promise<WokenTurn | "settled" | typeof LATE> {
  // Asked for once: signs of life are many, and each of these goes on waiting until the end.
  const over = Promise.race([
    coming,
    background.settled().then(() => "settled" as const),
    aborted(signal).then(() => "settled" as const),
  ]);
  while (true) {
    const first = Promise.race([over, background.sign().then(() => "alive" as const)]);
    const came = await (silenceMs > 0 ? within(first, silenceMs, { clock }) : first);
    if (came !== "alive") return came;
  }
}

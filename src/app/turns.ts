/** Runs turns, those that are asked for and those that agents begin by themselves. */
import type { PoolTurn } from "../agents/pool.ts";
import type { Home } from "../config/home.ts";
import { addressOf, keyOf } from "../conversation/address.ts";
import type { Conversations } from "../conversation/conversations.ts";
import type { Request } from "../conversation/request.ts";
import type { TurnEnd } from "../conversation/ending.ts";
import { runTurn } from "../conversation/turn.ts";
import type { TurnContext } from "../conversation/turn_context.ts";
import { runWokenTurn } from "../conversation/woken_turn.ts";
import { snapshotMemory } from "../workspace/memory_history.ts";
import { inContext } from "./log_context.ts";

export interface TurnsOptions {
  home: Home;
  conversations: Pick<Conversations, "join">;
  context(): TurnContext;
  /** Told after every turn that was asked for how it ended. */
  onTurnEnd?(end: TurnEnd): void;
}

export class Turns {
  readonly #options: TurnsOptions;
  /** Who spoke last in a conversation: the agent's own turns put their questions to them. */
  readonly #speakers = new Map<string, number>();

  constructor(options: TurnsOptions) {
    this.#options = options;
  }

  /** Runs a request to its end, with everything that belongs to it. Never rejects. */
  async run(
    request: Request,
    signal: AbortSignal,
    more: Partial<Pick<TurnContext, "asks">> = {},
  ): Promise<TurnEnd> {
    const { home, context, onTurnEnd } = this.#options;
    if (request.userId !== 0) this.#speakers.set(keyOf(request.address), request.userId);
    const end = await runTurn(request, { ...context(), ...more }, signal);
    await snapshotMemory(home);
    onTurnEnd?.(end);
    return end;
  }

  /** Tells a turn that an agent began by itself. */
  woken(turn: PoolTurn): Promise<void> {
    const { home, conversations, context } = this.#options;
    const address = addressOf(turn.key);
    const userId = this.#speakers.get(keyOf(address)) ?? address.chatId;
    const ended = Promise.withResolvers<void>();
    const run = (signal: AbortSignal) =>
      inContext("msg", address, async () => {
        await runWokenTurn(turn, userId, context(), signal);
        await snapshotMemory(home);
      }).then(ended.resolve, ended.reject);
    const job = { id: crypto.randomUUID(), updateIds: [], run };
    // While the program ends there is nobody to tell it to.
    return conversations.join(address, job) ? ended.promise : turn.interrupt();
  }
}

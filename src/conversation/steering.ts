/**
 * Messages that are added to a turn while it runs. On disk a message belongs to that turn before the
 * agent sees it: from then on it shares the turn's fate, answered, parked or asked about as one with
 * it, and is never run again by itself.
 */
import { getLogger } from "@logtape/logtape";
import type { AgentSession } from "../agents/agent.ts";
import { type Address, keyOf, type Seat, seatKey } from "./address.ts";
import { stoppedBy } from "./conversation.ts";
import type { Inbox } from "./inbox.ts";
import type { Request } from "./request.ts";

const log = getLogger(["ductor", "turn"]);

/** `waits`: the agent does not have it. `dropped`: the same, and the user has said stop meanwhile. */
export type Added = "taken" | "waits" | "dropped";

type Steerable = Pick<AgentSession, "steer">;

export interface RunningTurnOptions {
  /** The turn's id, as in the inbox. */
  id: string;
  inbox: Pick<Inbox<{ update_id: number }>, "started" | "waiting">;
  /** Of the turn. */
  signal: AbortSignal;
}

export class RunningTurn {
  /** Where it works, as soon as that is known. */
  seat: Seat | undefined;
  /** Updates of what was added. */
  readonly updateIds: number[] = [];
  /** What was added, in this order; an attempt that begins anew has to be told. */
  readonly texts: string[] = [];
  readonly #options: RunningTurnOptions;
  readonly #adding = new Set<Promise<unknown>>();
  readonly #over = Promise.withResolvers<void>();
  #session = Promise.withResolvers<Steerable>();
  #closed = false;

  constructor(options: RunningTurnOptions) {
    this.#options = options;
  }

  /** The agent is asked; until `over` it can be told more. */
  asked(session: Steerable): Disposable {
    this.#session.resolve(session);
    return { [Symbol.dispose]: () => this.#session = Promise.withResolvers() };
  }

  /** Resolves when nothing can be added any more. */
  get over(): Promise<void> {
    return this.#over.promise;
  }

  /**
   * Adds a message.
   *
   * @param seat Where the conversation works now: for a turn elsewhere it is not meant.
   */
  async add(request: Pick<Request, "updateIds" | "text">, seat: Seat): Promise<Added> {
    const session = await Promise.race([this.#session.promise, this.over]);
    const here = this.seat && seatKey(this.seat) === seatKey(seat);
    if (!session?.steer || !here || this.#closed) return this.#refused();
    const adding = this.#add(request, session as Required<Steerable>);
    this.#adding.add(adding);
    return await adding.finally(() => this.#adding.delete(adding));
  }

  async #add(
    { updateIds, text }: Pick<Request, "updateIds" | "text">,
    session: Required<Steerable>,
  ): Promise<Added> {
    const { inbox, id } = this.#options;
    await inbox.started(updateIds, id);
    this.updateIds.push(...updateIds);
    this.texts.push(text);
    const taken = await session.steer(text).catch((error) => {
      log.error("A message could not be added to a turn: {error}", { error });
      return false;
    });
    if (taken) return "taken";
    this.updateIds.splice(this.updateIds.indexOf(updateIds[0]!), updateIds.length);
    this.texts.splice(this.texts.indexOf(text), 1);
    await inbox.waiting(updateIds);
    return this.#refused();
  }

  #refused(): Added {
    return stoppedBy(this.#options.signal) === "told" ? "dropped" : "waits";
  }

  /** Nothing is added any more; resolves when it is known what was. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#over.resolve();
    await Promise.allSettled(this.#adding);
  }
}

/** The running turns of people's own messages, by their conversations. */
export class Steering {
  readonly #turns = new Map<string, RunningTurn>();

  begin(address: Address, options: RunningTurnOptions): RunningTurn {
    const turn = new RunningTurn(options);
    const key = keyOf(address);
    this.#turns.set(key, turn);
    turn.over.then(() => this.#turns.get(key) === turn && this.#turns.delete(key));
    return turn;
  }

  at(address: Address): RunningTurn | undefined {
    return this.#turns.get(keyOf(address));
  }
}

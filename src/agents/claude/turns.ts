/**
 * Which turn a message of the CLI belongs to. There is ours, the one that was asked for; and there
 * are those that the CLI begins by itself, because something in the background has ended. Of these
 * nobody hears until there is something to be seen of them.
 */
import type { AgentEvent } from "../agent.ts";
import type { ClaudeBackground } from "./background.ts";
import { type End, Turn } from "./turn.ts";
import type { Message } from "./wire.ts";

/** What a turn may do without anybody having to hear of it. */
const UNSEEN: ReadonlySet<AgentEvent["type"]> = new Set([
  "session",
  "status",
  "compacted",
  "alive",
  "text_end",
]);

export interface TurnsOptions {
  cwd: string;
  background: ClaudeBackground;
  /** Shows a turn that nobody asked for. */
  tell(turn: Turn, quiet: boolean): void;
  /** Has the CLI end the turn it works on. */
  interrupt(): void;
}

export class Turns {
  readonly #options: TurnsOptions;
  #mine: Turn | undefined;
  #serving: Turn | undefined;
  #aside: Turn | undefined;
  /** Turns nobody asked for that have shown nothing yet, which keeps them from being told. */
  readonly #unseen = new Set<Turn>();
  /** Of those, the ones that only tell of what we have stopped. */
  readonly #hushed = new WeakSet<Turn>();
  /** The CLI says which message of ours a turn serves. */
  #namesMessages = false;

  constructor(options: TurnsOptions) {
    this.#options = options;
  }

  /** The turn that was asked for and has not ended. */
  get mine(): Turn | undefined {
    return this.#mine;
  }

  /** The turn the CLI works on: ours, or one that it began by itself. */
  get serving(): Turn | undefined {
    return this.#serving;
  }

  /** Questions of sub-agents that came while no turn ran. */
  get aside(): Turn | undefined {
    return this.#aside;
  }

  /** The turn that what is said now belongs to, where it does not say so itself. */
  get current(): Turn | undefined {
    return this.#serving ?? this.#mine;
  }

  /** The turns that have not ended. */
  open(): Turn[] {
    const turns = [this.#mine, this.#serving, this.#aside];
    return [...new Set(turns)].filter((turn) => turn !== undefined && !turn.done) as Turn[];
  }

  /** A turn of ours, until it has ended. */
  start(): Turn {
    const turn = this.#mine = new Turn(this.#options.cwd);
    turn.ended.then(() => this.#mine = undefined);
    return turn;
  }

  /** The CLI begins a turn: ours, or one that nobody asked for. */
  begins(message: Message): void {
    const { background } = this.#options;
    this.#namesMessages ||= message.capabilities?.includes("msg_lifecycle_v1") ?? false;
    const mine = this.#mine;
    const before = this.#serving;
    const isMine = mine?.sent &&
      (this.#namesMessages
        ? message.user_message_uuids?.some((uuid) => mine.names.has(uuid))
        // Without names it is ours, unless something in the background has just ended.
        : !background.waking);
    this.#serving = isMine ? mine : this.#wake();
    background.turnBegan(!isMine);
    // The one before has ended without a result.
    if (before && before !== mine) this.finish(before, { type: "result", text: "" });
    if (isMine) this.#works(mine);
  }

  /** The CLI works on a message of ours: if another turn runs, it has been taken into that one. */
  took(uuid = ""): void {
    const mine = this.#mine;
    const serving = this.#serving;
    if (!mine?.names.has(uuid)) return;
    mine.waiting.get(uuid)?.();
    mine.waiting.delete(uuid);
    if (!serving || serving === mine) return;
    this.#serving = mine;
    this.finish(serving, { type: "result", text: "" });
    this.#options.background.turnBegan(false);
    this.#works(mine);
  }

  #works(mine: Turn): void {
    mine.taken = true;
    if (!mine.interruptLater) return;
    mine.interruptLater = false;
    this.#options.interrupt();
  }

  /** A turn that is not ours. */
  #wake(): Turn {
    const turn = new Turn(this.#options.cwd);
    turn.sent = true;
    this.#unseen.add(turn);
    if (this.#options.background.hushed) this.#hushed.add(turn);
    return turn;
  }

  /** The CLI has ended a turn; @returns which, and there need not be one */
  ends(message: Message): Turn | undefined {
    const turn = this.#endedBy(message);
    if (turn === this.#serving) this.#serving = undefined;
    this.#options.background.turnEnded();
    return turn;
  }

  #endedBy(message: Message): Turn | undefined {
    const mine = this.#mine;
    const named = message.user_message_uuids;
    if (mine && named?.some((uuid) => mine.names.has(uuid))) return mine;
    const serving = this.#serving;
    if (serving === undefined) {
      // A turn that failed before it began (a session that is not there) is ours.
      return mine?.sent && message.origin === undefined && named === undefined ? mine : undefined;
    }
    // What has a reason of its own is ours only if our message was taken into it.
    if (serving === mine && message.origin !== undefined && !mine.taken) return undefined;
    return serving;
  }

  /** The end of the current turn could not be read. */
  endsUnread(end: End): void {
    const turn = this.current;
    this.#serving = undefined;
    if (turn) this.finish(turn, end);
  }

  /** The turn that a question belongs to. One that comes while no turn runs is told like a turn. */
  asking(): Turn {
    return this.#serving ?? (this.#mine?.sent ? this.#mine : this.#aside ??= this.#wake());
  }

  /** Questions aside end as a turn once all of them have their answers. */
  endAside(): void {
    const turn = this.#aside;
    if (!turn || turn.asking.size > 0) return;
    this.#aside = undefined;
    this.finish(turn, { type: "result", text: "" });
  }

  push(turn: Turn, ...events: AgentEvent[]): void {
    turn.push(...events);
    const quiet = this.#hushed.has(turn) && !events.some(({ type }) => type === "permission");
    if (this.#unseen.has(turn) && !quiet && events.some(({ type }) => !UNSEEN.has(type))) {
      this.#tell(turn);
    }
  }

  finish(turn: Turn, end: End): void {
    if (this.#unseen.has(turn)) {
      const hushed = this.#hushed.has(turn);
      const news = hushed ? (end.costUsd ?? 0) > 0 : end.type === "error" || end.text !== "";
      if (news) this.#tell(turn, hushed);
    }
    this.#unseen.delete(turn);
    turn.finish(end);
  }

  #tell(turn: Turn, quiet = false): void {
    this.#unseen.delete(turn);
    this.#options.tell(turn, quiet);
  }
}

/**
 * A conversation with one live `claude`: its turns, one after the other, and what it does by itself.
 * The process is connection.ts, which message is whose turns.ts, what it asks questions.ts.
 */
import { spawn } from "../../base/async/spawn.ts";
import { type Clock, systemClock } from "../../base/clock.ts";
import { EventQueue } from "../../base/event_queue.ts";
import type { Child } from "../../process/launcher.ts";
import type { AgentEvent, AgentSession, SessionSpec, TurnInput } from "../agent.ts";
import { servesUnder } from "./arguments.ts";
import { ClaudeBackground } from "./background.ts";
import { ClaudeConnection, CLOSE_MS, CONTROL_MS, INTERRUPT_MS } from "./connection.ts";
import { ControlError } from "./control.ts";
import { Questions } from "./questions.ts";
import { type End, endOf, loginRejected, type Turn, userMessage } from "./turn.ts";
import { Turns } from "./turns.ts";
import type { Message } from "./wire.ts";

/** How long the CLI may go on with a login that was rejected. */
const REJECTED_MS = 10_000;
/** Share of the budget that an answer must at least find unspent, see {@link ClaudeSession.canServe}. */
const FRESH_BUDGET = 0.9;

export class ClaudeSession implements AgentSession {
  readonly background: ClaudeBackground;
  readonly suggestions = new EventQueue<string>();
  readonly #spec: SessionSpec;
  readonly #clock: Clock;
  readonly #connection: ClaudeConnection;
  readonly #turns: Turns;
  readonly #questions: Questions;
  #id: string | undefined;
  /** `total_cost_usd` of the last result: it adds up over the life of the process. */
  #spentUsd = 0;
  /** It asks the service with an API key, not with a login. */
  #usesKey = false;
  #closed: Promise<void> | undefined;

  /** Takes over a child that was just started with `argumentsFor(spec)`. */
  constructor(child: Child, spec: SessionSpec, clock: Clock = systemClock) {
    this.#spec = spec;
    this.#clock = clock;
    this.background = new ClaudeBackground(
      clock,
      (id) => this.#connection.control.request({ subtype: "stop_task", task_id: id }, INTERRUPT_MS),
    );
    this.#turns = new Turns({
      cwd: spec.cwd,
      background: this.background,
      interrupt: () => this.#connection.interrupt(),
      tell: (turn, quiet) =>
        this.background.woken.push({
          events: this.#events(turn),
          ...quiet && { quiet },
          interrupt: () => this.#interrupt(turn),
        }),
    });
    this.#connection = new ClaudeConnection(child, spec, {
      said: (message) => this.#receive(message),
      noise: () => this.#turns.mine?.push({ type: "alive" }),
      unreadable: (message) => this.#unreadable(message),
      gone: (ended) => this.#gone(ended),
      broken: () =>
        this.#turns.mine?.finish({
          type: "error",
          kind: "crash",
          message: "Claude stopped unexpectedly.",
        }),
    }, clock);
    this.#questions = new Questions(this.#turns, this.#connection.control, spec.cwd);
  }

  get id(): string | undefined {
    return this.#id;
  }

  get pid(): number {
    return this.#connection.pid;
  }

  get alive(): boolean {
    return this.#connection.running && !this.#connection.ending;
  }

  canServe(spec: SessionSpec): boolean {
    const mine = this.#spec;
    const id = this.#id ?? mine.resume;
    // The budget is meant for one answer but counted over the life of the process.
    const budgetIsFresh = mine.maxBudgetUsd === undefined ||
      this.#spentUsd <= mine.maxBudgetUsd * (1 - FRESH_BUDGET);
    return this.alive && budgetIsFresh &&
      (spec.resume === undefined || id === undefined || spec.resume === id) &&
      servesUnder(mine, spec);
  }

  async name(name: string): Promise<void> {
    const request = { subtype: "rename_session", title: name };
    await this.#connection.control.request(request, CONTROL_MS);
  }

  run(input: TurnInput, signal: AbortSignal): AsyncIterable<AgentEvent> {
    if (this.#turns.mine) {
      throw new Error(`Session ${this.#id ?? this.pid} is busy: one turn at a time.`);
    }
    const turn = this.#turns.start();
    const stop = () => void this.#interrupt(turn);
    signal.addEventListener("abort", stop, { once: true });
    spawn("Ending a turn", turn.ended.then(() => signal.removeEventListener("abort", stop)));
    if (signal.aborted) turn.interrupting = true;
    else if (this.#connection.ending) {
      turn.finish({ type: "error", kind: "crash", message: "This Claude session is closed." });
    }
    this.#start(turn, input);
    return this.#events(turn);
  }

  async *#events(turn: Turn): AsyncGenerator<AgentEvent> {
    try {
      yield* turn.events;
    } finally {
      // The consumer stopped early: nobody wants the rest.
      if (!turn.done) await this.#interrupt(turn);
    }
  }

  /** Puts the turn to the CLI. Never rejects. */
  async #start(turn: Turn, input: TurnInput): Promise<void> {
    if (turn.done) return;
    const connection = this.#connection;
    try {
      if (!connection.running) await connection.drained();
      else await connection.apply(input);
    } catch (error) {
      if (!(error instanceof ControlError)) throw error;
      // A process that ended meanwhile tells more by its exit.
      if (!connection.running) await connection.drained();
      turn.finish({
        type: "error",
        kind: "refused",
        message: `Claude does not accept the settings: ${error.message}`,
      });
    }
    if (turn.done) return;
    if (!this.alive) return turn.finish(await this.#deathOf(turn));
    if (turn.interrupting) return turn.finish({ type: "result", text: "", interrupted: true });
    turn.sent = true;
    await connection.say(userMessage(input, turn.uuid));
    turn.written.resolve();
  }

  /** The CLI takes it after the tool that runs, or goes on with it when it has answered the rest. */
  async steer(text: string): Promise<boolean> {
    const turn = this.#turns.mine;
    if (!turn) return false;
    await Promise.race([turn.written.promise, turn.ended]);
    if (turn.done || turn.interrupting || !this.alive) return false;
    const { uuid, taken } = turn.add();
    await this.#connection.say(userMessage({ text }, uuid));
    await Promise.race([taken, turn.ended]);
    return true;
  }

  #receive(message: Message): void {
    const turns = this.#turns;
    switch (message.type) {
      case "control_request":
        return this.#questions.asked(message);
      case "control_cancel_request":
        return this.#questions.takenBack(message.request_id ?? "");
      case "rate_limit_event":
        turns.current?.limited(message);
        return turns.mine?.push({ type: "alive" });
      case "command_lifecycle":
        if (message.state === "started") turns.took(message.command_uuid);
        return;
      case "prompt_suggestion":
        return this.suggestions.push(message.suggestion ?? "");
      case "result":
        return this.#result(message);
    }
    this.background.note(message);
    if (message.type === "user" && message.isReplay) turns.took(message.uuid);
    if (message.type === "system" && message.subtype === "init") {
      this.#id = message.session_id ?? this.#id;
      this.#usesKey = (message.apiKeySource ?? "none") !== "none";
      turns.begins(message);
    }
    const turn = turns.current;
    if (!turn) return;
    // Nothing of ours yet, but the CLI is at work.
    if (turn !== turns.mine) turns.mine?.push({ type: "alive" });
    if (message.type === "assistant" && message.error && !message.parent_tool_use_id) {
      turn.errorCode = message.error;
    }
    if (!loginRejected(message)) return turns.push(turn, ...turn.mapper.map(message));
    if (!turn.failLogin(this.#usesKey)) return;
    this.#connection.interrupt(REJECTED_MS);
  }

  /** A message that cannot be taken costs no more than the turn that waits for it. */
  #unreadable(message: Message): void {
    if (message.type !== "result") return;
    const text = "Claude's last message could not be read.";
    this.#turns.endsUnread({ type: "error", kind: "other", message: text });
  }

  #result(message: Message): void {
    const total = message.total_cost_usd;
    const costUsd = total === undefined ? undefined : Math.max(0, total - this.#spentUsd);
    this.#spentUsd = total ?? this.#spentUsd;
    const turn = this.#turns.ends(message);
    if (!turn) return;
    const end = endOf(message, turn, costUsd, this.#spec, new Date(this.#clock.now()));
    if (end.type === "result") this.#turns.push(turn, ...turn.mapper.flush());
    const waits = turn.waiting.size > 0;
    if (waits && end.type === "result" && !end.interrupted) {
      turn.spent = { usage: end.usage, costUsd: end.costUsd };
      return turn.push({ type: "answered" });
    }
    if (end.type === "error" && end.kind === "resume_failed") {
      // It ends by itself now; nobody shall try to use it until it has.
      spawn("Closing Claude", this.close());
    } else if (end.type === "result" && message.session_id && message.session_id !== this.#id) {
      this.#id = message.session_id;
      turn.push({ type: "session", id: message.session_id });
    }
    this.#turns.finish(turn, end);
    // It would go on with what was added, which is over with the turn.
    if (waits) spawn("Closing Claude", this.close());
  }

  async interrupt(): Promise<void> {
    const turn = this.#turns.current;
    if (turn) await this.#interrupt(turn);
  }

  async #interrupt(turn: Turn): Promise<void> {
    if (turn.done) return;
    const { serving, aside } = this.#turns;
    const first = !turn.interrupting;
    turn.interrupting = true;
    if (turn === aside) this.#questions.deny(turn);
    else if (turn.sent && first) {
      // While another turn runs it would only end that one.
      turn.interruptLater = serving !== undefined && serving !== turn;
      if (!turn.interruptLater) this.#connection.interrupt();
    }
    if (await this.#connection.inTime(turn.ended, INTERRUPT_MS)) return;
    await this.#connection.giveUp();
    await turn.ended;
  }

  close(): Promise<void> {
    return this.#closed ??= this.#close();
  }

  async #close(): Promise<void> {
    this.#connection.retire();
    const turns = this.#turns.open();
    if (turns.length > 0 && this.#connection.running) {
      // A claude that is just killed leaves its shell commands running; interrupted, it ends them.
      for (const turn of turns) turn.interrupting = true;
      if (turns.some((turn) => turn.sent)) this.#connection.interrupt(CLOSE_MS);
      await this.#connection.inTime(Promise.all(turns.map((turn) => turn.ended)), CLOSE_MS);
    }
    const waits = this.background.tasks().length > 0;
    // What it begins by itself because that is ended is not told.
    this.background.close();
    await this.#connection.close({ waits });
  }

  /** The process says nothing any more: its turns end with it. */
  async #gone(ended: Promise<void>): Promise<void> {
    const ends = this.#turns.open().map((turn) => [turn, this.#deathOf(turn)] as const);
    await ended;
    for (const [turn, end] of ends) this.#turns.finish(turn, await end);
    this.background.close();
    this.suggestions.end();
  }

  /** The last event of a turn whose process has ended. */
  async #deathOf(turn: Turn): Promise<End> {
    if (turn.interrupting || this.#connection.ending) {
      return { type: "result", text: "", interrupted: true };
    }
    return await this.#connection.death();
  }
}

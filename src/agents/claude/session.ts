/** One live `claude` process that holds one conversation. */
import { getLogger } from "@logtape/logtape";
import { type Clock, systemClock } from "../../clock.ts";
import type {
  AgentEvent,
  AgentSession,
  PermissionDecision,
  SessionSpec,
  TurnInput,
  TurnSettings,
} from "../agent.ts";
import { sortExit } from "../errors.ts";
import type { Child } from "../launcher.ts";
import { ControlChannel, ControlError } from "./control.ts";
import { answer, canRepeat, choicesOf, describe, sameRequest } from "./permission.ts";
import { type End, endOf, Turn, userMessage } from "./turn.ts";
import { type Message, parseLine } from "./wire.ts";

const log = getLogger(["ductor", "agents", "claude"]);

/** How long an interrupted turn may take to end before the process is ended instead. */
const INTERRUPT_MS = 5000;
/** How long a closing session waits for each step that would be nicer than a signal. */
const CLOSE_MS = 1500;
const CONTROL_MS = 10_000;
/** Share of the budget that an answer must at least find unspent, see {@link ClaudeSession.canServe}. */
const FRESH_BUDGET = 0.9;

export class ClaudeSession implements AgentSession {
  readonly #child: Child;
  readonly #spec: SessionSpec;
  readonly #clock: Clock;
  readonly #control: ControlChannel;
  readonly #reading: Promise<void>;
  /** What the user allowed for as long as this session lives. */
  readonly #allowed = new Set<string>();
  #id: string | undefined;
  #turn: Turn | undefined;
  /** What was last asked for; the CLI may have changed its mode by itself since. */
  #settings: TurnSettings;
  /** `total_cost_usd` of the last result: it adds up over the life of the process. */
  #spentUsd = 0;
  #apiKeySource: string | undefined;
  /** Something runs in the process that was not asked for here (a background task reports). */
  #foreign = false;
  #ending = false;
  #closed: Promise<void> | undefined;

  /** Takes over a child that was just started with `argumentsFor(spec)`. */
  constructor(child: Child, spec: SessionSpec, clock: Clock = systemClock) {
    this.#child = child;
    this.#spec = spec;
    this.#settings = spec;
    this.#clock = clock;
    this.#control = new ControlChannel((line) => child.write(line), clock);
    this.#reading = this.#read();
    // Here and not in argv, where it would be seen by `ps` and bounded by the system.
    this.#control.request({
      subtype: "initialize",
      ...spec.instructions && { appendSystemPrompt: spec.instructions },
    }).catch((error) => {
      if (child.alive) log.warn("claude did not take its instructions: {error}", { error });
    });
  }

  get id(): string | undefined {
    return this.#id;
  }

  get pid(): number {
    return this.#child.pid;
  }

  get alive(): boolean {
    return this.#child.alive && !this.#ending;
  }

  canServe(spec: SessionSpec): boolean {
    const mine = this.#spec;
    const id = this.#id ?? mine.resume;
    // The budget is meant for one answer but counted over the life of the process.
    const budgetIsFresh = mine.maxBudgetUsd === undefined ||
      this.#spentUsd <= mine.maxBudgetUsd * (1 - FRESH_BUDGET);
    return this.alive && budgetIsFresh &&
      (spec.resume === undefined || id === undefined || spec.resume === id) &&
      spec.cwd === mine.cwd &&
      spec.effort === mine.effort &&
      spec.maxTurns === mine.maxTurns &&
      spec.maxBudgetUsd === mine.maxBudgetUsd &&
      (spec.persist ?? true) === (mine.persist ?? true) &&
      // The CLI switches to this mode only when it was started with it.
      (isBypass(mine) || !isBypass(spec)) &&
      sameList(spec.extraArgs, mine.extraArgs) &&
      sameList(Object.entries(spec.env).flat(), Object.entries(mine.env).flat());
  }

  run(input: TurnInput, signal: AbortSignal): AsyncIterable<AgentEvent> {
    if (this.#turn) {
      throw new Error(`Session ${this.#id ?? this.pid} is busy: one turn at a time.`);
    }
    const turn = this.#turn = new Turn(this.#spec.cwd, this.#foreign);
    const stop = () => void this.interrupt();
    signal.addEventListener("abort", stop, { once: true });
    turn.ended.then(() => {
      signal.removeEventListener("abort", stop);
      this.#turn = undefined;
    });
    if (signal.aborted) turn.interrupting = true;
    else if (this.#ending) {
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
      if (!turn.done) await this.interrupt();
    }
  }

  /** Puts the turn to the CLI. Never rejects. */
  async #start(turn: Turn, input: TurnInput): Promise<void> {
    if (turn.done) return;
    try {
      if (!this.#child.alive) await this.#reading;
      else await this.#apply(input);
    } catch (error) {
      if (!(error instanceof ControlError)) throw error;
      // A process that ended meanwhile tells more by its exit.
      if (!this.#child.alive) await this.#reading;
      turn.finish({
        type: "error",
        kind: "refused",
        message: `Claude does not accept the settings: ${error.message}`,
      });
    }
    if (turn.done) return;
    if (!this.#child.alive || this.#ending) return turn.finish(await this.#deathOf(turn));
    if (turn.interrupting) return turn.finish({ type: "result", text: "", interrupted: true });
    turn.sent = true;
    await this.#child.write(userMessage(input));
  }

  /** Changes what has changed since the last turn. */
  async #apply(wanted: TurnSettings): Promise<void> {
    if ((wanted.model ?? "default") !== (this.#settings.model ?? "default")) {
      const model = wanted.model ?? "default";
      await this.#control.request({ subtype: "set_model", model }, CONTROL_MS);
    }
    if (wanted.permissionMode !== this.#settings.permissionMode) {
      const mode = wanted.permissionMode;
      await this.#control.request({ subtype: "set_permission_mode", mode }, CONTROL_MS);
    }
    this.#settings = wanted;
  }

  async #read(): Promise<void> {
    for await (const line of this.#child.lines) {
      const message = parseLine(line);
      if (message) this.#receive(message);
      else this.#turn?.push({ type: "alive" });
    }
    await this.#within(CLOSE_MS, this.#child.exited);
    this.#control.close();
    const turn = this.#turn;
    const end = turn && this.#deathOf(turn);
    // Also cleans up after a claude that died: its shell commands outlive it.
    await this.#child.kill();
    if (turn && end) turn.finish(await end);
  }

  #receive(message: Message): void {
    const turn = this.#turn;
    switch (message.type) {
      case "control_response":
        return this.#control.settle(message);
      case "control_request":
        return this.#asked(message);
      case "control_cancel_request":
        if (turn?.asking.delete(message.request_id ?? "")) {
          turn.push({ type: "permission_cancelled", id: message.request_id ?? "" });
        }
        return;
      case "rate_limit_event": {
        const { status, resetsAt } = message.rate_limit_info ?? {};
        if (turn && status === "rejected" && resetsAt) turn.resetAt = new Date(resetsAt * 1000);
        turn?.push({ type: "alive" });
        return;
      }
      case "result":
        return this.#result(message);
    }
    if (message.type === "system" && message.subtype === "init") {
      this.#id = message.session_id ?? this.#id;
      this.#apiKeySource = message.apiKeySource;
      if (!turn) this.#foreign = true;
      // Every turn begins with one: if it is the second, the first has ended without a result.
      else if (turn.sent) this.#foreign = turn.foreign = false;
    }
    if (!turn) return;
    if (turn.foreign) return turn.push({ type: "alive" });
    if (message.type === "assistant" && message.error) turn.errorCode = message.error;
    if (message.subtype === "api_retry" && this.#loginFailed(message, turn)) return;
    turn.push(...turn.mapper.map(message));
  }

  /**
   * A rejected login: the CLI goes on trying for three minutes. The first rejection may be mended
   * by its own refreshing of the token, the second is not.
   */
  #loginFailed(message: Message, turn: Turn): boolean {
    const rejected = message.error_status === 401 || message.error === "authentication_failed";
    if (!rejected || (message.attempt ?? 1) < 2) return false;
    if (turn.failure) return true;
    const byKey = this.#apiKeySource !== undefined && this.#apiKeySource !== "none";
    turn.failure = {
      provider: "claude",
      text: byKey ? "Invalid API key" : "Not logged in",
      status: 401,
    };
    this.#control.request({ subtype: "interrupt" }, CONTROL_MS).catch(() => {});
    return true;
  }

  #result(message: Message): void {
    const total = message.total_cost_usd;
    const costUsd = total === undefined ? undefined : Math.max(0, total - this.#spentUsd);
    this.#spentUsd = total ?? this.#spentUsd;
    const turn = this.#turn;
    if (!turn || turn.foreign) {
      this.#foreign = false;
      if (turn) turn.foreign = false;
      return;
    }
    const end = endOf(message, turn, costUsd, this.#spec, new Date(this.#clock.now()));
    if (end.type === "result") turn.push(...turn.mapper.flush());
    if (end.type === "error" && end.kind === "resume_failed") {
      // It ends by itself now; nobody shall try to use it until it has.
      void this.close();
    } else if (message.session_id && message.session_id !== this.#id) {
      this.#id = message.session_id;
      turn.push({ type: "session", id: message.session_id });
    }
    turn.finish(end);
  }

  #asked(message: Message): void {
    const { request_id: id = "", request = {} } = message;
    if (request.subtype !== "can_use_tool") {
      void this.#control.refuse(id, `ductor does not support ${request.subtype}.`);
      return;
    }
    const turn = this.#turn;
    if (!turn) {
      const reason = "Nobody can be asked now. Wait for the user's next message.";
      void this.#control.respond(id, answer(request, { behavior: "deny", reason }));
      return;
    }
    const same = sameRequest(request);
    if (this.#allowed.has(same)) {
      void this.#control.respond(id, answer(request, { behavior: "allow" }));
      return;
    }
    turn.asking.set(id, request);
    const choices = choicesOf(request);
    turn.push({
      type: "permission",
      id,
      ...describe(request, this.#spec.cwd),
      ...choices && { choices },
      respond: async (decision: PermissionDecision) => {
        // Answered before, or taken back by the CLI.
        if (!turn.asking.delete(id)) return;
        if (decision.behavior === "allow_session" && canRepeat(request)) this.#allowed.add(same);
        await this.#control.respond(id, answer(request, decision));
      },
    });
  }

  async interrupt(): Promise<void> {
    const turn = this.#turn;
    if (!turn) return;
    const first = !turn.interrupting;
    turn.interrupting = true;
    if (turn.sent && first) {
      this.#control.request({ subtype: "interrupt" }, INTERRUPT_MS).catch(() => {});
    }
    if (await this.#within(INTERRUPT_MS, turn.ended)) return;
    log.warn("claude {pid} did not stop in {ms} ms and is ended", {
      pid: this.pid,
      ms: INTERRUPT_MS,
    });
    this.#ending = true;
    await this.#child.kill();
    await turn.ended;
  }

  close(): Promise<void> {
    return this.#closed ??= this.#close();
  }

  async #close(): Promise<void> {
    this.#ending = true;
    const turn = this.#turn;
    if (turn && !turn.done && this.#child.alive) {
      // A claude that is just killed leaves its shell commands running; interrupted, it ends them.
      turn.interrupting = true;
      if (turn.sent) this.#control.request({ subtype: "interrupt" }, CLOSE_MS).catch(() => {});
      await this.#within(CLOSE_MS, turn.ended);
    }
    await this.#child.closeStdin();
    await this.#within(CLOSE_MS, this.#child.exited);
    await this.#child.kill({ graceMs: CLOSE_MS });
    await this.#reading;
  }

  /** The last event of a turn whose process has ended. */
  async #deathOf(turn: Turn): Promise<End> {
    if (turn.interrupting || this.#ending) return { type: "result", text: "", interrupted: true };
    const exit = await this.#child.exited;
    const detail = this.#child.stderrTail().trim();
    const sorted = sortExit("claude", exit, detail, new Date(this.#clock.now()));
    return { type: "error", ...sorted, ...detail !== "" && { detail } };
  }

  /** Whether `promise` settles within `ms`. */
  async #within(ms: number, promise: Promise<unknown>): Promise<boolean> {
    const limit = new AbortController();
    const settled = await Promise.race([
      promise.then(() => true, () => true),
      this.#clock.sleep(ms, limit.signal).then(() => false),
    ]);
    limit.abort();
    return settled;
  }
}

function isBypass(settings: TurnSettings): boolean {
  return settings.permissionMode === "bypassPermissions";
}

function sameList(one: readonly string[], other: readonly string[]): boolean {
  return one.length === other.length && one.every((each, index) => each === other[index]);
}

/** One live `claude` process that holds one conversation. */
import { getLogger } from "@logtape/logtape";
import { type Clock, systemClock } from "../../base/clock.ts";
import type {
  AgentEvent,
  AgentSession,
  PermissionDecision,
  SessionSpec,
  TurnInput,
  TurnSettings,
} from "../agent.ts";
import { sortExit } from "../errors.ts";
import type { Child } from "../../process/launcher.ts";
import { ClaudeBackground } from "./background.ts";
import { ControlChannel, ControlError } from "./control.ts";
import { claude } from "./facts.ts";
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

/** What a turn may do without anybody having to hear of it. */
const UNSEEN: ReadonlySet<AgentEvent["type"]> = new Set(["session", "status", "alive", "text_end"]);

export class ClaudeSession implements AgentSession {
  readonly #child: Child;
  readonly #spec: SessionSpec;
  readonly #clock: Clock;
  readonly #control: ControlChannel;
  readonly #reading: Promise<void>;
  /** What the user allowed for as long as this session lives. */
  readonly #allowed = new Set<string>();
  readonly background: ClaudeBackground;
  #id: string | undefined;
  /** The turn that was asked for and has not ended. */
  #turn: Turn | undefined;
  /** The turn the CLI works on: ours, or one that it began by itself. */
  #serving: Turn | undefined;
  /** Turns nobody asked for that have shown nothing yet, which keeps them from being told. */
  readonly #unseen = new Set<Turn>();
  /** Questions of sub-agents that came while no turn ran. */
  #aside: Turn | undefined;
  /** What was last asked for; the CLI may have changed its mode by itself since. */
  #settings: TurnSettings;
  /** `total_cost_usd` of the last result: it adds up over the life of the process. */
  #spentUsd = 0;
  #apiKeySource: string | undefined;
  /** The CLI says which message of ours a turn serves. */
  #namesMessages = false;
  #ending = false;
  #closed: Promise<void> | undefined;

  /** Takes over a child that was just started with `argumentsFor(spec)`. */
  constructor(child: Child, spec: SessionSpec, clock: Clock = systemClock) {
    this.#child = child;
    this.#spec = spec;
    this.#settings = spec;
    this.#clock = clock;
    this.background = new ClaudeBackground(clock);
    this.#control = new ControlChannel((line) => child.write(line), clock);
    this.#reading = this.#read().catch((error) => {
      log.error("claude {pid} could not be read to its end: {error}", { pid: this.pid, error });
      this.#turn?.finish({ type: "error", kind: "crash", message: "Claude stopped unexpectedly." });
    });
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
    const turn = this.#turn = new Turn(this.#spec.cwd);
    const stop = () => void this.#interrupt(turn);
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
      if (!turn.done) await this.#interrupt(turn);
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
    await this.#child.write(userMessage(input, turn.uuid));
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
      if (!message) {
        this.#turn?.push({ type: "alive" });
        continue;
      }
      try {
        this.#receive(message);
      } catch (error) {
        this.#unreadable(message, error);
      }
    }
    await this.#within(CLOSE_MS, this.#child.exited);
    this.#control.close();
    const ends = this.#open().map((turn) => [turn, this.#deathOf(turn)] as const);
    // Also cleans up after a claude that died: its shell commands outlive it.
    await this.#child.kill();
    for (const [turn, end] of ends) this.#finish(turn, await end);
    this.background.close();
  }

  /** The turns that have not ended. */
  #open(): Turn[] {
    const turns = [this.#turn, this.#serving, this.#aside];
    return [...new Set(turns)].filter((turn) => turn !== undefined && !turn.done) as Turn[];
  }

  /** A message that cannot be taken costs no more than the turn that waits for it. */
  #unreadable(message: Message, error: unknown): void {
    log.error("A message of claude could not be read: {error}", { error });
    if (message.type === "control_request") {
      void this.#control.refuse(message.request_id ?? "", "ductor cannot read this request.");
    } else if (message.type === "result") {
      const turn = this.#serving ?? this.#turn;
      this.#serving = undefined;
      const text = "Claude's last message could not be read.";
      if (turn) this.#finish(turn, { type: "error", kind: "other", message: text });
    }
  }

  #receive(message: Message): void {
    switch (message.type) {
      case "control_response":
        return this.#control.settle(message);
      case "control_request":
        return this.#asked(message);
      case "control_cancel_request":
        return this.#takenBack(message.request_id ?? "");
      case "rate_limit_event": {
        const turn = this.#serving ?? this.#turn;
        const { status, resetsAt } = message.rate_limit_info ?? {};
        if (turn && status === "rejected" && resetsAt) turn.resetAt = new Date(resetsAt * 1000);
        this.#turn?.push({ type: "alive" });
        return;
      }
      case "command_lifecycle":
        if (message.state === "started") this.#took(message.command_uuid);
        return;
      case "result":
        return this.#result(message);
    }
    this.background.note(message);
    if (message.type === "user" && message.isReplay) this.#took(message.uuid);
    if (message.type === "system" && message.subtype === "init") this.#begins(message);
    const turn = this.#serving ?? this.#turn;
    if (!turn) return;
    // Nothing of ours yet, but the CLI is at work.
    if (turn !== this.#turn) this.#turn?.push({ type: "alive" });
    if (message.type === "assistant" && message.error) turn.errorCode = message.error;
    if (message.subtype === "api_retry" && this.#loginFailed(message, turn)) return;
    this.#push(turn, ...turn.mapper.map(message));
  }

  /** A turn begins: ours, or one that nobody asked for. */
  #begins(message: Message): void {
    this.#id = message.session_id ?? this.#id;
    this.#apiKeySource = message.apiKeySource;
    this.#namesMessages ||= message.capabilities?.includes("msg_lifecycle_v1") ?? false;
    const mine = this.#turn;
    const before = this.#serving;
    const isMine = mine?.sent &&
      (this.#namesMessages
        ? message.user_message_uuids?.includes(mine.uuid)
        // Without names it is ours, unless something in the background has just ended.
        : !this.background.waking);
    this.#serving = isMine ? mine : this.#wake();
    this.background.turnBegan(!isMine);
    // The one before has ended without a result.
    if (before && before !== mine) this.#finish(before, { type: "result", text: "" });
    if (isMine) this.#works(mine);
  }

  /** A turn that is not ours; it is told when there is something to be seen of it. */
  #wake(): Turn {
    const turn = new Turn(this.#spec.cwd);
    turn.sent = true;
    this.#unseen.add(turn);
    return turn;
  }

  #push(turn: Turn, ...events: AgentEvent[]): void {
    turn.push(...events);
    if (this.#unseen.has(turn) && events.some(({ type }) => !UNSEEN.has(type))) this.#tell(turn);
  }

  #finish(turn: Turn, end: End): void {
    if (this.#unseen.has(turn) && (end.type === "error" || end.text !== "")) this.#tell(turn);
    this.#unseen.delete(turn);
    turn.finish(end);
  }

  #tell(turn: Turn): void {
    this.#unseen.delete(turn);
    this.background.woken.push({
      events: this.#events(turn),
      interrupt: () => this.#interrupt(turn),
    });
  }

  /** The CLI works on a message of ours: if another turn runs, it has been taken into that one. */
  #took(uuid: string | undefined): void {
    const mine = this.#turn;
    const serving = this.#serving;
    if (!mine || mine.uuid !== uuid || !serving || serving === mine) return;
    this.#serving = mine;
    this.#finish(serving, { type: "result", text: "" });
    this.background.turnBegan(false);
    this.#works(mine);
  }

  #works(mine: Turn): void {
    mine.taken = true;
    if (!mine.interruptLater) return;
    mine.interruptLater = false;
    this.#sendInterrupt();
  }

  #sendInterrupt(timeoutMs = INTERRUPT_MS): void {
    this.#control.request({ subtype: "interrupt" }, timeoutMs).catch(() => {});
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
      cli: claude,
      text: byKey ? "Invalid API key" : "Not logged in",
      status: 401,
    };
    this.#sendInterrupt(CONTROL_MS);
    return true;
  }

  #result(message: Message): void {
    const total = message.total_cost_usd;
    const costUsd = total === undefined ? undefined : Math.max(0, total - this.#spentUsd);
    this.#spentUsd = total ?? this.#spentUsd;
    const turn = this.#servedBy(message);
    if (turn === this.#serving) this.#serving = undefined;
    this.background.turnEnded();
    if (!turn) return;
    const end = endOf(message, turn, costUsd, this.#spec, new Date(this.#clock.now()));
    if (end.type === "result") this.#push(turn, ...turn.mapper.flush());
    if (end.type === "error" && end.kind === "resume_failed") {
      // It ends by itself now; nobody shall try to use it until it has.
      void this.close();
    } else if (message.session_id && message.session_id !== this.#id) {
      this.#id = message.session_id;
      turn.push({ type: "session", id: message.session_id });
    }
    this.#finish(turn, end);
  }

  /** The turn that a `result` ends; there need not be one. */
  #servedBy(message: Message): Turn | undefined {
    const mine = this.#turn;
    const named = message.user_message_uuids;
    if (mine && named?.includes(mine.uuid)) return mine;
    const serving = this.#serving;
    if (serving === undefined) {
      // A turn that failed before it began (a session that is not there) is ours.
      return mine?.sent && message.origin === undefined && named === undefined ? mine : undefined;
    }
    // What has a reason of its own is ours only if our message was taken into it.
    if (serving === mine && message.origin !== undefined && !mine.taken) return undefined;
    return serving;
  }

  #asked(message: Message): void {
    const { request_id: id = "", request = {} } = message;
    if (request.subtype !== "can_use_tool") {
      void this.#control.refuse(id, `ductor does not support ${request.subtype}.`);
      return;
    }
    const same = sameRequest(request);
    if (this.#allowed.has(same)) {
      void this.#control.respond(id, answer(request, { behavior: "allow" }));
      return;
    }
    // A sub-agent asks while no turn runs: the question is told like a turn, and ends with it.
    const turn = this.#serving ?? (this.#turn?.sent ? this.#turn : this.#aside ??= this.#wake());
    turn.asking.set(id, request);
    const choices = choicesOf(request);
    this.#push(turn, {
      type: "permission",
      id,
      ...describe(request, this.#spec.cwd),
      ...choices && { choices },
      respond: async (decision: PermissionDecision) => {
        // Answered before, or taken back by the CLI.
        if (!turn.asking.delete(id)) return;
        if (decision.behavior === "allow_session" && canRepeat(request)) this.#allowed.add(same);
        await this.#control.respond(id, answer(request, decision));
        this.#endAside();
      },
    });
  }

  /** The CLI does not want an answer any more. */
  #takenBack(id: string): void {
    for (const turn of this.#open()) {
      if (turn.asking.delete(id)) turn.push({ type: "permission_cancelled", id });
    }
    this.#endAside();
  }

  #endAside(): void {
    const turn = this.#aside;
    if (!turn || turn.asking.size > 0) return;
    this.#aside = undefined;
    this.#finish(turn, { type: "result", text: "" });
  }

  #denyAside(turn: Turn): void {
    for (const [id, request] of turn.asking) {
      const reason = "The user stopped it.";
      void this.#control.respond(id, answer(request, { behavior: "deny", reason }));
    }
    turn.asking.clear();
    this.#endAside();
  }

  async interrupt(): Promise<void> {
    const turn = this.#serving ?? this.#turn;
    if (turn) await this.#interrupt(turn);
  }

  async #interrupt(turn: Turn): Promise<void> {
    if (turn.done) return;
    const first = !turn.interrupting;
    turn.interrupting = true;
    if (turn === this.#aside) this.#denyAside(turn);
    else if (turn.sent && first) {
      // While another turn runs it would only end that one.
      turn.interruptLater = this.#serving !== undefined && this.#serving !== turn;
      if (!turn.interruptLater) this.#sendInterrupt();
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
    const turns = this.#open();
    if (turns.length > 0 && this.#child.alive) {
      // A claude that is just killed leaves its shell commands running; interrupted, it ends them.
      for (const turn of turns) turn.interrupting = true;
      if (turns.some((turn) => turn.sent)) this.#sendInterrupt(CLOSE_MS);
      await this.#within(CLOSE_MS, Promise.all(turns.map((turn) => turn.ended)));
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
    const sorted = sortExit(claude, exit, detail, new Date(this.#clock.now()));
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

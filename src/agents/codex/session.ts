/** A live `codex app-server` with one thread: the long-lived session of a conversation. */
import { spawn } from "../../base/async/spawn.ts";
import { getLogger } from "@logtape/logtape";
import { within } from "../../base/async/within.ts";
import type { Clock } from "../../base/clock.ts";
import {
  AgentError,
  type AgentEvent,
  type AgentSession,
  type SessionSpec,
  type TurnInput,
} from "../agent.ts";
import { sortFailure } from "../errors.ts";
import type { Child } from "../../process/launcher.ts";
import type { AppServer } from "./app_server.ts";
import { CodexBackground } from "./background.ts";
import { codex } from "./facts.ts";
import { questionOf, safeAnswer } from "./approvals.ts";
import { type Params, type RpcConnection, RpcError, type RpcHandler } from "../json_rpc.ts";
import { Questions } from "./questions.ts";
import { sameProcess } from "../same_process.ts";
import { type Thread, turnParams } from "./thread.ts";
import { Turn } from "./turn.ts";
import { UsageMeter } from "./usage.ts";
import { object, text } from "../wire.ts";

const log = getLogger(["ductor", "codex"]);

/** How long Codex has to end a turn it was told to interrupt. */
const INTERRUPT_MS = 5000;
/** How long it has to end by itself once its stdin is closed. */
const EXIT_MS = 1000;

export class CodexSession implements AgentSession {
  readonly id: string;
  readonly background: CodexBackground;
  readonly #server: AppServer;
  readonly #child: Child;
  readonly #rpc: RpcConnection;
  readonly #spec: SessionSpec;
  readonly #thread: Thread;
  readonly #clock: Clock;
  readonly #usage: UsageMeter;
  #mode: SessionSpec["permissionMode"];
  #limits: Params = {};
  #turn: Turn | undefined;
  #interrupting: Promise<void> | undefined;
  #closing: Promise<void> | undefined;
  /** The service did not accept the login this process holds; a new process may have a newer one. */
  #stale = false;
  readonly #questions: Questions;

  constructor(server: AppServer, thread: Thread, spec: SessionSpec, clock: Clock) {
    this.#server = server;
    this.#child = server.child;
    this.#rpc = server.rpc;
    this.#thread = thread;
    this.#spec = spec;
    this.#clock = clock;
    this.#mode = spec.permissionMode;
    this.#usage = new UsageMeter(thread.fresh);
    this.id = thread.id;
    this.#questions = new Questions(server.rpc, thread.id);
    this.background = new CodexBackground({
      threadId: thread.id,
      turn: () => this.#turn,
      end: (command) => server.rpc.request("thread/backgroundTerminals/terminate", command),
    });
    server.serve(this.#handler());
    spawn(
      "Noting the end of codex",
      this.#rpc.closed.then((reason) => this.#ended(reason)),
    );
  }

  get pid(): number {
    return this.#child.pid;
  }

  get alive(): boolean {
    return this.#child.alive && this.#closing === undefined;
  }

  /** Model, effort and permission mode may differ: `turn/start` takes them. */
  canServe(spec: SessionSpec): boolean {
    if (!this.alive || this.#stale) return false;
    if (spec.resume !== undefined && spec.resume !== this.id) return false;
    return sameProcess(this.#spec, spec);
  }

  async name(name: string): Promise<void> {
    await this.#rpc.request("thread/name/set", { threadId: this.id, name });
  }

  async *run(input: TurnInput, signal: AbortSignal): AsyncGenerator<AgentEvent> {
    if (this.#turn) {
      const message = "Codex is still working on the message before this one.";
      yield { type: "error", kind: "other", message };
      return;
    }
    if (signal.aborted) {
      yield { type: "result", text: "", interrupted: true };
      return;
    }
    const turn = this.#turn = new Turn({
      threadId: this.id,
      limits: () => this.#limits,
      usage: () => this.#usage.turn(),
      now: () => new Date(this.#clock.now()),
      giveUp: () => {
        this.#stale = true;
        spawn("Interrupting codex", this.interrupt());
      },
    });
    const abort = () => void this.interrupt();
    signal.addEventListener("abort", abort, { once: true });
    try {
      yield { type: "session", id: this.id, ...(input.model && { model: input.model }) };
      this.#usage.begin();
      if (await this.#isLoggedIn()) void this.#start(turn, input);
      else turn.fail(sortFailure({ cli: codex, text: "not logged in" }));
      yield* turn.events;
    } finally {
      signal.removeEventListener("abort", abort);
      // The reader may have gone before the end.
      await (turn.done ? this.#interrupting : this.interrupt());
      if (turn.inVain) await this.#revert(turn);
      this.#turn = undefined;
    }
  }

  /**
   * Takes a turn out of the thread again. Codex would first ask the model of that turn to shorten the
   * thread when the next turn has another model; one that was refused then spoils the thread for all.
   */
  async #revert({ id }: Turn): Promise<void> {
    if (id === undefined || !this.alive) return;
    const reverting = this.#rpc.request("thread/revert", { threadId: this.id, beforeTurnId: id })
      .catch((error) => log.debug("codex keeps a turn that failed: {error}", { error }));
    await within(reverting, INTERRUPT_MS, { clock: this.#clock });
  }

  /** Without a login Codex would try for a while, and offline for ever. */
  async #isLoggedIn(): Promise<boolean> {
    if (!this.#server.loggedIn) await this.#server.readAccount().catch(() => {});
    return this.#server.loggedIn;
  }

  async #start(turn: Turn, input: TurnInput): Promise<void> {
    try {
      const answer = await this.#rpc.request(
        "turn/start",
        turnParams(this.#thread, input, this.#mode),
      );
      this.#mode = input.permissionMode;
      const id = text(object(answer, "turn"), "id");
      if (id) return turn.begin(id);
      // What it now says cannot be told from what it says about another turn.
      this.#stale = true;
      turn.fail({ kind: "other", message: "Codex began without an id. Try again." });
    } catch (error) {
      if (error instanceof AgentError) return this.#ended(error);
      if (!(error instanceof RpcError)) {
        log.error("A turn of codex could not begin: {error}", { error });
        return turn.fail({ kind: "other", message: "Codex's answer could not be read." });
      }
      const gone = /thread not found/i.test(error.message);
      turn.fail({
        kind: gone ? "resume_failed" : "refused",
        message: gone
          ? "Codex no longer knows this session."
          : `Codex refused the message: ${error.message}`,
        detail: error.message,
      });
    }
  }

  async steer(text: string): Promise<boolean> {
    const turn = this.#turn;
    if (!turn) return false;
    const expectedTurnId = await Promise.race([turn.started, turn.ended]);
    if (expectedTurnId === undefined || turn.done || this.#interrupting) return false;
    const input = [{ type: "text", text, text_elements: [] }];
    try {
      await this.#rpc.request("turn/steer", { threadId: this.id, expectedTurnId, input });
      return true;
    } catch (error) {
      log.debug("codex did not take a message into its turn: {error}", { error });
      // One that has ended may have had it, and the turn fails with it.
      return !(error instanceof RpcError);
    }
  }

  interrupt(): Promise<void> {
    const turn = this.#turn;
    if (!turn || turn.done) return Promise.resolve();
    return this.#interrupting ??= this.#interrupt(turn).finally(() =>
      this.#interrupting = undefined
    );
  }

  async #interrupt(turn: Turn): Promise<void> {
    await within(this.#askToStop(turn), INTERRUPT_MS, { clock: this.#clock });
    if (turn.done) return await this.background.stopOf(turn);
    log.warn("codex did not end a turn it was told to interrupt; its process is ended");
    turn.finishInterrupted();
    await this.#child.kill();
  }

  /** Resolves when the turn has ended. */
  async #askToStop(turn: Turn): Promise<void> {
    // Before `turn/started` Codex answers that there is nothing to interrupt.
    const turnId = await Promise.race([turn.started, turn.ended]);
    if (turnId === undefined) return;
    await this.#rpc.request("turn/interrupt", { threadId: this.id, turnId }).catch((error) =>
      log.debug("codex did not interrupt: {error}", { error })
    );
    await turn.ended;
  }

  close(): Promise<void> {
    return this.#closing ??= this.#close();
  }

  async #close(): Promise<void> {
    if (this.#turn && !this.#turn.done) await this.interrupt();
    await this.#child.closeStdin();
    await within(this.#child.exited, EXIT_MS, { clock: this.#clock });
    await this.#child.kill();
  }

  #ended(reason: AgentError): void {
    this.#questions.close();
    this.background.close();
    if (this.#closing) this.#turn?.finishInterrupted();
    else {
      const { kind, message, detail } = reason;
      this.#turn?.fail({ kind, message, ...(detail !== undefined && { detail }) });
    }
  }

  #handler(): RpcHandler {
    return {
      notification: (method, params) => this.#notification(method, params),
      request: (method, params, id) => {
        const question = questionOf(method, params, (item) => this.#turn?.item(item));
        if (!question || !this.#turn) return safeAnswer(method, params);
        return this.#questions.ask(question, id, this.#turn);
      },
    };
  }

  #notification(method: string, params: Params): void {
    if (method === "account/rateLimits/updated") this.#limits = object(params, "rateLimits");
    if (method === "thread/tokenUsage/updated" && text(params, "threadId") === this.id) {
      const turn = this.#turn?.id;
      this.#usage.update(params, turn !== undefined && turn === text(params, "turnId"));
    }
    if (method === "serverRequest/resolved") {
      this.#questions.takenBack(params.requestId);
    }
    this.background.note(method, params);
    this.#turn?.handle(method, params);
  }
}

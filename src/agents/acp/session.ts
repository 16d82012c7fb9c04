/** A live session of an agent that speaks the Agent Client Protocol. */
import type { ContentBlock, NewSessionRequest } from "@agentclientprotocol/sdk";
import { getLogger } from "@logtape/logtape";
import { spawn } from "../../base/async/spawn.ts";
import { within } from "../../base/async/within.ts";
import type { Child } from "../../process/launcher.ts";
import {
  AgentError,
  type AgentEvent,
  type AgentSession,
  type SessionSpec,
  type TurnInput,
} from "../agent.ts";
import { type Params, RpcError, type RpcHandler } from "../json_rpc.ts";
import { sameProcess } from "../same_process.ts";
import { number, object, text } from "../wire.ts";
import { type AcpConnection, AUTH_REQUIRED } from "./connection.ts";
import { AcpOptions } from "./options.ts";
import { CANCELLED } from "./permission.ts";
import { AcpTurn, usageOf } from "./turn.ts";

const log = getLogger(["ductor", "agents"]);

/** How long it has to end a turn it was told to cancel. */
const CANCEL_MS = 5000;
/** How long it has to end by itself once its stdin is closed. */
const EXIT_MS = 1000;

export class AcpSession implements AgentSession {
  readonly id: string;
  readonly #connection: AcpConnection;
  readonly #child: Child;
  readonly #spec: SessionSpec;
  readonly #options: AcpOptions;
  /** What a new session is told with its first message. */
  #instructions: string | undefined;
  #turn: AcpTurn | undefined;
  /** US dollars of the whole session. */
  #cost = 0;
  #interrupting: Promise<void> | undefined;
  #closing: Promise<void> | undefined;

  /**
   * Begins a session, or goes on with one.
   *
   * @throws {AgentError} `resume_failed`, `auth`, or why there is none. The child is ended then.
   */
  static async open(connection: AcpConnection, spec: SessionSpec): Promise<AcpSession> {
    try {
      const opened = await connection.inTime((signal) => openSession(connection, spec, signal));
      return new AcpSession(connection, spec, opened);
    } catch (error) {
      await connection.child.kill();
      throw connection.failure(error);
    }
  }

  private constructor(connection: AcpConnection, spec: SessionSpec, opened: Opened) {
    this.#connection = connection;
    this.#child = connection.child;
    this.#spec = spec;
    this.id = opened.id;
    this.#options = new AcpOptions(opened.answer);
    if (spec.resume === undefined) this.#instructions = spec.instructions;
    connection.serve(this.#handler());
    spawn(
      "Noting the end of an agent",
      connection.rpc.closed.then((reason) => this.#ended(reason)),
    );
  }

  get pid(): number {
    return this.#child.pid;
  }

  get alive(): boolean {
    return this.#child.alive && this.#closing === undefined;
  }

  /** Model, effort and mode may differ: they are set before each message. */
  canServe(spec: SessionSpec): boolean {
    if (!this.alive || (spec.resume !== undefined && spec.resume !== this.id)) return false;
    return sameProcess(this.#spec, spec);
  }

  models() {
    return this.#options.models();
  }

  async *run(input: TurnInput, signal: AbortSignal): AsyncGenerator<AgentEvent> {
    if (this.#turn) {
      const message = `${this.#connection.cli.shortTitle} is still working on the message before.`;
      yield { type: "error", kind: "other", message };
      return;
    }
    if (signal.aborted) {
      yield { type: "result", text: "", interrupted: true };
      return;
    }
    const turn = this.#turn = new AcpTurn(input.permissionMode);
    const abort = () => void this.interrupt();
    signal.addEventListener("abort", abort, { once: true });
    try {
      const model = input.model || this.#options.model;
      yield { type: "session", id: this.id, ...model && { model } };
      spawn("A turn of an agent", this.#work(turn, input));
      yield* turn.events;
    } finally {
      signal.removeEventListener("abort", abort);
      // The reader may have gone before the end.
      await (turn.done ? this.#interrupting : this.interrupt());
      this.#turn = undefined;
    }
  }

  async #work(turn: AcpTurn, input: TurnInput): Promise<void> {
    const before = this.#cost;
    try {
      await this.#options.apply(input, (method, params) => this.#ask(method, params));
      turn.asked = true;
      const isCommand = input.text.startsWith("/");
      let answer = await this.#ask("session/prompt", { prompt: this.#prompt(input, isCommand) });
      if (!isCommand) this.#instructions = undefined;
      while (turn.declined !== undefined && !turn.done && this.#interrupting === undefined) {
        const words = `I declined this: ${turn.declined}`;
        turn.declined = undefined;
        answer = await this.#ask("session/prompt", { prompt: [{ type: "text", text: words }] });
      }
      this.#finish(turn, answer, this.#cost - before);
    } catch (error) {
      if (this.#interrupting) return turn.finishInterrupted();
      const { kind, message, detail } = this.#connection.failure(error);
      turn.fail(kind, message, detail);
    }
  }

  #finish(turn: AcpTurn, answer: unknown, cost: number): void {
    const reason = text(answer, "stopReason");
    if (reason === "cancelled") return turn.finishInterrupted();
    if (reason === "refusal") {
      const message = `${this.#connection.cli.shortTitle}'s service refused to go on with this.`;
      return turn.fail("refused_conversation", message);
    }
    const usage = usageOf(answer);
    turn.finish({
      type: "result",
      text: turn.answer,
      ...usage && { usage },
      ...cost > 0 && { costUsd: cost },
    });
  }

  /** A command of the agent's own is one only where nothing stands before it. */
  #prompt({ text, images = [] }: TurnInput, isCommand: boolean): ContentBlock[] {
    return [
      ...this.#instructions && !isCommand
        ? [{ type: "text" as const, text: told(this.#instructions) }]
        : [],
      { type: "text", text },
      ...this.#connection.takesImages
        ? images.map(({ mediaType, data }) => ({
          type: "image" as const,
          mimeType: mediaType,
          data,
        }))
        : [],
    ];
  }

  #ask(method: string, params: Params): Promise<unknown> {
    return this.#connection.rpc.request(method, { sessionId: this.id, ...params });
  }

  interrupt(): Promise<void> {
    const turn = this.#turn;
    if (!turn || turn.done) return Promise.resolve();
    return this.#interrupting ??= this.#interrupt(turn).finally(() =>
      this.#interrupting = undefined
    );
  }

  async #interrupt(turn: AcpTurn): Promise<void> {
    turn.cancelAsked();
    await this.#connection.rpc.notify("session/cancel", { sessionId: this.id });
    await within(turn.ended, CANCEL_MS, { clock: this.#connection.clock });
    if (turn.done) return;
    log.warn("{agent} did not end a turn it was told to cancel; its process is ended", {
      agent: this.#connection.cli.title,
    });
    turn.finishInterrupted();
    await this.#child.kill();
  }

  close(): Promise<void> {
    return this.#closing ??= this.#close();
  }

  async #close(): Promise<void> {
    if (this.#turn && !this.#turn.done) await this.interrupt();
    if (this.#spec.persist === false && this.#child.alive && this.#connection.offers("delete")) {
      await within(
        this.#ask("session/delete", {}).catch(() => {}),
        EXIT_MS,
        { clock: this.#connection.clock },
      );
    }
    await this.#child.closeStdin();
    await within(this.#child.exited, EXIT_MS, { clock: this.#connection.clock });
    await this.#child.kill();
  }

  #ended({ kind, message, detail }: AgentError): void {
    if (this.#closing) this.#turn?.finishInterrupted();
    else this.#turn?.fail(kind, message, detail);
  }

  #handler(): RpcHandler {
    return {
      notification: (method, params) => {
        if (method !== "session/update" || text(params, "sessionId") !== this.id) return;
        this.#update(object(params, "update"));
      },
      request: (method, params) =>
        method === "session/request_permission" && text(params, "sessionId") === this.id
          ? this.#turn?.ask(params) ?? Promise.resolve(CANCELLED)
          : undefined,
    };
  }

  #update(update: Params): void {
    switch (text(update, "sessionUpdate")) {
      case "config_option_update":
        this.#options.update(update);
        break;
      case "current_mode_update":
        this.#options.modeChanged(text(update, "currentModeId") ?? "");
        break;
      case "usage_update":
        this.#cost = Math.max(this.#cost, number(object(update, "cost"), "amount") ?? 0);
        break;
    }
    this.#turn?.update(update);
  }
}

/** Marked, so that nobody takes it for the user's words: the protocol has no place for it. */
function told(instructions: string): string {
  return `<instructions>\n${instructions}\n</instructions>`;
}

interface Opened {
  id: string;
  answer: unknown;
}

async function openSession(
  connection: AcpConnection,
  { cwd, resume, folders = [] }: SessionSpec,
  signal: AbortSignal,
): Promise<Opened> {
  const { rpc, cli, capabilities } = connection;
  const begin: NewSessionRequest = {
    cwd,
    ...connection.offers("additionalDirectories") && { additionalDirectories: [...folders] },
    mcpServers: [],
  };
  if (resume === undefined) {
    const answer = await rpc.request("session/new", { ...begin }, signal);
    const id = text(answer, "sessionId");
    if (id !== undefined) return { id, answer };
    throw new AgentError("other", `${cli.title} began a session without an id. Try again.`);
  }
  const gone = (detail?: string) =>
    new AgentError(
      "resume_failed",
      `The earlier ${cli.shortTitle} session no longer exists. Send /new to start a new session.`,
      detail,
    );
  const resumes = connection.offers("resume");
  const method = resumes ? "session/resume" : "session/load";
  if (!resumes && capabilities.loadSession !== true) throw gone(`${cli.title} keeps no sessions.`);
  try {
    return {
      id: resume,
      answer: await rpc.request(method, { ...begin, sessionId: resume }, signal),
    };
  } catch (error) {
    if (error instanceof RpcError && error.code !== AUTH_REQUIRED) throw gone(error.message);
    throw error;
  }
}

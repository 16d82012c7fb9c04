/** Starts an agent of the Agent Client Protocol and says hello to it. */
import type { InitializeRequest, SessionCapabilities } from "@agentclientprotocol/sdk";
import { getLogger } from "@logtape/logtape";
import type { Clock } from "../../base/clock.ts";
import type { Child, Launcher, LaunchSpec } from "../../process/launcher.ts";
import { AgentError } from "../agent.ts";
import { sortFailure } from "../errors.ts";
import type { ProviderFacts } from "../facts.ts";
import { inTime } from "../in_time.ts";
import { type Params, RpcConnection, RpcError, type RpcHandler } from "../json_rpc.ts";
import { startChild } from "../start_child.ts";
import { number, object, objects, text } from "../wire.ts";

const log = getLogger(["ductor", "agents"]);

/** The version of the protocol that is spoken here. */
const PROTOCOL = 1;
/** Measured 1.5 s for OpenCode; a machine that is just starting everything may need much longer. */
const READY_MS = 60_000;
/** An agent answers so when nobody has logged in. */
export const AUTH_REQUIRED = -32000;

export interface AcpClient {
  cli: ProviderFacts;
  /** Our version, which the agent is told. */
  version: string;
  clock: Clock;
}

export class AcpConnection {
  readonly child: Child;
  readonly rpc: RpcConnection;
  readonly cli: ProviderFacts;
  readonly clock: Clock;
  /** What it can do beyond the least; empty when it did not say. */
  capabilities: Params = {};
  /** Its own version. */
  version: string | undefined;
  #hello: Params = {};
  #handler: RpcHandler | undefined;

  /**
   * One that crashes before its hello is started once more: OpenCode does when two of it begin at once
   * in a new home.
   *
   * @throws {AgentError} `not_found`, `crash` (with its stderr), `timeout`, or `refused`. Nothing is
   * left running then.
   */
  static async start(
    launcher: Launcher,
    spec: LaunchSpec,
    client: AcpClient,
  ): Promise<AcpConnection> {
    try {
      return await this.#start(launcher, spec, client);
    } catch (error) {
      if (!(error instanceof AgentError) || error.kind !== "crash") throw error;
      log.info("{agent} crashed while starting; it is started once more: {error}", {
        agent: client.cli.title,
        error,
      });
      return await this.#start(launcher, spec, client);
    }
  }

  static async #start(
    launcher: Launcher,
    spec: LaunchSpec,
    client: AcpClient,
  ): Promise<AcpConnection> {
    const child = await startChild(launcher, spec, client.cli);
    const connection = new AcpConnection(child, client);
    try {
      await connection.inTime((signal) => connection.#greet(client.version, signal));
      return connection;
    } catch (error) {
      await child.kill();
      throw connection.failure(error);
    }
  }

  private constructor(child: Child, { cli, clock }: AcpClient) {
    this.child = child;
    this.cli = cli;
    this.clock = clock;
    this.rpc = new RpcConnection(child, { name: cli.title, cli, versioned: true }, {
      notification: (method, params) => this.#handler?.notification(method, params),
      request: (method, params, id) => this.#handler?.request(method, params, id),
    }, clock);
  }

  /** From now on `handler` gets what the agent sends. */
  serve(handler: RpcHandler): void {
    this.#handler = handler;
  }

  /** Whether it offers `session/NAME`, or that of sessions. */
  offers(name: keyof SessionCapabilities): boolean {
    const offered = object(this.capabilities, "sessionCapabilities")[name];
    return offered !== undefined && offered !== null;
  }

  get takesImages(): boolean {
    return object(this.capabilities, "promptCapabilities").image === true;
  }

  /** @throws {AgentError} `timeout`; what `work` throws. */
  async inTime<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T> {
    return await inTime(this.cli.title, READY_MS, this.clock, work);
  }

  async #greet(version: string, signal: AbortSignal): Promise<void> {
    const { title, update } = this.cli;
    const hello: InitializeRequest = {
      protocolVersion: PROTOCOL,
      // It reads and writes files and runs commands by itself, as in a terminal.
      clientCapabilities: { fs: { readTextFile: false, writeTextFile: false }, terminal: false },
      clientInfo: { name: "ductor", title: "ductor", version },
    };
    const answer = await this.rpc.request("initialize", { ...hello }, signal);
    const spoken = number(answer, "protocolVersion");
    if (spoken !== PROTOCOL) {
      throw new AgentError(
        "refused",
        `${title} speaks version ${spoken ?? "?"} of the Agent Client Protocol; ductor speaks ` +
          `version ${PROTOCOL}. Update the older one of the two (\`${update}\`).`,
      );
    }
    this.#hello = object({ answer }, "answer");
    this.capabilities = object(answer, "agentCapabilities");
    this.version = text(object(answer, "agentInfo"), "version");
  }

  /** What has failed, for the user. */
  failure(error: unknown): AgentError {
    if (error instanceof AgentError) return error;
    if (!(error instanceof RpcError)) {
      return new AgentError("other", `${this.cli.title} could not be understood.`, String(error));
    }
    if (error.code === AUTH_REQUIRED) {
      const ways = objects(this.#hello, "authMethods").flatMap((way) =>
        text(way, "description") ?? []
      );
      const how = ways[0] ? ` It says: ${ways[0]}.` : "";
      return new AgentError(
        "auth",
        `${this.cli.shortTitle} is not logged in. ${this.cli.logInSteps}${how}`,
        error.message,
      );
    }
    const words = wordsOf(error);
    const sorted = sortFailure({ cli: this.cli, text: words });
    // It has answered, so it is not broken: it does not want to.
    const kind = sorted.kind === "other" && !/could not be reached/.test(sorted.message)
      ? "refused"
      : sorted.kind;
    return new AgentError(kind, sorted.message, words);
  }
}

/** An error in the agent's words: the details say more than "Internal error". */
function wordsOf({ message, data }: RpcError): string {
  const words = message.replace(/^Internal error:?\s*/i, "");
  const details = typeof data === "string" ? data : text(data, "details") ?? text(data, "message");
  return [words, details].filter((part) => part).join(": ") || message;
}

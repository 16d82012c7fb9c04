/** Starts `codex app-server` and gets it ready to talk. */
import type { Clock } from "../../base/clock.ts";
import { isObject } from "../../base/shape.ts";
import { inTime } from "../in_time.ts";
import { startChild } from "../start_child.ts";
import { AgentError } from "../agent.ts";
import { isTooOld, TooOld, updateOf } from "../too_old.ts";
import type { Child, Launcher, LaunchSpec } from "../../process/launcher.ts";
import { codex } from "./facts.ts";
import { type Params, RpcConnection, RpcError, type RpcHandler } from "../json_rpc.ts";
import { saidOnStderr } from "./stderr.ts";
import { object, text } from "../wire.ts";

/** Measured 0.15 s; a machine that is just starting everything may need much longer. */
const READY_MS = 30_000;

/** It leaves out the `jsonrpc` field. */
const PEER = { name: "codex app-server", cli: codex, versioned: false, said: saidOnStderr };

export class AppServer {
  readonly child: Child;
  readonly rpc: RpcConnection;
  /** Version of the CLI. */
  version: string | undefined;
  /** Answer of `account/read`; empty when this version has none. */
  account: Params = {};
  #handler: RpcHandler | undefined;
  /** Notifications before anyone serves them. */
  #early: [string, Params][] = [];

  /**
   * Starts the process and says hello.
   *
   * @throws {AgentError} `not_found` ({@link TooOld}, too), `crash` (it ended, with its stderr),
   * `timeout` or `refused`.
   * Nothing is left running then.
   */
  static async start(
    launcher: Launcher,
    spec: LaunchSpec,
    client: { version: string; clock: Clock },
  ): Promise<AppServer> {
    const server = new AppServer(await startChild(launcher, spec, codex), client.clock);
    try {
      await inTime(
        codex.title,
        READY_MS,
        client.clock,
        (signal) => server.#hello(client.version, signal),
      );
      if (isTooOld(server.version, codex)) throw await tooOld(launcher, spec, server.version);
      return server;
    } catch (error) {
      await server.child.kill();
      if (isOld(error)) throw await tooOld(launcher, spec, error.detail);
      if (!(error instanceof RpcError)) throw error;
      throw new AgentError("refused", `Codex refused to start: ${error.message}`);
    }
  }

  private constructor(child: Child, clock: Clock) {
    this.child = child;
    this.rpc = new RpcConnection(child, PEER, {
      notification: (method, params) => {
        if (this.#handler) this.#handler.notification(method, params);
        else this.#early.push([method, params]);
      },
      request: (method, params, id) => this.#handler?.request(method, params, id),
    }, clock);
  }

  /** Whether a model can be asked; only false where Codex itself says that it needs a login. */
  get loggedIn(): boolean {
    return this.account.requiresOpenaiAuth !== true || this.account.account !== null;
  }

  /** From now on `handler` gets what the server sends, beginning with what came before. */
  serve(handler: RpcHandler): void {
    this.#handler = handler;
    const early = this.#early;
    this.#early = [];
    for (const [method, params] of early) handler.notification(method, params);
  }

  /** Asks something that older versions may not know; an empty object then. */
  async ask(method: string, params: Params): Promise<Params> {
    try {
      const answer = await this.rpc.request(method, params);
      return isObject(answer) ? answer : {};
    } catch (error) {
      if (error instanceof RpcError) return {};
      throw error;
    }
  }

  async #hello(version: string, signal: AbortSignal): Promise<void> {
    const clientInfo = { name: "ductor", title: "ductor", version };
    // Only so can what an interrupted turn left running be listed and ended.
    const capabilities = { experimentalApi: true, requestAttestation: false };
    const hello = await this.rpc.request("initialize", { clientInfo, capabilities }, signal);
    // userAgent: "ductor/0.169.0 (Debian 12.0.0; x86_64) …": the CLI's version after our name.
    this.version = /^[^/]*\/(\S+)/.exec(text(hello, "userAgent") ?? "")?.[1];
    await this.rpc.notify("initialized");
    await this.readAccount();
  }

  /** Sees also a login that was made since. */
  async readAccount(): Promise<void> {
    this.account = await this.ask("account/read", {});
  }
}

/** What the account is called, for `/status`. */
export function accountName(account: Params): string | undefined {
  const details = object(account, "account");
  const parts = [text(details, "email") ?? text(details, "type"), text(details, "planType")];
  return parts.filter((part) => part).join(", ") || undefined;
}

async function tooOld(
  launcher: Launcher,
  { command }: LaunchSpec,
  detail: string | undefined,
): Promise<TooOld> {
  return new TooOld(codex, await updateOf(codex, await launcher.which(command)), detail);
}

/** Old versions take `app-server` for an unknown command, or for a prompt for their terminal. */
function isOld(error: unknown): error is AgentError {
  return error instanceof AgentError &&
    /unrecognized subcommand|stdin is not a terminal|not a tty/i.test(error.detail ?? "");
}

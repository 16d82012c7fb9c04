/** Any CLI that speaks the Agent Client Protocol, as an {@link Agent}. */
import { tmpdir } from "node:os";
import { type Clock, systemClock } from "../../base/clock.ts";
import type { Launcher, LaunchSpec } from "../../process/launcher.ts";
import type { Agent, AuthState, Model, SessionSpec } from "../agent.ts";
import type { AgentOptions, ProviderFacts } from "../facts.ts";
import type { SessionInfo } from "../session_info.ts";
import { printed } from "../printed.ts";
import { startChild } from "../start_child.ts";
import { AcpConnection } from "./connection.ts";
import { listSessions } from "./list_sessions.ts";
import { AcpSession } from "./session.ts";

/** How long `--version` may take. */
const VERSION_MS = 10_000;

export interface AcpAgentOptions extends AgentOptions {
  provider: string;
  cli: ProviderFacts;
  /** Arguments that make the program speak the protocol. */
  args: readonly string[];
  /** Our version, which the agent is told. */
  version?: string;
}

export class AcpAgent implements Agent {
  readonly provider: string;
  readonly #cli: ProviderFacts;
  readonly #launcher: Launcher;
  readonly #command: string;
  readonly #args: readonly string[];
  readonly #env: Readonly<Record<string, string>>;
  readonly #version: string;
  readonly #clock: Clock;

  constructor(options: AcpAgentOptions) {
    const [command, ...first] = typeof options.command === "string"
      ? [options.command]
      : options.command ?? [options.cli.program];
    this.provider = options.provider;
    this.#cli = options.cli;
    this.#launcher = options.launcher;
    this.#command = command!;
    this.#args = [...first, ...options.args];
    this.#env = options.env ?? {};
    this.#version = options.version ?? "0";
    this.#clock = options.clock ?? systemClock;
  }

  async open(spec: SessionSpec): Promise<AcpSession> {
    return await AcpSession.open(await this.#start(spec), spec);
  }

  /** Asks a session that is there only for this: the protocol has no other way. */
  async models(): Promise<Model[]> {
    const spec: SessionSpec = {
      cwd: tmpdir(),
      permissionMode: "default",
      extraArgs: [],
      env: {},
      persist: false,
    };
    const session = await this.open(spec);
    try {
      return session.models();
    } finally {
      await session.close();
    }
  }

  /** Not every one can list them. */
  async sessions(folder?: string): Promise<SessionInfo[]> {
    const spec = { cwd: folder ?? tmpdir(), env: {}, extraArgs: [] };
    const connection = await this.#start(spec);
    try {
      if (!connection.offers("list")) return [];
      return await connection.inTime((signal) => listSessions(connection.rpc, folder, signal));
    } catch (error) {
      throw connection.failure(error);
    } finally {
      await connection.child.kill();
    }
  }

  async isInstalled(): Promise<boolean> {
    return await this.#launcher.which(this.#command) !== undefined;
  }

  /** Whether somebody has logged in is only said by its first session. */
  async authState(): Promise<AuthState> {
    if (!await this.isInstalled()) {
      return { installed: false, login: "unknown", detail: "not installed" };
    }
    const launch = { command: this.#command, args: ["--version"], cwd: tmpdir(), env: this.#env };
    const start = () => startChild(this.#launcher, launch, this.#cli);
    const lines = (await printed(start, VERSION_MS, this.#clock)).split("\n");
    const version = lines.map((line) => line.trim()).find((line) => line !== "");
    return { installed: true, login: "unknown", ...version !== undefined && { version } };
  }

  async #start(
    { cwd, env, extraArgs }: Pick<SessionSpec, "cwd" | "env" | "extraArgs">,
  ): Promise<AcpConnection> {
    const launch: LaunchSpec = {
      command: this.#command,
      args: [...this.#args, ...extraArgs],
      cwd,
      env: { ...this.#env, ...env },
    };
    return await AcpConnection.start(this.#launcher, launch, {
      cli: this.#cli,
      version: this.#version,
      clock: this.#clock,
    });
  }
}

/** The Codex CLI as an {@link Agent}: each session is a `codex app-server` of its own. */
import { type Clock, systemClock } from "../../base/clock.ts";
import { homedir } from "node:os";
import { join } from "node:path";
import { processEnv } from "../../base/process_env.ts";
import type { Agent, AuthState, Model, SessionSpec } from "../agent.ts";
import type { Said, SessionInfo, SessionRef } from "../session_info.ts";
import type { AgentOptions } from "../facts.ts";
import type { Launcher, LaunchSpec } from "../../process/launcher.ts";
import { accountName, AppServer } from "./app_server.ts";
import { codex } from "./facts.ts";
import { listModels } from "./list_models.ts";
import { CodexSession } from "./session.ts";
import { appServerArgs } from "./settings.ts";
import { TooOld } from "../too_old.ts";
import { openThread } from "./thread.ts";
import { lastTurns, listThreads } from "./threads.ts";

/**
 * With a goal Codex begins one turn after the other by itself, seen by nobody and at any price:
 * docs/decisions/no-timers-of-the-cli.md.
 */
const WITHOUT_GOALS = ["-c", "features.goals=false"];

/**
 * Shells get the environment that Codex has. A login shell, or what Codex notes down of one, sets PATH
 * anew on most systems and finds no `ductor`.
 */
const OUR_ENVIRONMENT = ["features.shell_snapshot", "allow_login_shell"]
  .flatMap((key) => ["-c", `${key}=false`]);

export interface CodexAgentOptions extends AgentOptions {
  /** Our version, which the CLI is told. */
  version?: string;
  /** Folder for processes that belong to no conversation; default: the current one. */
  cwd?: string;
}

export class CodexAgent implements Agent {
  readonly provider = "codex";
  readonly #launcher: Launcher;
  readonly #command: readonly string[];
  readonly #client: { version: string; clock: Clock };
  readonly #cwd: string | undefined;
  readonly #env: Readonly<Record<string, string>>;

  constructor(options: CodexAgentOptions) {
    const command = options.command ?? codex.program;
    this.#launcher = options.launcher;
    this.#command = typeof command === "string" ? [command] : command;
    this.#client = { version: options.version ?? "0", clock: options.clock ?? systemClock };
    this.#cwd = options.cwd;
    this.#env = options.env ?? {};
  }

  async open(spec: SessionSpec): Promise<CodexSession> {
    const folders = (spec.folders ?? []).flatMap((folder) => ["--add-dir", folder]);
    const given = appServerArgs([...folders, ...spec.extraArgs]);
    const args = ["app-server", ...WITHOUT_GOALS, ...OUR_ENVIRONMENT, ...given];
    const launch = this.#launch(args, spec.cwd, spec.env);
    const server = await AppServer.start(this.#launcher, launch, this.#client);
    try {
      const thread = await openThread(server, spec);
      return new CodexSession(server, thread, spec, this.#client.clock);
    } catch (error) {
      await server.child.kill();
      throw error;
    }
  }

  models(signal?: AbortSignal): Promise<Model[]> {
    return this.#visit((server) => listModels(server.rpc, signal));
  }

  sessions(folder?: string): Promise<SessionInfo[]> {
    const env = (name: string) => this.#env[name] ?? processEnv.get(name);
    const { variable, folder: own } = codex.configHome;
    const configHome = env(variable) || join(env("HOME") || homedir(), own);
    return this.#visit((server) => listThreads(server.rpc, configHome, folder));
  }

  lastWords({ id }: SessionRef): Promise<Said[]> {
    return this.#visit((server) => lastTurns(server.rpc, id));
  }

  async nameSession({ id }: SessionRef, name: string): Promise<void> {
    await this.#visit((server) => server.rpc.request("thread/name/set", { threadId: id, name }));
  }

  async isInstalled(): Promise<boolean> {
    return await this.#launcher.which(this.#command[0]!) !== undefined;
  }

  async authState(): Promise<AuthState> {
    if (!await this.isInstalled()) {
      return { installed: false, login: "unknown" };
    }
    try {
      return await this.#visit((server) => {
        const detail = accountName(server.account);
        return Promise.resolve({
          installed: true,
          ...(server.version !== undefined && { version: server.version }),
          // A model provider of the user's own needs no login that Codex would know of.
          login: !server.loggedIn ? "no" : detail !== undefined ? "yes" : "unknown",
          ...(detail !== undefined && { detail }),
        });
      });
    } catch (error) {
      return {
        installed: true,
        login: "unknown",
        detail: error instanceof Error ? error.message : String(error),
        ...error instanceof TooOld && { outdated: error.update },
      };
    }
  }

  /** Asks a process that is there only for this. */
  async #visit<T>(ask: (server: AppServer) => Promise<T>): Promise<T> {
    const launch = this.#launch(["app-server"], this.#cwd ?? Deno.cwd());
    const server = await AppServer.start(this.#launcher, launch, this.#client);
    try {
      return await ask(server);
    } finally {
      await server.child.kill();
    }
  }

  #launch(
    args: readonly string[],
    cwd: string,
    env: Readonly<Record<string, string>> = {},
  ): LaunchSpec {
    const [command, ...first] = this.#command;
    return { command: command!, args: [...first, ...args], cwd, env: { ...this.#env, ...env } };
  }
}

/** Claude Code, the official CLI, as an {@link Agent}. */
import { realPathOf } from "../../base/on_disk.ts";
import { homedir, tmpdir } from "node:os";
import { join } from "node:path";
import { type Clock, systemClock } from "../../base/clock.ts";
import { processEnv } from "../../base/process_env.ts";
import { integer, list, object, text } from "../../base/shape.ts";
import {
  type Agent,
  AgentError,
  type AgentSession,
  type AuthState,
  type Model,
  type SessionSpec,
} from "../agent.ts";
import type { Child, Launcher } from "../../process/launcher.ts";
import type { Said, SessionInfo, SessionRef } from "../session_info.ts";
import type { AgentOptions } from "../facts.ts";
import { printed } from "../printed.ts";
import { startChild } from "../start_child.ts";
import { isTooOld, TooOld, updateOf } from "../too_old.ts";
import { argumentsFor } from "./arguments.ts";
import { claude } from "./facts.ts";
import { ControlChannel } from "./control.ts";
import { ClaudeSession } from "./session.ts";
import { ClaudeStore } from "./store.ts";
import { parseLine } from "./wire.ts";

/** For requests beside a conversation; the CLI asks no model for them. */
const TALK = [
  ...["-p", "--input-format", "stream-json", "--output-format", "stream-json", "--verbose"],
];
/** How long the CLI may take to answer a question about itself. */
const ANSWER_MS = 20_000;

export class ClaudeAgent implements Agent {
  readonly provider = "claude";
  readonly #launcher: Launcher;
  readonly #command: string;
  readonly #prefix: readonly string[];
  readonly #env: Readonly<Record<string, string>>;
  readonly #clock: Clock;
  readonly #store: ClaudeStore;
  readonly #configHome: string;
  #newEnough = false;

  constructor(options: AgentOptions) {
    const [command = claude.program, ...prefix] = [options.command ?? claude.program].flat();
    this.#launcher = options.launcher;
    this.#command = command;
    this.#prefix = prefix;
    this.#env = options.env ?? {};
    this.#clock = options.clock ?? systemClock;
    const { variable, folder } = claude.configHome;
    const env = (name: string) => this.#env[name] ?? processEnv.get(name);
    this.#configHome = env(variable) || join(env("HOME") || homedir(), folder);
    const { stateDir } = options;
    const index = stateDir === undefined ? undefined : join(stateDir, "claude_sessions.json");
    this.#store = new ClaudeStore(this.#configHome, index);
  }

  async open(spec: SessionSpec): Promise<AgentSession> {
    await this.#checkAge();
    const child = await this.#launch(argumentsFor(spec), spec.cwd, spec.env);
    return new ClaudeSession(child, spec, this.#clock);
  }

  /** Once it is new enough it stays so; one that is too old is looked at each time. */
  async #checkAge(): Promise<void> {
    if (this.#newEnough) return;
    const version = await this.#ask(["--version"]);
    if (isTooOld(version, claude)) throw new TooOld(claude, await this.#update(), version);
    this.#newEnough = true;
  }

  async #update(): Promise<string> {
    return await updateOf(claude, await this.#launcher.which(this.#command));
  }

  async #launch(
    args: readonly string[],
    cwd: string,
    env: Readonly<Record<string, string>> = {},
  ): Promise<Child> {
    return await startChild(this.#launcher, {
      command: this.#command,
      args: [...this.#prefix, ...args],
      cwd,
      env: { ...this.#env, ...env },
    }, claude);
  }

  async models(signal?: AbortSignal): Promise<Model[]> {
    const failed = "Claude Code did not list its models";
    const asked = { subtype: "initialize" };
    return modelsOf((await this.#visit(TALK, tmpdir(), asked, failed, signal)).models);
  }

  async sessions(folder?: string): Promise<SessionInfo[]> {
    const all = await this.#store.list();
    const open = await this.#open();
    const real = folder === undefined ? undefined : await realPathOf(folder);
    return all.filter((one) => folder === undefined || [folder, real].includes(one.folder))
      .map((one) => ({ ...one, ...open.has(one.id) && { open: open.get(one.id)! } }));
  }

  lastWords({ id }: SessionRef): Promise<Said[]> {
    return Promise.resolve(this.#store.said(id));
  }

  async nameSession({ id, folder }: SessionRef, name: string): Promise<void> {
    const failed = "Claude Code did not take the name";
    const asked = { subtype: "rename_session", title: name };
    await this.#visit([...TALK, "--resume", id], folder, asked, failed);
  }

  /** By the ids of sessions: the processes that have them open. */
  async #open(): Promise<Map<string, number[]>> {
    const open = new Map<string, number[]>();
    // Each process notes itself down there. Whether it still lives is for the CLI to say.
    const noted = await Array.fromAsync(Deno.readDir(join(this.#configHome, "sessions")))
      .catch(() => []);
    if (!noted.some(({ name }) => name.endsWith(".json"))) return open;
    const listed = await this.#ask(["agents", "--json"]);
    const running = runningIn(listed);
    if (!running) {
      throw new AgentError("other", "Claude Code did not say which sessions are open.", listed);
    }
    for (const { sessionId, pid } of running) {
      open.set(sessionId, [...open.get(sessionId) ?? [], ...pid === undefined ? [] : [pid]]);
    }
    return open;
  }

  /** Makes one request to a process started for it; no request goes to the model's service. */
  async #visit(
    args: readonly string[],
    cwd: string,
    request: { subtype: string; [field: string]: unknown },
    failed: string,
    signal?: AbortSignal,
  ): Promise<Record<string, unknown>> {
    const child = await this.#launch(args, cwd);
    const stop = () => void child.kill({ graceMs: 0 });
    signal?.addEventListener("abort", stop, { once: true });
    try {
      signal?.throwIfAborted();
      const control = new ControlChannel((line) => child.write(line), this.#clock);
      const reading = (async () => {
        for await (const line of child.lines) {
          const message = parseLine(line);
          if (message?.type === "control_response") control.settle(message);
        }
        control.close();
      })();
      const response = await control.request(request, ANSWER_MS);
      await child.kill({ graceMs: 0 });
      await reading;
      return response;
    } catch (error) {
      signal?.throwIfAborted();
      throw new AgentError("other", `${failed}: ${error}`, child.stderrTail().trim());
    } finally {
      signal?.removeEventListener("abort", stop);
      await child.kill({ graceMs: 0 });
    }
  }

  async isInstalled(): Promise<boolean> {
    return await this.#launcher.which(this.#command) !== undefined;
  }

  async authState(): Promise<AuthState> {
    if (!await this.isInstalled()) {
      return { installed: false, login: "unknown", detail: "not installed" };
    }
    const [version, status] = await Promise.all([
      this.#ask(["--version"]),
      this.#ask(["auth", "status", "--json"]),
    ]);
    const tooOld = isTooOld(version, claude);
    this.#newEnough ||= !tooOld;
    return {
      installed: true,
      ...version.trim() !== "" && { version: version.trim().split("\n")[0]! },
      ...tooOld && { outdated: await this.#update() },
      ...loginOf(status),
    };
  }

  /** What the CLI prints when run with `args`; empty when it does not run or does not end. */
  #ask(args: readonly string[]): Promise<string> {
    return printed(() => this.#launch(args, tmpdir()), ANSWER_MS, this.#clock);
  }
}

/** Reads what `claude agents --json` prints; `undefined`: it is something else. */
export function runningIn(printed: string): { sessionId: string; pid?: number }[] | undefined {
  try {
    const read = object<{ sessionId: string; pid?: number }>(
      { sessionId: text, pid: integer },
      "sessionId",
    );
    return list(read)(JSON.parse(printed));
  } catch {
    return undefined;
  }
}

/** Reads `models` of the answer to `initialize`. */
export function modelsOf(value: unknown): Model[] {
  return (list(object<Record<string, unknown>>({}))(value) ?? []).flatMap((each) => {
    const id = each.value;
    if (typeof id !== "string" || id === "") return [];
    const efforts = Array.isArray(each.supportedEffortLevels) ? each.supportedEffortLevels : [];
    return [{
      id,
      name: typeof each.displayName === "string" ? each.displayName : id,
      description: typeof each.description === "string" ? each.description : "",
      efforts: efforts.filter((effort) => typeof effort === "string"),
      isDefault: id === "default",
    }];
  });
}

/** Reads the JSON of `claude auth status`; older versions do not have it. */
export function loginOf(printed: string): Pick<AuthState, "login" | "detail"> {
  try {
    const status: Record<string, unknown> = JSON.parse(printed);
    if (typeof status.loggedIn !== "boolean") return { login: "unknown" };
    const detail = [status.email, status.subscriptionType, status.authMethod]
      .filter((part) => typeof part === "string" && part !== "none").join(", ");
    return { login: status.loggedIn ? "yes" : "no", ...detail !== "" && { detail } };
  } catch {
    return { login: "unknown" };
  }
}

/**
 * Starts the agents in the container. Where that cannot be, nothing is started at all, on the host
 * least of all.
 *
 * @module
 */
import { tmpdir } from "node:os";
import { getLogger } from "@logtape/logtape";
import { AgentError } from "../agents/agent.ts";
import { processEnv } from "../base/process_env.ts";
import { spawn } from "../base/async/spawn.ts";
import { every } from "../base/async/timer.ts";
import { LATE, within } from "../base/async/within.ts";
import type { Home } from "../config/home.ts";
import {
  type Child,
  type ExitStatus,
  HostLauncher,
  type Launcher,
  type LaunchSpec,
} from "../process/launcher.ts";
import { Broker } from "./broker.ts";
import { InsideChild } from "./child.ts";
import { findContainer } from "./container.ts";
import { Logins, loginsOf } from "./credentials.ts";
import { dockerCommand, type Run } from "./docker.ts";
import { INSIDE_HOME, type Mount, PathMap } from "./paths.ts";
import { environmentInside, type HostUser, mountsOf } from "./plan.ts";
import { renewOnHost } from "./renewal.ts";
import { MARKER, type Running, Sandbox, type SandboxEvent } from "./sandbox.ts";
import { removeOthers } from "./teardown.ts";
import { SandboxError } from "./sandbox_error.ts";
import type { DockerConfig } from "./settings.ts";

const log = getLogger(["ductor", "sandbox"]);

/** How often a login is handed in anew while a process runs: long before the CLI needs it. */
const LOGIN_MS = 30_000;

/** Exit code of what was ended by SIGKILL. */
const KILLED = 137;
/** Within which all processes of a container that is being removed have ended. */
const GOING_MS = 1000;

/** Ends by hand what carries a marker, where nobody inside can be asked to. */
const END_BY_MARKER = 'for p in /proc/[0-9]*; do grep -qF -e "$1" "$p/environ" 2>/dev/null && ' +
  'kill -9 "${p#/proc/}"; done; true';

export interface SandboxLauncherOptions {
  home: Home;
  docker: () => DockerConfig;
  /** How this program starts itself: for the agents' `ductor` commands. */
  self: readonly [string, ...string[]];
  /**
   * What is mounted for the project of the user's that this folder belongs to, with every link
   * resolved; first the project's own folder. Undefined: there is none.
   *
   * @throws {SandboxError} it must not get in
   */
  project?(folder: string): Promise<readonly Mount[] | undefined>;
  /** Stand in for the real ones in tests. */
  run?: Run;
  host?: Launcher;
  env?: () => Record<string, string>;
  user?: HostUser;
  /** Further arguments of `docker build`. */
  buildArgs?: readonly string[];
}

export class SandboxLauncher implements Launcher, AsyncDisposable {
  /** Host and container names of what is mounted; for files that an agent sends. */
  readonly paths: PathMap;
  /** The same for texts, in which also the rest of the home is spoken of. */
  readonly #texts: PathMap;
  readonly #options: SandboxLauncherOptions;
  readonly #host: Launcher;
  readonly #run: Run;
  readonly #env: () => Record<string, string>;
  readonly #logins: Logins;
  readonly #sandbox: Sandbox;
  /** Those of projects, by their folders. */
  readonly #projects = new Map<string, Sandbox>();
  readonly #make: (project?: readonly Mount[]) => Sandbox;
  readonly #listeners: ((event: SandboxEvent) => void)[] = [];
  #children = 0;
  #loginTimer: Disposable | undefined;

  constructor(options: SandboxLauncherOptions) {
    const { home, docker, self, user, buildArgs } = options;
    this.#options = options;
    this.#env = options.env ?? (() => processEnv.toObject());
    this.#host = options.host ?? new HostLauncher({ env: this.#env });
    this.#run = options.run ?? ((args, more) => dockerCommand(docker().command)(args, more));
    this.paths = new PathMap(mountsOf(home));
    this.#texts = new PathMap([...mountsOf(home), { host: home.root, inside: INSIDE_HOME }]);
    this.#logins = new Logins(
      loginsOf(home, (name) => this.#env()[name]),
      // The home itself, unlike the workspace, is nothing an agent can write.
      ({ renewal }) => renewOnHost(renewal, { host: this.#host, cwd: home.root }),
    );
    const broker = new Broker({ home, self, paths: this.paths, texts: this.#texts });
    this.#make = (project) =>
      new Sandbox({
        home,
        docker,
        run: this.#run,
        host: this.#host,
        user,
        buildArgs,
        project,
        env: this.#env,
        answer: (call, signal) => broker.answer(call, signal),
      });
    this.#sandbox = this.#make();
  }

  /** Name of the container. */
  get container(): string {
    return this.#sandbox.container;
  }

  /**
   * Makes everything ready to start a process.
   *
   * @throws {SandboxError} what is missing and how to mend it
   */
  async ready(): Promise<void> {
    await this.#sandbox.ready();
  }

  /** `listener` is told from now on what the sandbox is doing. */
  listen(listener: (event: SandboxEvent) => void): void {
    this.#listeners.push(listener);
    for (const one of [this.#sandbox, ...this.#projects.values()]) one.listen(listener);
  }

  /**
   * Path of a command inside. Where the sandbox cannot run it says the command itself, as it cannot
   * be told: {@link launch} then says why.
   */
  async which(command: string): Promise<string | undefined> {
    try {
      return await this.#which(await this.#sandbox.ready(), command);
    } catch (error) {
      if (error instanceof AgentError) return command;
      throw error;
    }
  }

  async #which(running: Running, command: string): Promise<string | undefined> {
    const known = running.found.get(command);
    if (known !== undefined) return known;
    const { code, stdout } = await this.#run(
      ["exec", running.id, "/bin/sh", "-c", 'command -v -- "$1"', "sh", command],
    );
    const path = stdout.trim();
    if (code !== 0 || path === "") return undefined;
    running.found.set(command, path);
    return path;
  }

  async launch(spec: LaunchSpec): Promise<Child> {
    const { sandbox, folder } = await this.#placeOf(spec.cwd);
    const running = await sandbox.ready();
    const { home, docker } = this.#options;
    const command = this.paths.inside(spec.command) ?? spec.command;
    if (await this.#which(running, command) === undefined) {
      // The container may have gone at this very moment.
      if (!running.bridge.alive) return await this.launch(spec);
      throw new AgentError(
        "not_found",
        `"${command}" is not in the image "${docker().image_name}" of the sandbox.`,
      );
    }
    await this.#logins.sync();
    const marker = `${MARKER}=${crypto.randomUUID()}`;
    const env = environmentInside(this.#env(), spec.env ?? {}, this.#texts, running.files);
    const client = await this.#host.launch({
      command: docker().command,
      args: [
        "exec",
        "-i",
        "-w",
        folder,
        "-e",
        marker,
        // Names only: values may be secrets, and arguments are seen by everybody on the machine.
        ...Object.keys(env).flatMap((name) => ["-e", name]),
        running.id,
        command,
        ...spec.args.map((arg) => this.#texts.textInside(arg)),
      ],
      cwd: home.root,
      env,
    });
    this.#begun();
    const child = new InsideChild({
      client,
      paths: this.#texts,
      end: (graceMs) => this.#end(running, marker, graceMs),
      why: (status) => this.#why(running, status),
    });
    spawn("Noting the end of a process in the container", child.exited.then(() => this.#ended()));
    return child;
  }

  /**
   * In which container a process works, and where in it. Places that belong to no conversation are
   * its own /tmp.
   */
  async #placeOf(cwd: string): Promise<{ sandbox: Sandbox; folder: string }> {
    const inside = this.paths.inside(cwd);
    if (inside !== undefined) return { sandbox: this.#sandbox, folder: inside };
    if (cwd === tmpdir() || cwd === Deno.cwd()) return { sandbox: this.#sandbox, folder: "/tmp" };
    const project = await this.#options.project?.(cwd);
    if (project) return { sandbox: this.#ofProject(project), folder: cwd };
    throw new SandboxError(
      `The folder ${cwd} is not in the sandbox; only ${this.#options.home.workspaceDir} is, and ` +
        "projects are.",
      "Move it there.",
    );
  }

  /** @throws {SandboxError} the folder is in no container, or leads out of it */
  async holds(folder: string): Promise<void> {
    await this.#placeOf(folder);
  }

  #ofProject(project: readonly Mount[]): Sandbox {
    const key = JSON.stringify(project);
    let sandbox = this.#projects.get(key);
    if (!sandbox) {
      sandbox = this.#make(project);
      for (const listener of this.#listeners) sandbox.listen(listener);
      this.#projects.set(key, sandbox);
    }
    return sandbox;
  }

  async #end(running: Running, marker: string, graceMs: number): Promise<void> {
    if (await running.bridge.kill(marker, graceMs)) return;
    const container = await findContainer(this.#run, running.id).catch(() => undefined);
    if (!container?.running) return;
    const { code } = await this.#run(
      ["exec", running.id, "/bin/sh", "-c", END_BY_MARKER, "sh", marker],
    );
    if (code === 0) return;
    log.warn("Processes in the container could not be ended one by one; all of it is ended");
    await this.#run(["rm", "-f", running.id]);
  }

  async #why(running: Running, { code }: ExitStatus) {
    // A container that is being removed still counts as running, but takes all of its processes along.
    const goes = code === KILLED && await within(running.bridge.ended, GOING_MS) !== LATE;
    const container = await findContainer(this.#run, running.id).catch(() => undefined);
    if (goes || !container?.running) {
      const text = "The sandbox's container was stopped or removed, or its engine has gone.";
      return { text, gone: true };
    }
    const text = `It was killed in the sandbox. Its limit is ${this.#options.docker().memory} of ` +
      "memory (`docker.memory`).";
    return code === KILLED ? { text, gone: false } : undefined;
  }

  /** Ends what a former life of the bot has left running in containers, if they are there. */
  async endLeft(): Promise<void> {
    await removeOthers(this.#options.home, this.#run, this.container).catch((error) =>
      log.warn("Containers of projects could not be removed: {error}", { error })
    );
    const container = await findContainer(this.#run, this.container).catch(() => undefined);
    if (!container?.running || container.home !== this.#options.home.root) return;
    const args = ["exec", container.id, "/bin/sh", "-c", END_BY_MARKER, "sh", `${MARKER}=`];
    const { code, stderr } = await this.#run(args);
    if (code !== 0) log.warn("What runs in the container could not be ended: {stderr}", { stderr });
  }

  #begun(): void {
    this.#children++;
    this.#loginTimer ??= every(LOGIN_MS, () => this.#logins.sync());
  }

  #ended(): void {
    if (--this.#children > 0) return;
    this.#loginTimer?.[Symbol.dispose]();
    this.#loginTimer = undefined;
  }

  /** Ends and removes the container, with everything in it. */
  async stop(): Promise<void> {
    try {
      await Promise.all([this.#sandbox, ...this.#projects.values()].map((one) => one.stop()));
    } finally {
      this.#loginTimer?.[Symbol.dispose]();
    }
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }
}

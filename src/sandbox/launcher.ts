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
import { type Clock, systemClock } from "../base/clock.ts";
import type { Home } from "../config/home.ts";
import { type Child, HostLauncher, type Launcher, type LaunchSpec } from "../process/launcher.ts";
import { conversationOf } from "./bring_over.ts";
import { Broker } from "./broker.ts";
import { InsideChild } from "./child.ts";
import { Logins, loginsOf } from "./credentials.ts";
import { dockerCommand, type Run } from "./docker.ts";
import { INSIDE_HOME, type Mount, PathMap } from "./paths.ts";
import { endInside, endLeft, whyEnded } from "./ending.ts";
import { environmentInside, type HostUser, mountsOf, NO_CONVERSATION } from "./plan.ts";
import { renewOnHost } from "./renewal.ts";
import { Rooms, type Whose } from "./rooms.ts";
import { MARKER, type Running, Sandbox, type SandboxEvent } from "./sandbox.ts";
import { SandboxError } from "./sandbox_error.ts";
import type { DockerConfig } from "./settings.ts";

const log = getLogger(["ductor", "sandbox"]);

/** How often a login is handed in anew while a process runs: long before the CLI needs it. */
const LOGIN_MS = 30_000;

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
  /** Which sessions go on in a conversation (`CHAT` or `CHAT.TOPIC`), by their ids. */
  sessions?(conversation: string): Promise<readonly string[]>;
  /** Stand in for the real ones in tests. */
  run?: Run;
  host?: Launcher;
  env?: () => Record<string, string>;
  user?: HostUser;
  clock?: Clock;
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
  /** Those of conversations and projects. */
  readonly #rooms: Rooms;
  /** Of whose login it was told that it was changed inside. */
  readonly #changed = new Set<string>();
  readonly #listeners: ((event: SandboxEvent) => void)[] = [];
  #children = 0;
  #loginTimer: Disposable | undefined;

  constructor(options: SandboxLauncherOptions) {
    const { home, docker, self, user, buildArgs } = options;
    this.#options = options;
    this.#env = options.env ?? (() => processEnv.toObject());
    this.#host = options.host ?? new HostLauncher({ env: this.#env });
    this.#run = options.run ?? ((args, more) => dockerCommand(docker().command)(args, more));
    this.paths = new PathMap(mountsOf(home, NO_CONVERSATION));
    this.#texts = new PathMap([...mountsOf(home, NO_CONVERSATION), {
      host: home.root,
      inside: INSIDE_HOME,
    }]);
    this.#logins = new Logins(
      loginsOf(home, (name) => this.#env()[name]),
      // The home itself, unlike the workspace, is nothing an agent can write.
      ({ renewal }) => renewOnHost(renewal, { host: this.#host, cwd: home.root }),
      options.clock,
      {
        conversations: () => this.#rooms.conversations.add(NO_CONVERSATION),
        changed: ({ title }) => this.#loginChanged(title),
      },
    );
    const broker = new Broker({ home, self, paths: this.paths, texts: this.#texts });
    const make = ({ conversation, project }: Whose) =>
      new Sandbox({
        home,
        docker,
        run: this.#run,
        host: this.#host,
        user,
        buildArgs,
        project,
        conversation,
        sessions: () =>
          options.sessions && conversation !== NO_CONVERSATION
            ? options.sessions(conversation)
            : Promise.resolve([]),
        env: this.#env,
        answer: (call, signal) => broker.answer(call, signal),
      });
    this.#sandbox = make({ conversation: NO_CONVERSATION });
    this.#rooms = new Rooms(make, options.clock ?? systemClock);
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
    this.#sandbox.listen(listener);
    this.#rooms.listen(listener);
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

  /** Tells it once a run: an agent must not be able to fill a chat with it. */
  #loginChanged(title: string): void {
    if (this.#changed.has(title)) return;
    this.#changed.add(title);
    log.warn("The login of {title} was changed inside; the host's is put back", { title });
    for (const listener of this.#listeners) listener({ type: "login_changed", title });
  }

  async launch(spec: LaunchSpec): Promise<Child> {
    const { whose, folder } = await this.#placeOf(spec);
    const room = whose && await this.#rooms.enter(whose);
    const leave = () => room && this.#rooms.leave(room);
    try {
      const child = await this.#launch(spec, room?.sandbox ?? this.#sandbox, folder);
      spawn("Noting that a container is not in use", child.exited.then(leave));
      return child;
    } catch (error) {
      leave();
      throw error;
    }
  }

  async #launch(spec: LaunchSpec, sandbox: Sandbox, folder: string): Promise<Child> {
    const running = await sandbox.ready();
    const { home, docker } = this.#options;
    const command = this.paths.inside(spec.command) ?? spec.command;
    if (await this.#which(running, command) === undefined) {
      // The container may have gone at this very moment.
      if (!running.bridge.alive) return await this.#launch(spec, sandbox, folder);
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
      end: (graceMs) => endInside(this.#run, running, marker, graceMs),
      why: (status) => whyEnded(this.#run, running, status, docker().memory),
    });
    spawn("Noting the end of a process in the container", child.exited.then(() => this.#ended()));
    return child;
  }

  /**
   * In which container a process works, and where in it. Places that belong to no conversation are
   * its own /tmp.
   */
  async #placeOf(
    { cwd, env = {} }: Pick<LaunchSpec, "cwd" | "env">,
  ): Promise<{ whose?: Whose; folder: string }> {
    const conversation = conversationOf(env);
    const inside = this.paths.inside(cwd) ??
      (cwd === tmpdir() || cwd === Deno.cwd() ? "/tmp" : undefined);
    if (inside !== undefined) {
      return { ...conversation !== NO_CONVERSATION && { whose: { conversation } }, folder: inside };
    }
    const project = await this.#options.project?.(cwd);
    if (project) return { whose: { conversation, project }, folder: cwd };
    throw new SandboxError(
      `The folder ${cwd} is not in the sandbox; only ${this.#options.home.workspaceDir} is, and ` +
        "projects are.",
      "Move it there.",
    );
  }

  /** @throws {SandboxError} the folder is in no container, or leads out of it */
  async holds(folder: string): Promise<void> {
    await this.#placeOf({ cwd: folder });
  }

  /** Ends what a former life of the bot has left running in containers, if they are there. */
  endLeft(): Promise<void> {
    return endLeft(this.#run, this.#options.home, this.container);
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
      await Promise.all([this.#sandbox.stop(), this.#rooms.stop()]);
    } finally {
      this.#loginTimer?.[Symbol.dispose]();
    }
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }
}

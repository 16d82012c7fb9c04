/**
 * Starts the agents in a container. It fails closed: where it cannot, nothing is started at all, on
 * the host least of all.
 */
import { every } from "../base/async/timer.ts";
import { spawn } from "../base/async/spawn.ts";
import { tmpdir } from "node:os";
import { getLogger } from "@logtape/logtape";
import { AgentError } from "../agents/agent.ts";
import {
  type Child,
  type ExitStatus,
  HostLauncher,
  type Launcher,
  type LaunchSpec,
} from "../process/launcher.ts";
import type { Home } from "../config/home.ts";
import { Bridge } from "./bridge.ts";
import { Broker } from "./broker.ts";
import { InsideChild } from "./child.ts";
import { ensureContainer, findContainer, makeFolders, removeContainer } from "./container.ts";
import { Logins, loginsOf } from "./credentials.ts";
import { dockerCommand, type Run } from "./docker.ts";
import { askEngine } from "./engine.ts";
import { environmentInside } from "./environment.ts";
import { ensureImage } from "./image.ts";
import { INSIDE_HOME, PathMap } from "./paths.ts";
import { type HostUser, mountsOf, planContainer } from "./plan.ts";
import { renewOnHost } from "./renewal.ts";
import { SandboxError } from "./sandbox_error.ts";
import { containerName, type DockerConfig } from "./settings.ts";

const log = getLogger(["ductor", "sandbox"]);

/** Stands in the environment of every process inside, with an id of its own, to find it by. */
const MARKER = "DUCTOR_SANDBOX_CHILD";
/** How often a login is handed in anew while a process runs: long before the CLI needs it. */
const LOGIN_MS = 30_000;

/** What the sandbox is doing, for those who wait for it. */
export type SandboxEvent =
  /** The image is being built, which takes minutes. */
  | { type: "building"; image: string }
  | { type: "line"; line: string }
  | { type: "built" }
  | { type: "failed"; message: string }
  /** The container runs; `again`: it had gone while agents worked in it. */
  | { type: "started"; container: string; again: boolean };

export interface SandboxOptions {
  home: Home;
  docker: () => DockerConfig;
  /** How this program starts itself: for the agents' `ductor` commands. */
  self: readonly [string, ...string[]];
  /** Stand in for the real ones in tests. */
  run?: Run;
  host?: Launcher;
  env?: () => Record<string, string>;
  user?: HostUser;
  /** Further arguments of `docker build`. */
  buildArgs?: readonly string[];
}

interface Running {
  id: string;
  bridge: Bridge;
  /** Paths of commands inside that were looked for. */
  found: Map<string, string>;
}

export class SandboxLauncher implements Launcher, AsyncDisposable {
  /** Host and container names of what is mounted; for files that an agent sends. */
  readonly paths: PathMap;
  /** The same for texts, in which also the rest of the home is spoken of. */
  readonly #texts: PathMap;
  readonly #options: SandboxOptions;
  readonly #host: Launcher;
  readonly #run: Run;
  readonly #env: () => Record<string, string>;
  readonly #logins: Logins;
  readonly #broker: Broker;
  readonly #stop = new AbortController();
  readonly #listeners = new Set<(event: SandboxEvent) => void>();
  #running: Running | undefined;
  /** The container has gone while agents worked in it, and is not there again yet. */
  #lost = false;
  #starting: Promise<Running> | undefined;
  #children = 0;
  #loginTimer: Disposable | undefined;

  constructor(options: SandboxOptions) {
    const { home, self } = options;
    this.#options = options;
    this.#host = options.host ?? new HostLauncher();
    this.#run = options.run ?? ((args, more) => dockerCommand(this.#command)(args, more));
    this.#env = options.env ?? (() => Deno.env.toObject());
    this.paths = new PathMap(mountsOf(home));
    this.#texts = new PathMap([...mountsOf(home), { host: home.root, inside: INSIDE_HOME }]);
    this.#logins = new Logins(
      loginsOf(home, (name) => this.#env()[name]),
      // The home itself, unlike the workspace, is nothing an agent can write.
      ({ renewal }) => renewOnHost(renewal, { host: this.#host, cwd: home.root }),
    );
    this.#broker = new Broker({ home, self, paths: this.paths, texts: this.#texts });
  }

  /** Name of the container. */
  get container(): string {
    return containerName(this.#options.home, this.#options.docker());
  }

  get #command(): string {
    return this.#options.docker().command;
  }

  /**
   * Makes everything ready to start a process: engine, image, container, the way in and out.
   *
   * @throws {SandboxError} what is missing and how to mend it
   */
  ready(): Promise<Running> {
    if (this.#running?.bridge.alive) return Promise.resolve(this.#running);
    return this.#starting ??= this.#start().finally(() => this.#starting = undefined);
  }

  async #start(): Promise<Running> {
    if (this.#stop.signal.aborted) throw new AgentError("other", "ductor is shutting down.");
    if (this.#running) this.#lost = true;
    const again = this.#lost;
    if (this.#running) log.warn("The container has gone or stopped; it is made again");
    await this.#running?.bridge.close();
    this.#running = undefined;
    try {
      const running = await this.#make();
      this.#running = running;
      this.#lost = false;
      this.#tell({ type: "started", container: this.container, again });
      return running;
    } catch (error) {
      if (this.#stop.signal.aborted) throw new AgentError("other", "ductor is shutting down.");
      const told = error instanceof SandboxError ? error : new SandboxError(
        "Something unexpected came up.",
        "The log says more; `ductor doctor` looks at every part.",
        String(error),
      );
      log.error("The sandbox cannot run: {what} {detail}", {
        what: told.what,
        detail: told.detail ?? "",
      });
      this.#tell({ type: "failed", message: told.message });
      throw told;
    }
  }

  async #make(): Promise<Running> {
    const { home, buildArgs } = this.#options;
    const docker = this.#options.docker();
    const run = this.#run;
    const engine = await askEngine(run, docker.command);
    let building = false;
    const image = await ensureImage({
      run,
      command: docker.command,
      docker,
      signal: this.#stop.signal,
      onBuild: () => {
        building = true;
        log.info("The image {image} is being built", { image: docker.image_name });
        this.#tell({ type: "building", image: docker.image_name });
      },
      onLine: (line) => {
        log.debug("build: {line}", { line });
        this.#tell({ type: "line", line });
      },
      ...buildArgs && { buildArgs },
    });
    if (building) this.#tell({ type: "built" });
    const user = this.#options.user ?? hostUser();
    await makeFolders(home, engine, user);
    const plan = planContainer({ home, docker, image, engine, user });
    const { id, fresh } = await ensureContainer(run, home, plan);
    log.info("Container {name} runs ({how})", {
      name: plan.name,
      how: fresh ? "new" : "as before",
    });
    const bridge = await Bridge.start({
      host: this.#host,
      command: docker.command,
      container: id,
      cwd: home.root,
      answer: (call, signal) => this.#broker.answer(call, signal),
    }).catch((error) => {
      throw new SandboxError(
        `The container runs, but nothing can be started in it: ${error.message}.`,
        "The image must have Node.js and a shell; `docker.image_name` names it. " +
          `\`${docker.command} rm -f ${plan.name}\` makes it begin anew.`,
      );
    });
    // What an earlier run left: a bot that was killed could end nothing.
    if (!fresh) await bridge.kill(`${MARKER}=`, 0);
    return { id, bridge, found: new Map() };
  }

  /**
   * Path of a command inside. Where the sandbox cannot run it says the command itself, as it cannot
   * be told: {@link launch} then says why.
   */
  async which(command: string): Promise<string | undefined> {
    try {
      return await this.#which(await this.ready(), command);
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
    const running = await this.ready();
    const { home } = this.#options;
    const command = this.paths.inside(spec.command) ?? spec.command;
    if (await this.#which(running, command) === undefined) {
      // The container may have gone at this very moment.
      if (!running.bridge.alive) return await this.launch(spec);
      throw new AgentError(
        "not_found",
        `"${command}" is not in the image "${this.#options.docker().image_name}" of the sandbox.`,
      );
    }
    await this.#logins.sync();
    const marker = `${MARKER}=${crypto.randomUUID()}`;
    const env = environmentInside(this.#env(), spec.env ?? {}, this.#texts);
    const client = await this.#host.launch({
      command: this.#command,
      args: [
        "exec",
        "-i",
        "-w",
        this.#folder(spec.cwd),
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

  /** Where a process inside works. Places that belong to no conversation are its own /tmp. */
  #folder(cwd: string): string {
    const inside = this.paths.inside(cwd);
    if (inside !== undefined) return inside;
    if (cwd === tmpdir() || cwd === Deno.cwd()) return "/tmp";
    throw new SandboxError(
      `The folder ${cwd} is not in the sandbox; only ${this.#options.home.workspaceDir} is.`,
      "Move it there.",
    );
  }

  async #end(running: Running, marker: string, graceMs: number): Promise<void> {
    if (await running.bridge.kill(marker, graceMs)) return;
    const container = await findContainer(this.#run, running.id).catch(() => undefined);
    if (!container?.running) return;
    const script = 'for p in /proc/[0-9]*; do grep -qF -e "$1" "$p/environ" 2>/dev/null && ' +
      'kill -9 "${p#/proc/}"; done; true';
    const { code } = await this.#run(
      ["exec", running.id, "/bin/sh", "-c", script, "sh", marker],
    );
    if (code === 0) return;
    log.warn("Processes in the container could not be ended one by one; all of it is ended");
    await this.#run(["rm", "-f", running.id]);
  }

  async #why(running: Running, { code }: ExitStatus) {
    const container = await findContainer(this.#run, running.id).catch(() => undefined);
    if (!container?.running) {
      const text = "The sandbox's container was stopped or removed, or its engine has gone.";
      return { text, gone: true };
    }
    const text = `It was killed in the sandbox. Its limit is ${this.#options.docker().memory} of ` +
      "memory (`docker.memory`).";
    return code === 137 ? { text, gone: false } : undefined;
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

  /** `listener` is told from now on what the sandbox is doing. */
  listen(listener: (event: SandboxEvent) => void): void {
    this.#listeners.add(listener);
  }

  #tell(event: SandboxEvent): void {
    for (const listener of this.#listeners) listener(event);
  }

  /** Ends and removes the container, with everything in it. */
  async stop(): Promise<void> {
    this.#stop.abort();
    await this.#starting?.catch(() => {});
    this.#loginTimer?.[Symbol.dispose]();
    await this.#running?.bridge.close();
    this.#running = undefined;
    await removeContainer(this.#run, this.#options.home, this.container);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }
}

/** Our own ids, where the system has them. */
function hostUser(): HostUser | undefined {
  if (Deno.build.os === "windows") return undefined;
  const [uid, gid] = [Deno.uid(), Deno.gid()];
  return uid === null || gid === null ? undefined : { uid, gid };
}

/**
 * The container's life: made ready once for all who wait, made again when it has gone, taken away
 * at the end. It fails closed: where it cannot run, everybody who waits hears why.
 *
 * @module
 */
import { getLogger } from "@logtape/logtape";
import { AgentError } from "../agents/agent.ts";
import type { Launcher } from "../process/launcher.ts";
import type { Home } from "../config/home.ts";
import { type Answerer, Bridge } from "./bridge.ts";
import { bringOver } from "./bring_over.ts";
import { ensureContainer, makeFolders, removeContainer } from "./container.ts";
import type { Run } from "./docker.ts";
import { askEngine } from "./engine.ts";
import { ensureImage } from "./image.ts";
import type { Mount } from "./paths.ts";
import { containerOf, filesNamed, type HostUser, planContainer } from "./plan.ts";
import { SandboxError } from "./sandbox_error.ts";
import type { DockerConfig } from "./settings.ts";

const log = getLogger(["ductor", "sandbox"]);

/** Stands in the environment of every process inside, with an id of its own, to find it by. */
export const MARKER = "DUCTOR_SANDBOX_CHILD";

/** What the sandbox is doing, for those who wait for it. */
export type SandboxEvent =
  /** The image is being built, which takes minutes. */
  | { type: "building"; image: string }
  | { type: "line"; line: string }
  | { type: "built" }
  | { type: "failed"; message: string }
  /** The container runs; `again`: it had gone while agents worked in it. */
  | { type: "started"; container: string; again: boolean }
  /** Somebody inside has changed a login that was handed in; it is put back. */
  | { type: "login_changed"; title: string };

export interface SandboxOptions {
  home: Home;
  docker: () => DockerConfig;
  /** The docker program. */
  run: Run;
  /** Starts programs on this machine. */
  host: Launcher;
  /** Does the `ductor` commands of the agents. */
  answer: Answerer;
  /** Who the processes inside are; default: who we are. */
  user?: HostUser | undefined;
  /** The environment that the CLIs inside get something of. */
  env?(): Record<string, string>;
  /** What is mounted of the user's project, beside the workspace; first its own folder. */
  project?: readonly Mount[] | undefined;
  /** Whose agents are in it. */
  conversation: string;
  /** The sessions that go on in the conversation, by their ids. */
  sessions?(): Promise<readonly string[]>;
  /** Further arguments of `docker build`. */
  buildArgs?: readonly string[] | undefined;
}

/** A container in which processes can be started. */
export interface Running {
  id: string;
  bridge: Bridge;
  /** Files of the host that are mounted because variables name them. */
  files: readonly Mount[];
  /** Paths of commands inside that were looked for. */
  found: Map<string, string>;
}

export class Sandbox {
  readonly #options: SandboxOptions;
  readonly #stop = new AbortController();
  readonly #listeners = new Set<(event: SandboxEvent) => void>();
  #running: Running | undefined;
  /** The container has gone while agents worked in it, and is not there again yet. */
  #lost = false;
  #starting: Promise<Running> | undefined;

  constructor(options: SandboxOptions) {
    this.#options = options;
  }

  /** Name of the container. */
  get container(): string {
    const { home, docker, project, conversation } = this.#options;
    return containerOf(home, docker(), conversation, project);
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
    const { home, run, host, answer, env = () => ({}), project, conversation } = this.#options;
    const docker = this.#options.docker();
    const engine = await askEngine(run, docker.command);
    const image = await this.#image(docker);
    const user = this.#options.user ?? hostUser();
    await makeFolders(home, engine, user, conversation);
    const sessions = await this.#options.sessions?.() ?? [];
    await bringOver({ run, home, image, engine, user, conversation, sessions });
    const files = await filesNamed(env());
    const plan = planContainer({
      ...{ home, docker, image, engine, user, files, project, conversation },
    });
    const { id, fresh } = await ensureContainer(run, home, plan);
    log.info("Container {name} runs ({how})", {
      name: plan.name,
      how: fresh ? "new" : "as before",
    });
    const bridge = await Bridge.start({
      host,
      command: docker.command,
      container: id,
      cwd: home.root,
      answer,
    }).catch((error) => {
      throw new SandboxError(
        `The container runs, but nothing can be started in it: ${error.message}.`,
        "The image must have Node.js and a shell; `docker.image_name` names it. " +
          `\`${docker.command} rm -f ${plan.name}\` makes it begin anew.`,
      );
    });
    // What an earlier run left: a bot that was killed could end nothing.
    if (!fresh) await bridge.kill(`${MARKER}=`, 0);
    return { id, bridge, found: new Map(), files };
  }

  /** The id of the image, which may have to be built first. */
  async #image(docker: DockerConfig): Promise<string> {
    const { run, buildArgs } = this.#options;
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
    return image;
  }

  /** `listener` is told from now on what the sandbox is doing. */
  listen(listener: (event: SandboxEvent) => void): void {
    this.#listeners.add(listener);
  }

  #tell(event: SandboxEvent): void {
    for (const listener of this.#listeners) listener(event);
  }

  /** Ends and removes the container, with everything in it; nothing is started any more. */
  async stop(): Promise<void> {
    this.#stop.abort();
    await this.#starting?.catch(() => {});
    await this.#running?.bridge.close();
    this.#running = undefined;
    await removeContainer(this.#options.run, this.#options.home, this.container);
  }
}

/** Our own ids, where the system has them. */
function hostUser(): HostUser | undefined {
  if (Deno.build.os === "windows") return undefined;
  const [uid, gid] = [Deno.uid(), Deno.gid()];
  return uid === null || gid === null ? undefined : { uid, gid };
}

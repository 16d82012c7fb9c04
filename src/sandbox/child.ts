/** A process in the container, as a {@link Child}. */
import type { Child, ExitStatus } from "../process/launcher.ts";
import type { PathMap } from "./paths.ts";

export interface InsideOptions {
  /** The `docker exec` that carries its input and output. */
  client: Child;
  paths: PathMap;
  /** Ends the process and all it started, inside. */
  end(graceMs: number): Promise<void>;
  /**
   * Asked when the client has ended: what is to be said about that, if anything, and whether the
   * whole container is gone.
   */
  why(status: ExitStatus): Promise<{ text: string; gone: boolean } | undefined>;
}

const KILL_GRACE_MS = 2000;
const SIGNALS: Readonly<Record<number, string>> = {
  129: "SIGHUP",
  130: "SIGINT",
  134: "SIGABRT",
  137: "SIGKILL",
  139: "SIGSEGV",
  143: "SIGTERM",
};

export class InsideChild implements Child {
  readonly exited: Promise<ExitStatus>;
  readonly lines: AsyncIterable<string>;
  readonly #options: InsideOptions;
  #why: string | undefined;
  #killed: Promise<void> | undefined;

  constructor(options: InsideOptions) {
    this.#options = options;
    this.lines = options.client.lines;
    this.exited = this.#awaitExit();
  }

  /** Of the client: the process's own means nothing on this machine. */
  get pid(): number {
    return this.#options.client.pid;
  }

  get alive(): boolean {
    return this.#options.client.alive;
  }

  async #awaitExit(): Promise<ExitStatus> {
    const status = await this.#options.client.exited;
    // Not when we end it ourselves.
    const why = this.#killed === undefined ? await this.#options.why(status) : undefined;
    this.#why = why?.text;
    const { code, signal } = status;
    // Then the code is the engine's, and says nothing about the process.
    if (why?.gone) return { code, signal: null };
    return { code, signal: signal ?? SIGNALS[code] ?? null };
  }

  write(line: string): Promise<void> {
    return this.#options.client.write(this.#options.paths.textInside(line));
  }

  closeStdin(): Promise<void> {
    return this.#options.client.closeStdin();
  }

  stderrTail(): string {
    const said = this.#options.client.stderrTail();
    return this.#why === undefined ? said : `${said}\n${this.#why}`;
  }

  kill(opts: { graceMs?: number } = {}): Promise<void> {
    return this.#killed ??= this.#kill(opts.graceMs ?? KILL_GRACE_MS);
  }

  async #kill(graceMs: number): Promise<void> {
    // Inside first: without its client, nobody would end what is there.
    await this.#options.end(graceMs);
    await this.#options.client.kill({ graceMs: 0 });
  }
}

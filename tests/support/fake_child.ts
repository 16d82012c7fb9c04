/** A child process without a process: the test says its lines and reads what was written to it. */
import { LaunchError } from "../../src/process/launch_error.ts";
import { EventQueue } from "../../src/base/event_queue.ts";
import type { Child, ExitStatus, Launcher, LaunchSpec } from "../../src/process/launcher.ts";

// deno-lint-ignore no-explicit-any -- whatever JSON the protocol has
export type Json = any;

export class FakeChild implements Child {
  readonly pid: number;
  alive = true;
  stderr = "";
  /** What was written to it, parsed. */
  readonly written: Json[] = [];
  /** Called with each message written; a scripted CLI answers here. */
  onWrite: (message: Json, child: FakeChild) => void = () => {};
  /** Called by {@link kill}: the grace, and whether it was alive. */
  readonly kills: { graceMs: number | undefined; alive: boolean }[] = [];
  /** Ends when its stdin is closed, as the real ones do. */
  obedient = true;
  readonly #lines = new EventQueue<string>();
  readonly #exit = Promise.withResolvers<ExitStatus>();

  constructor(pid = 4242) {
    this.pid = pid;
  }

  get lines(): AsyncIterable<string> {
    return this.#lines;
  }

  get exited(): Promise<ExitStatus> {
    return this.#exit.promise;
  }

  write(line: string): Promise<void> {
    if (!this.alive) return Promise.resolve();
    const message = JSON.parse(line);
    this.written.push(message);
    this.onWrite(message, this);
    return Promise.resolve();
  }

  closeStdin(): Promise<void> {
    if (this.obedient) this.exit(0);
    return Promise.resolve();
  }

  stderrTail(): string {
    return this.stderr;
  }

  kill(opts: { graceMs?: number } = {}): Promise<void> {
    this.kills.push({ graceMs: opts.graceMs, alive: this.alive });
    this.exit(137, "SIGKILL");
    return Promise.resolve();
  }

  /** Says messages on stdout. */
  say(...messages: Json[]): void {
    for (const message of messages) {
      this.#lines.push(typeof message === "string" ? message : JSON.stringify(message));
    }
  }

  exit(code: number, signal: string | null = null): void {
    if (!this.alive) return;
    this.alive = false;
    this.#lines.end();
    this.#exit.resolve({ code, signal });
  }
}

/** Hands out {@link FakeChild}s. */
export class FakeLauncher implements Launcher {
  readonly launched: LaunchSpec[] = [];
  readonly children: FakeChild[] = [];
  /** What each new child does. */
  onLaunch: (child: FakeChild, spec: LaunchSpec) => void = () => {};
  installed = true;

  launch(spec: LaunchSpec): Promise<Child> {
    if (!this.installed) {
      return Promise.reject(new LaunchError("not_found", `"${spec.command}" is not installed.`));
    }
    this.launched.push(spec);
    const child = new FakeChild(1000 + this.launched.length);
    this.children.push(child);
    this.onLaunch(child, spec);
    return Promise.resolve(child);
  }

  which(command: string): Promise<string | undefined> {
    return Promise.resolve(this.installed ? `/bin/${command}` : undefined);
  }
}

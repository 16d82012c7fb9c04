/**
 * The fallback for a Codex without an app server: `codex exec --json`, one process a turn. Answers
 * come whole, nothing is asked, and an interrupt ends the process.
 */
import { join } from "node:path";
import type { Clock } from "../../base/clock.ts";
import { startChild } from "../start_child.ts";
import { AgentError, type AgentEvent, type AgentSession, type ImageInput } from "../agent.ts";
import type { SessionSpec, TurnInput, Usage } from "../agent.ts";
import { isObject } from "../../base/shape.ts";
import { sortExit } from "../errors.ts";
import type { Child, Launcher, LaunchSpec } from "../../process/launcher.ts";
import { ExecEvents } from "./exec_events.ts";
import { sameProcess } from "./same_process.ts";
import { effortOf, policyOf } from "./settings.ts";
import { saidOnStderr } from "./stderr.ts";
import { subtract } from "./usage.ts";

export class ExecSession implements AgentSession {
  readonly #launcher: Launcher;
  readonly #launch: (args: readonly string[]) => LaunchSpec;
  readonly #spec: SessionSpec;
  readonly #clock: Clock;
  #id: string | undefined;
  #child: Child | undefined;
  #running = false;
  #stop = false;
  #closed = false;
  /** Tokens of the thread so far; undefined: not known. */
  #total: Usage | undefined;

  constructor(
    launcher: Launcher,
    launch: (args: readonly string[]) => LaunchSpec,
    spec: SessionSpec,
    clock: Clock,
  ) {
    this.#launcher = launcher;
    this.#launch = launch;
    this.#spec = spec;
    this.#clock = clock;
    this.#id = spec.resume;
    if (spec.resume === undefined) {
      this.#total = { inputTokens: 0, outputTokens: 0, cacheReadTokens: 0, cacheWriteTokens: 0 };
    }
  }

  get id(): string | undefined {
    return this.#id;
  }

  /** Of the running turn; 0 between turns. */
  get pid(): number {
    return this.#child?.pid ?? 0;
  }

  get alive(): boolean {
    return !this.#closed;
  }

  canServe(spec: SessionSpec): boolean {
    return this.alive && (spec.resume === undefined || spec.resume === this.#id) &&
      sameProcess(this.#spec, spec);
  }

  async *run(turn: TurnInput, signal: AbortSignal): AsyncGenerator<AgentEvent> {
    if (this.#running) {
      const message = "Codex is still working on the message before this one.";
      yield { type: "error", kind: "other", message };
      return;
    }
    this.#running = true;
    this.#stop = signal.aborted;
    const abort = () => void this.interrupt();
    signal.addEventListener("abort", abort, { once: true });
    try {
      if (this.#stop) yield { type: "result", text: "", interrupted: true };
      else yield* this.#turn(turn);
    } finally {
      signal.removeEventListener("abort", abort);
      await this.#child?.kill();
      this.#child = undefined;
      this.#running = false;
    }
  }

  async *#turn(turn: TurnInput): AsyncGenerator<AgentEvent> {
    const began = this.#clock.now();
    const events = new ExecEvents();
    const images = await writeImages(turn.images ?? []);
    try {
      const child = this.#child = await startChild(
        this.#launcher,
        this.#launch(this.#args(turn, images.files)),
      );
      if (this.#stop) await child.kill();
      await child.write(this.#prompt(turn));
      await child.closeStdin();
      for await (const line of child.lines) {
        const message = parse(line);
        if (!message) continue;
        for (const event of events.read(message)) yield event;
        this.#id = events.threadId ?? this.#id;
      }
      yield this.#last(
        events,
        await child.exited,
        saidOnStderr(child.stderrTail()),
        this.#clock.now() - began,
      );
    } catch (error) {
      if (!(error instanceof AgentError)) throw error;
      const { kind, message, detail } = error;
      yield { type: "error", kind, message, ...(detail !== undefined && { detail }) };
    } finally {
      await images.remove();
    }
  }

  #last(
    events: ExecEvents,
    exit: { code: number; signal: string | null },
    stderr: string,
    durationMs: number,
  ): AgentEvent {
    const usage = events.usage && this.#total && subtract(events.usage, this.#total);
    if (events.usage) this.#total = events.usage;
    const counted = usage ? { usage } : {};
    if (events.completed) return { type: "result", text: events.answer, durationMs, ...counted };
    if (this.#stop) return { type: "result", text: events.answer, durationMs, interrupted: true };
    if (events.failure) return { ...events.failed(events.failure), ...counted };
    return { type: "error", ...sortExit("codex", exit, stderr), detail: stderr };
  }

  #args(turn: TurnInput, images: readonly string[]): string[] {
    const { approvalPolicy, sandbox } = policyOf(turn.permissionMode);
    const effort = effortOf(turn.effort);
    const bypass = approvalPolicy === "never" && sandbox === "danger-full-access";
    return [
      "exec",
      "--json",
      "--color",
      "never",
      "--skip-git-repo-check",
      ...(bypass ? ["--dangerously-bypass-approvals-and-sandbox"] : ["--sandbox", sandbox]),
      ...(turn.model ? ["--model", turn.model] : []),
      ...(effort !== undefined ? ["-c", `model_reasoning_effort=${effort}`] : []),
      ...this.#spec.extraArgs,
      ...images.flatMap((file) => ["--image", file]),
      ...(this.#id !== undefined ? ["resume", this.#id] : []),
      "-",
    ];
  }

  /** Every turn is a new process, so memory goes with every prompt; on stdin, unseen by `ps`. */
  #prompt(turn: TurnInput): string {
    return [turn.text, this.#spec.instructions].filter((part) => part).join("\n\n");
  }

  async interrupt(): Promise<void> {
    if (!this.#running) return;
    this.#stop = true;
    await this.#child?.kill();
  }

  async close(): Promise<void> {
    this.#closed = true;
    await this.interrupt();
  }
}

function parse(line: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(line);
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

/** `codex exec` takes images as files only. */
async function writeImages(
  images: readonly ImageInput[],
): Promise<{ files: string[]; remove(): Promise<void> }> {
  if (images.length === 0) return { files: [], remove: () => Promise.resolve() };
  const folder = await Deno.makeTempDir({ prefix: "ductor-images-" });
  const files: string[] = [];
  for (const [index, { mediaType, data }] of images.entries()) {
    const file = join(folder, `${index}.${/\/(\w+)/.exec(mediaType)?.[1] ?? "png"}`);
    await Deno.writeFile(file, Uint8Array.from(atob(data), (char) => char.charCodeAt(0)), {
      mode: 0o600,
    });
    files.push(file);
  }
  return { files, remove: () => Deno.remove(folder, { recursive: true }).catch(() => {}) };
}

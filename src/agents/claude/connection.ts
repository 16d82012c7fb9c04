/**
 * A running `claude` and the two ways of talking with it: messages, and control requests beside
 * them. How the process is read, interrupted and ended is here; what is talked about is the
 * session's (session.ts), which is told everything and asked nothing.
 */
import { spawn } from "../../base/async/spawn.ts";
import { getLogger } from "@logtape/logtape";
import type { Clock } from "../../base/clock.ts";
import { LATE, within } from "../../base/async/within.ts";
import type { Child } from "../../process/launcher.ts";
import type { SessionSpec, TurnSettings } from "../agent.ts";
import { sortExit } from "../errors.ts";
import { ControlChannel } from "./control.ts";
import { claude } from "./facts.ts";
import type { End } from "./turn.ts";
import { type Message, parseLine } from "./wire.ts";

const log = getLogger(["ductor", "agents", "claude"]);

/** How long an interrupted turn may take to end before the process is ended instead. */
export const INTERRUPT_MS = 5000;
/** How long a closing session waits for each step that would be nicer than a signal. */
export const CLOSE_MS = 1500;
/** How long the CLI may take to change a setting. */
export const CONTROL_MS = 10_000;

/** Who is told what the CLI says. */
export interface Listener {
  /** A message; what is thrown here costs that message only. */
  said(message: Message): void;
  /** A line that is no message. */
  noise(): void;
  /** A message that {@link said} could not take. */
  unreadable(message: Message): void;
  /** There is nothing more to come. @param ended resolves when nothing of it runs any more */
  gone(ended: Promise<void>): Promise<void>;
  /** It could not be read to its end. */
  broken(): void;
}

export class ClaudeConnection {
  readonly control: ControlChannel;
  readonly #child: Child;
  readonly #clock: Clock;
  readonly #listener: Listener;
  readonly #reading: Promise<void>;
  /** What was last asked for; the CLI may have changed its mode by itself since. */
  #settings: TurnSettings;
  /** A plan was approved: the CLI carries it out, and does not go back to planning by itself. */
  #leftPlan = false;
  #ending = false;

  /** Takes over a child that was just started with `argumentsFor(spec)`. */
  constructor(child: Child, spec: SessionSpec, listener: Listener, clock: Clock) {
    this.#child = child;
    this.#settings = spec;
    this.#listener = listener;
    this.#clock = clock;
    this.control = new ControlChannel((line) => child.write(line), clock);
    this.#reading = this.#read().catch((error) => {
      log.error("claude {pid} could not be read to its end: {error}", { pid: this.pid, error });
      listener.broken();
    });
    // Here and not in argv, where it would be seen by `ps` and bounded by the system.
    this.control.request({
      subtype: "initialize",
      ...spec.instructions && { appendSystemPrompt: spec.instructions },
    }).catch((error) => {
      if (child.alive) log.warn("claude did not take its instructions: {error}", { error });
    });
  }

  get pid(): number {
    return this.#child.pid;
  }

  /** The process runs, though it may be about to end. */
  get running(): boolean {
    return this.#child.alive;
  }

  /** We are ending it. */
  get ending(): boolean {
    return this.#ending;
  }

  async #read(): Promise<void> {
    for await (const line of this.#child.lines) {
      const message = parseLine(line);
      if (!message) this.#listener.noise();
      else if (message.type === "control_response") this.control.settle(message);
      else this.#hand(message);
    }
    await this.inTime(this.#child.exited, CLOSE_MS);
    this.control.close();
    // Also cleans up after a claude that died: its shell commands outlive it.
    await this.#listener.gone(this.#child.kill());
  }

  #hand(message: Message): void {
    const { subtype, permissionMode: mode } = message;
    if (subtype === "status" && mode !== undefined) this.#leftPlan = mode !== "plan";
    try {
      this.#listener.said(message);
    } catch (error) {
      log.error("A message of claude could not be read: {error}", { error });
      if (message.type === "control_request") {
        spawn(
          "Answering Claude",
          this.control.refuse(message.request_id ?? "", "ductor cannot read this request."),
        );
      } else this.#listener.unreadable(message);
    }
  }

  /** Writes a message. */
  say(line: string): Promise<void> {
    return this.#child.write(line);
  }

  /**
   * Changes what has changed since the last time.
   *
   * @throws {ControlError} the CLI does not take it
   */
  async apply(wanted: TurnSettings): Promise<void> {
    if ((wanted.model ?? "default") !== (this.#settings.model ?? "default")) {
      const model = wanted.model ?? "default";
      await this.control.request({ subtype: "set_model", model }, CONTROL_MS);
    }
    const mode = wanted.permissionMode;
    if (mode !== this.#settings.permissionMode || (mode === "plan" && this.#leftPlan)) {
      await this.control.request({ subtype: "set_permission_mode", mode }, CONTROL_MS);
      this.#leftPlan = false;
    }
    this.#settings = wanted;
  }

  /** Asks the CLI to end the turn that it works on. */
  interrupt(timeoutMs = INTERRUPT_MS): void {
    this.control.request({ subtype: "interrupt" }, timeoutMs).catch(() => {});
  }

  /** From now on the process is as good as ended: no turn begins in it any more. */
  retire(): void {
    this.#ending = true;
  }

  /** Ends a process that does not listen. */
  async giveUp(): Promise<void> {
    log.warn("claude {pid} did not stop in {ms} ms and is ended", {
      pid: this.pid,
      ms: INTERRUPT_MS,
    });
    this.#ending = true;
    await this.#child.kill();
  }

  /**
   * Ends it as gently as it lets us; resolves when everything it said has been told.
   *
   * @param waits It would wait for what runs in the background.
   */
  async close({ waits }: { waits: boolean }): Promise<void> {
    this.#ending = true;
    await this.#child.closeStdin();
    if (!waits) await this.inTime(this.#child.exited, CLOSE_MS);
    await this.#child.kill({ graceMs: CLOSE_MS });
    await this.#reading;
  }

  /** Resolves when everything that an ended process said has been told. */
  drained(): Promise<void> {
    return this.#reading;
  }

  /** How a turn ends whose process has ended by itself. */
  async death(): Promise<End> {
    const exit = await this.#child.exited;
    const detail = this.#child.stderrTail().trim();
    const sorted = sortExit(claude, exit, detail, new Date(this.#clock.now()));
    return { type: "error", ...sorted, ...detail !== "" && { detail } };
  }

  /** Whether `promise` settles within `ms`. */
  async inTime(promise: Promise<unknown>, ms: number): Promise<boolean> {
    const settled = promise.then(() => {}, () => {});
    return await within(settled, ms, { clock: this.#clock }) !== LATE;
  }
}

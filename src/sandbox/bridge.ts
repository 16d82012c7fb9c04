/**
 * The way in and out of a container: a process in it that we talk with in JSON lines. It ends what
 * an agent has started, and brings us the `ductor` commands of the agents.
 *
 * One process that is there already, since a new `docker exec` fails just when it is needed most:
 * when the limit of processes is reached.
 */
import { parseObject } from "../base/jsonc.ts";
import { errorLine } from "../base/error_line.ts";
import { after } from "../base/async/timer.ts";
import { spawn } from "../base/async/spawn.ts";
import { within } from "../base/async/within.ts";
import { getLogger } from "@logtape/logtape";
import type { Child, Launcher } from "../process/launcher.ts";
import { z } from "zod";
import { integer } from "../base/shape.ts";

const log = getLogger(["ductor", "sandbox"]);

/** How long the process may take to be there. */
const READY_MS = 20_000;
/** On top of the grace: it gives up after 5 s itself. */
const KILL_MS = 8000;

const CallSchema = z.object({
  id: z.number(),
  argv: z.array(z.string()).max(1000),
  cwd: z.string(),
  env: z.record(z.string(), z.string()),
  stdin: z.string().optional(),
  files: z.array(z.object({
    /** Which argument names it. */
    index: z.number(),
    name: z.string(),
    /** Where it is inside. */
    folder: z.string(),
    /** Base64. */
    data: z.string(),
  })),
});

/** A `ductor` command of an agent. */
export type Call = z.infer<typeof CallSchema>;

export interface CallAnswer {
  code: number;
  out: string;
  err: string;
  /** Files that the command made, for the folder it ran in. Base64. */
  made?: { name: string; data: string }[];
}

export type Answerer = (call: Call, signal: AbortSignal) => Promise<CallAnswer>;

export class Bridge {
  readonly #child: Child;
  readonly #answer: Answerer;
  readonly #ready = Promise.withResolvers<void>();
  readonly #kills = new Map<number, (left: number) => void>();
  readonly #calls = new Map<number, AbortController>();
  #next = 0;

  /**
   * Starts it and waits until agents can use it.
   *
   * @throws {Error} it does not come up, with what it said
   */
  static async start(options: {
    /** Starts programs on this machine. */
    host: Launcher;
    /** The docker program. */
    command: string;
    container: string;
    cwd: string;
    answer: Answerer;
  }): Promise<Bridge> {
    const [script, client] = await Promise.all(
      ["bridge.mjs", "ductor.mjs"].map((name) =>
        Deno.readTextFile(new URL(`../../assets/sandbox/${name}`, import.meta.url))
      ),
    );
    const child = await options.host.launch({
      command: options.command,
      args: ["exec", "-i", options.container, "node", "--input-type=module", "-e", script!],
      cwd: options.cwd,
    });
    const bridge = new Bridge(child, options.answer);
    await child.write(JSON.stringify({ type: "client", text: client }));
    using _limit = after(READY_MS, () => bridge.#ready.reject(new Error("no answer in time")));
    try {
      await bridge.#ready.promise;
      return bridge;
    } catch (error) {
      await child.kill({ graceMs: 0 });
      const said = errorLine(child.stderrTail());
      throw new Error(said || (error instanceof Error ? error.message : String(error)));
    }
  }

  private constructor(child: Child, answer: Answerer) {
    this.#child = child;
    this.#answer = answer;
    spawn("Reading from the container", this.#read());
  }

  /** Resolves when it has ended, which it does with its container. */
  get ended(): Promise<unknown> {
    return this.#child.exited;
  }

  get alive(): boolean {
    return this.#child.alive;
  }

  /**
   * Ends everything inside that carries `marker` in its environment, and what it started.
   *
   * @returns whether nothing is left; false also when the bridge is gone
   */
  async kill(marker: string, graceMs: number): Promise<boolean> {
    if (!this.alive) return false;
    const id = ++this.#next;
    const done = Promise.withResolvers<number>();
    this.#kills.set(id, done.resolve);
    await this.#child.write(JSON.stringify({ type: "kill", id, marker, graceMs }));
    const left = await within(done.promise, graceMs + KILL_MS);
    this.#kills.delete(id);
    return left === 0;
  }

  async close(): Promise<void> {
    for (const call of this.#calls.values()) call.abort();
    await this.#child.closeStdin();
    await this.#child.kill({ graceMs: 500 });
  }

  async #read(): Promise<void> {
    for await (const line of this.#child.lines) {
      const message = parseObject(line);
      const id = integer(message?.id) ?? -1;
      if (message?.type === "ready") this.#ready.resolve();
      else if (message?.type === "killed") this.#kills.get(id)?.(integer(message.left) ?? -1);
      else if (message?.type === "gone") this.#calls.get(id)?.abort();
      else if (message?.type === "call") {
        spawn("Answering a command of the agent", this.#called(message, id));
      }
    }
    this.#ready.reject(new Error("it ended"));
    this.#ready.promise.catch(() => {});
    for (const done of this.#kills.values()) done(-1);
    for (const call of this.#calls.values()) call.abort();
  }

  async #called(message: Record<string, unknown>, id: number): Promise<void> {
    const { success, data: call } = CallSchema.safeParse(message);
    const gone = new AbortController();
    this.#calls.set(id, gone);
    let answer: CallAnswer;
    try {
      if (!success) throw new Error("This command line could not be read.");
      answer = await this.#answer(call, gone.signal);
    } catch (error) {
      if (!gone.signal.aborted) log.warn("A command of the agent failed: {error}", { error });
      const text = error instanceof Error ? error.message : String(error);
      answer = { code: 1, out: "", err: `${text}\n` };
    }
    this.#calls.delete(id);
    if (gone.signal.aborted) return;
    await this.#child.write(JSON.stringify({ type: "answer", id, ...answer }));
  }
}

/**
 * The built-in demo agent: a child process that speaks Claude Code's stream protocol, so that
 * `ductor demo` works with no CLI installed and everything between user and agent is the real path.
 * Commands it is asked to run are really run.
 */

import { Mutex } from "../../base/async/locks.ts";
import { sleep } from "../../base/async/sleep.ts";
import { LineReader } from "../../process/line_reader.ts";
import { think } from "../brain/brain.ts";
import type { Brain } from "../brain/thought.ts";
import type { Pause } from "./answer.ts";
import { Asking } from "./asking.ts";
import { Background } from "./background.ts";
import { answerControl, type Controlled } from "./control.ts";
import { resolveModel } from "./models.ts";
import { type DemoOptions, OptionError, readOptions } from "./options.ts";
import { Permissions } from "./permissions.ts";
import { load, save, type SessionFile, stateFolder, writeDown } from "./session_file.ts";
import { Tools } from "./tools.ts";
import { type Question, readQuestion, runTurn } from "./turn.ts";
import { initMessage, lifecycle, notResumed, replay, resultMessage } from "./messages.ts";
import { type Json, Ledger, PROTOCOL_VERSION } from "./wire.ts";

export interface DemoAgentIo {
  args: readonly string[];
  /** JSON lines from the client. Its end is the end of the agent, after the turns it has. */
  stdin: ReadableStream<Uint8Array>;
  /** Takes one line without its line break. */
  stdout(line: string): Promise<void>;
  stderr(line: string): Promise<void>;
  env: Readonly<Record<string, string>>;
  cwd: string;
  /** Aborted when the process is told to end; ends the command that runs. */
  signal?: AbortSignal;
  pause?: Pause;
  now?: () => Date;
  brain?: Brain;
}

/** Pause between two pieces of text, in milliseconds, unless `DUCTOR_DEMO_DELAY_MS` says another. */
const DELAY_MS = 15;

const pause: Pause = async (ms, signal) => {
  await sleep(ms, { signal });
  signal.throwIfAborted();
};

/** Runs the agent to its end. Resolves with the exit code. */
export async function runDemoAgent(io: DemoAgentIo): Promise<number> {
  const about = aboutItself(io.args);
  if (about !== undefined) {
    await io.stdout(about);
    return 0;
  }
  let options: DemoOptions;
  try {
    options = await readOptions(io.args);
  } catch (error) {
    if (!(error instanceof OptionError)) throw error;
    await io.stderr(error.message);
    return 1;
  }
  const folder = stateFolder(io.env);
  const { resume } = options;
  const kept = resume === undefined ? undefined : await load(folder, resume);
  if (resume !== undefined && !kept) {
    const sentence = `No conversation found with session ID: ${resume}`;
    await io.stdout(JSON.stringify(notResumed(resume, sentence)));
    await io.stderr(sentence);
    return 1;
  }
  if (kept && options.fork) kept.id = crypto.randomUUID();
  return await new DemoAgent(io, options, folder, kept).run();
}

class DemoAgent implements Controlled {
  readonly #io: DemoAgentIo;
  readonly #options: DemoOptions;
  readonly #folder: string;
  readonly #session: SessionFile;
  readonly #permissions: Permissions;
  readonly #ledger = new Ledger();
  readonly #asking: Asking;
  readonly #background: Background;
  readonly #tools: Tools;
  #turn: AbortController | undefined;
  readonly #turns = new Mutex();
  #exitCode = 0;

  constructor(io: DemoAgentIo, options: DemoOptions, folder: string, kept?: SessionFile) {
    this.#io = io;
    this.#options = options;
    this.#folder = folder;
    this.#permissions = new Permissions(options.permissionMode);
    this.#session = kept ?? {
      version: 1,
      id: options.sessionId ?? crypto.randomUUID(),
      model: resolveModel(options.model),
      history: [],
    };
    if (options.model !== undefined) this.#session.model = resolveModel(options.model);
    const emit = (message: Json) => this.#emit(message);
    const asking = this.#asking = new Asking((line) => io.stdout(JSON.stringify(line)));
    const background = this.#background = new Background({
      cwd: io.cwd,
      emit,
      wake: (text, wokenBy) => this.#take({ text, images: 0, wokenBy }),
    });
    const { asks } = options;
    const permissions = this.#permissions;
    this.#tools = new Tools({ asking, background, permissions, asks, cwd: io.cwd, folder, emit });
  }

  async run(): Promise<number> {
    this.#io.signal?.addEventListener("abort", () => this.interrupt(), { once: true });
    for await (const line of new LineReader(this.#io.stdin)) {
      if (line.trim() === "") continue;
      let message: Json;
      try {
        message = JSON.parse(line) as Json;
      } catch {
        await this.#io.stderr(`Error parsing streaming input line: ${line.slice(0, 80)}`);
        this.interrupt();
        await this.#end();
        return 1;
      }
      await this.#receive(message);
    }
    await this.#end();
    return this.#exitCode;
  }

  async #end(): Promise<void> {
    await this.#turns.idle();
    await this.#background.close();
    await this.#turns.idle();
  }

  interrupt(): void {
    this.#turn?.abort(new Error("interrupted"));
  }

  instruct(text: string): void {
    this.#options.instructions += `\n${text}`;
  }

  async setModel(name: string): Promise<void> {
    this.#session.model = resolveModel(name);
    const shown = this.#session.model === name ? name : `${name} (${this.#session.model})`;
    await this.#emit({
      type: "user",
      message: {
        role: "user",
        content: `<local-command-stdout>Set model to ${shown}</local-command-stdout>`,
      },
      parent_tool_use_id: null,
      isReplay: true,
    });
  }

  setPermissionMode(mode: string): void {
    this.#permissions.mode = mode;
  }

  async rename(title: string): Promise<void> {
    this.#session.title = title;
    await this.#keep();
  }

  async stopTask(id: string): Promise<void> {
    await this.#background.stop(id);
  }

  settings(): Json {
    return { model: this.#session.model, effort: this.#options.effort ?? null };
  }

  async #receive(message: Json): Promise<void> {
    switch (message.type) {
      case "user": {
        const question = readQuestion(message);
        if (question.uuid !== undefined) await this.#emit(lifecycle(question.uuid, "queued"));
        this.#take(question);
        return;
      }
      case "control_request": {
        const response = await answerControl(message, this);
        await this.#io.stdout(JSON.stringify({ type: "control_response", response }));
        if ((message.request as Json | undefined)?.subtype === "interrupt") this.interrupt();
        return;
      }
      case "control_response":
        this.#asking.answered(message);
    }
  }

  /** A turn for it, after those that there are. */
  #take(question: Question): void {
    this.#turns.run(() => this.#answer(question)).catch((error) => {
      this.#exitCode = 1;
      return this.#io.stderr(`Cannot answer: ${error}`);
    });
  }

  async #answer(question: Question): Promise<void> {
    const { effort, instructions, maxTurns, maxBudgetUsd, partial } = this.#options;
    const turn = this.#turn = new AbortController();
    if (this.#io.signal?.aborted) turn.abort(this.#io.signal.reason);
    const now = this.#io.now ?? (() => new Date());
    const started = now().getTime();
    this.#tools.denials.length = 0;
    const { uuid } = question;
    if (uuid !== undefined) await this.#emit(lifecycle(uuid, "started"));
    const { cwd } = this.#io;
    await this.#emit(initMessage(question, cwd, this.#session.model, this.#permissions.mode));
    if (this.#options.replay) await this.#emit(replay(question));
    const end = await runTurn(question, {
      brain: this.#io.brain ?? think,
      session: this.#session,
      ledger: this.#ledger,
      effort,
      instructions,
      maxTurns,
      maxBudgetUsd,
      partial,
      delayMs: Number(this.#io.env.DUCTOR_DEMO_DELAY_MS ?? DELAY_MS),
      pause: this.#io.pause ?? pause,
      now,
      signal: turn.signal,
      emit: (message) => this.#emit(message),
      use: (tool) => this.#tools.use(tool, turn),
    });
    this.#turn = undefined;
    await this.#keep();
    this.#exitCode = end.isError && end.terminalReason !== "aborted_streaming" ? 1 : 0;
    const durationMs = now().getTime() - started;
    const denials = [...this.#tools.denials];
    await this.#emit(resultMessage(question, end, durationMs, this.#ledger, denials));
    if (uuid !== undefined) await this.#emit(lifecycle(uuid, "completed"));
  }

  async #keep(): Promise<void> {
    if (!this.#options.persist) return;
    await save(this.#folder, this.#session);
    await writeDown(this.#io.env.CLAUDE_CONFIG_DIR, this.#session, this.#io.cwd);
  }

  async #emit(message: Json): Promise<void> {
    const named = { uuid: crypto.randomUUID(), ...message, session_id: this.#session.id };
    await this.#io.stdout(JSON.stringify(named));
  }
}

/** The answer to `--version` and `auth status`, which ductor asks every CLI; else nothing. */
function aboutItself(args: readonly string[]): string | undefined {
  if (args[0] === "--version" || args[0] === "-v") return `${PROTOCOL_VERSION} (ductor demo agent)`;
  if (args[0] !== "auth" || args[1] !== "status") return undefined;
  return JSON.stringify({ loggedIn: true, authMethod: "demo, no login needed" });
}

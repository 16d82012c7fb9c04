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
import { answerControl, type Controlled } from "./control.ts";
import { resolveModel } from "./models.ts";
import { type DemoOptions, OptionError, readOptions } from "./options.ts";
import { Permissions, type RuleUpdate } from "./permissions.ts";
import { load, save, type SessionFile, stateFolder } from "./session_file.ts";
import { runShell, type ShellResult } from "./shell.ts";
import { type Question, readQuestion, runTurn } from "./turn.ts";
import { initMessage, notResumed, resultMessage } from "./messages.ts";
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
  return await new DemoAgent(io, options, folder, kept).run();
}

class DemoAgent implements Controlled {
  readonly #io: DemoAgentIo;
  readonly #options: DemoOptions;
  readonly #folder: string;
  readonly #session: SessionFile;
  readonly #permissions: Permissions;
  readonly #ledger = new Ledger();
  readonly #waiting = new Map<string, (response: Json) => void>();
  readonly #denials: Json[] = [];
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
        await this.#turns.idle();
        return 1;
      }
      await this.#receive(message);
    }
    await this.#turns.idle();
    return this.#exitCode;
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
    this.#options.permissionMode = mode;
    this.#permissions.mode = mode;
  }

  settings(): Json {
    return { model: this.#session.model, effort: this.#options.effort ?? null };
  }

  async #receive(message: Json): Promise<void> {
    switch (message.type) {
      case "user": {
        const question = readQuestion(message);
        this.#turns.run(() => this.#answer(question)).catch((error) => {
          this.#exitCode = 1;
          return this.#io.stderr(`Cannot answer: ${error}`);
        });
        return;
      }
      case "control_request": {
        const response = await answerControl(message, this);
        await this.#io.stdout(JSON.stringify({ type: "control_response", response }));
        if ((message.request as Json | undefined)?.subtype === "interrupt") this.interrupt();
        return;
      }
      case "control_response": {
        const response = (message.response ?? {}) as Json;
        this.#waiting.get(String(response.request_id))?.((response.response ?? {}) as Json);
      }
    }
  }

  async #answer(question: Question): Promise<void> {
    const { effort, instructions, maxTurns, maxBudgetUsd, partial } = this.#options;
    const turn = this.#turn = new AbortController();
    if (this.#io.signal?.aborted) turn.abort(this.#io.signal.reason);
    const now = this.#io.now ?? (() => new Date());
    const started = now().getTime();
    this.#denials.length = 0;
    await this.#emit(initMessage(this.#io.cwd, this.#session.model, this.#options.permissionMode));
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
      shell: (tool) => this.#shell(tool, turn),
    });
    this.#turn = undefined;
    if (this.#options.persist) await save(this.#folder, this.#session);
    this.#exitCode = end.isError && end.terminalReason !== "aborted_streaming" ? 1 : 0;
    const durationMs = now().getTime() - started;
    await this.#emit(resultMessage(end, durationMs, this.#ledger, [...this.#denials]));
  }

  /** Asks for permission where it is needed, then runs the command. */
  async #shell(
    { id, command }: { id: string; command: string },
    turn: AbortController,
  ): Promise<ShellResult> {
    let run = command;
    if (!this.#permissions.allows(command)) {
      const input = { command, description: "Run what the user asked for" };
      const answer = this.#options.asks ? await this.#ask(id, input, turn.signal) : undefined;
      if (turn.signal.aborted || answer?.behavior !== "allow") {
        this.#denials.push({ tool_name: "Bash", tool_use_id: id, tool_input: input });
        if (answer?.interrupt === true) turn.abort(new Error("denied and interrupted"));
        const output = answer?.message ?? `This command requires approval: ${command}`;
        return { output: String(output), ok: false, interrupted: turn.signal.aborted };
      }
      this.#permissions.apply((answer.updatedPermissions ?? []) as RuleUpdate[]);
      run = String((answer.updatedInput as Json | undefined)?.command ?? command);
    }
    return await runShell(run, this.#io.cwd, turn.signal);
  }

  /** Sends `can_use_tool` and waits for the answer; nothing when the turn is interrupted first. */
  async #ask(toolUse: string, input: Json, signal: AbortSignal): Promise<Json | undefined> {
    const id = crypto.randomUUID();
    const answered = Promise.withResolvers<Json | undefined>();
    this.#waiting.set(id, answered.resolve);
    const cancel = () => {
      this.#io.stdout(JSON.stringify({ type: "control_cancel_request", request_id: id })).then(
        () => answered.resolve(undefined),
        answered.reject,
      );
    };
    signal.addEventListener("abort", cancel, { once: true });
    await this.#io.stdout(JSON.stringify({
      type: "control_request",
      request_id: id,
      request: {
        subtype: "can_use_tool",
        tool_name: "Bash",
        display_name: "Bash",
        input,
        description: input.description,
        permission_suggestions: this.#permissions.suggestions(String(input.command)),
        tool_use_id: toolUse,
      },
    }));
    try {
      return await answered.promise;
    } finally {
      this.#waiting.delete(id);
      signal.removeEventListener("abort", cancel);
    }
  }

  async #emit(message: Json): Promise<void> {
    await this.#io.stdout(
      JSON.stringify({ ...message, session_id: this.#session.id, uuid: crypto.randomUUID() }),
    );
  }
}

/** The answer to `--version` and `auth status`, which ductor asks every CLI; else nothing. */
function aboutItself(args: readonly string[]): string | undefined {
  if (args[0] === "--version" || args[0] === "-v") return `${PROTOCOL_VERSION} (ductor demo agent)`;
  if (args[0] !== "auth" || args[1] !== "status") return undefined;
  return JSON.stringify({ loggedIn: true, authMethod: "demo, no login needed" });
}

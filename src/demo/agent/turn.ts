/**
 * One turn of the demo agent: ask the brain, stream what it says, run the command it wants, and so
 * on until it has answered, the user interrupts or a limit is reached.
 */

import type { Brain, Failure, Step, ToolResult } from "../brain/thought.ts";
import { type Answer, type Pause, streamAnswer } from "./answer.ts";
import { failureText, MAX_RETRIES, retryDelay, retryWord } from "./failures.ts";
import { isKnown } from "./models.ts";
import { apiUsage, type Ending, type Json, type Ledger, syntheticMessage, tokens } from "./wire.ts";
import type { SessionFile } from "./session_file.ts";
import type { ToolCall, Used } from "./tools.ts";

/** What the user's message was, or what woke the agent. */
export interface Question {
  text: string;
  images: number;
  /** Of the message, where the client gave it one. */
  uuid?: string;
  /** The message as it came, for the client to know it again. */
  message?: Json;
  /** The run of the background command that woke the agent. */
  wokenBy?: string;
}

/** Names the messages of the client that what is sent is about. */
export function serves({ uuid }: Question): { user_message_uuids?: string[] } {
  return uuid === undefined ? {} : { user_message_uuids: [uuid] };
}

/** Text and pictures of a user message, whose content is a string or a list of blocks. */
export function readQuestion(message: Json): Question {
  const content = (message.message as Json | undefined)?.content;
  const named = typeof message.uuid === "string" ? { uuid: message.uuid } : {};
  const from = { ...named, message: message.message as Json };
  if (typeof content === "string") return { text: content, images: 0, ...from };
  const blocks = Array.isArray(content) ? content as Json[] : [];
  return {
    ...from,
    text: blocks.filter((block) => block.type === "text").map((block) => block.text).join("\n"),
    images: blocks.filter((block) => block.type === "image").length,
  };
}

export interface TurnContext {
  brain: Brain;
  session: SessionFile;
  ledger: Ledger;
  effort?: string | undefined;
  instructions: string;
  maxTurns?: number | undefined;
  maxBudgetUsd?: number | undefined;
  partial: boolean;
  delayMs: number;
  pause: Pause;
  now(): Date;
  signal: AbortSignal;
  emit(message: Json): Promise<void>;
  /** Uses a tool, or says why it may not be used. */
  use(tool: ToolCall): Promise<Used>;
}

/** How a turn ended, with what its `result` reports besides. */
export interface TurnEnd extends Ending {
  numTurns: number;
  inputTokens: number;
  outputTokens: number;
}

const REJECTED = "The user doesn't want to proceed with this tool use. The tool use was rejected.";

/** Runs a turn, and adds it to the session's history. */
export async function runTurn(question: Question, context: TurnContext): Promise<TurnEnd> {
  const turn = new RunningTurn(question, context);
  const end = await turn.run();
  if (question.wokenBy === undefined) {
    context.session.history.push({ role: "user", text: question.text });
  }
  if (turn.said !== "") context.session.history.push({ role: "assistant", text: turn.said });
  return { ...end, ...turn.counts };
}

class RunningTurn {
  readonly counts = { numTurns: 1, inputTokens: 0, outputTokens: 0 };
  said = "";
  readonly #question: Question;
  readonly #context: TurnContext;
  readonly #results: ToolResult[] = [];
  #attempt = 0;

  constructor(question: Question, context: TurnContext) {
    this.#question = question;
    this.#context = context;
  }

  async run(): Promise<Ending> {
    const { maxTurns, signal } = this.#context;
    for (let request = 1;; request++) {
      if (this.#overBudget()) return this.#budgetReached(null);
      const steps = await this.#ask();
      if (steps === undefined) return await this.#interrupted("aborted_streaming", null);
      const failed = steps.find((step): step is { fail: Failure } => "fail" in step);
      if (failed) return await this.#failed(failed.fail);
      const answer = await this.#stream(steps);
      if (answer.aborted) return await this.#interrupted("aborted_streaming", null);
      if (!answer.tool) {
        const result = answer.text;
        return {
          subtype: "success",
          isError: false,
          result,
          stopReason: "end_turn",
          terminalReason: "completed",
        };
      }
      this.counts.numTurns++;
      const result = await this.#context.use(answer.tool);
      if (signal.aborted || result.interrupted) {
        await this.#toolResult(answer.tool.id, { output: REJECTED, ok: false });
        return await this.#interrupted("aborted_tools", "tool_use");
      }
      await this.#toolResult(answer.tool.id, result);
      this.#results.push(result);
      if (this.#overBudget()) return this.#budgetReached("tool_use");
      if (maxTurns !== undefined && request >= maxTurns) {
        return {
          subtype: "error_max_turns",
          isError: true,
          stopReason: "tool_use",
          terminalReason: "max_turns",
          errors: [`Reached maximum number of turns (${maxTurns})`],
        };
      }
    }
  }

  /** What the brain wants, after as many retries as it takes; nothing when interrupted meanwhile. */
  async #ask(): Promise<Step[] | undefined> {
    const { brain, session, signal, pause, emit } = this.#context;
    const status = { subtype: "status", status: "requesting", ...serves(this.#question) };
    await emit({ type: "system", ...status });
    while (true) {
      const steps = isKnown(session.model)
        ? brain({
          text: this.#question.text,
          images: this.#question.images,
          history: session.history,
          toolResults: this.#results,
          model: session.model,
          instructions: this.#context.instructions,
          attempt: this.#attempt,
          ...(this.#context.effort ? { effort: this.#context.effort } : {}),
        })
        : [{ fail: { status: 404, type: "not_found_error", message: `model: ${session.model}` } }];
      const failed = steps.find((step): step is { fail: Failure } => "fail" in step);
      const word = failed && retryWord(failed.fail);
      if (!word || this.#attempt >= MAX_RETRIES) return steps;
      const delay = retryDelay(++this.#attempt);
      await emit({
        type: "system",
        subtype: "api_retry",
        attempt: this.#attempt,
        max_retries: MAX_RETRIES,
        retry_delay_ms: delay,
        error_status: failed.fail.status,
        error: word,
      });
      try {
        await pause(delay, signal);
      } catch (error) {
        if (!signal.aborted) throw error;
        return undefined;
      }
    }
  }

  async #stream(steps: Step[]): Promise<Answer> {
    const { session, partial, delayMs, pause, signal, emit, ledger } = this.#context;
    const inputTokens = tokens(this.#question.text);
    const answer = await streamAnswer(steps, {
      model: session.model,
      inputTokens,
      partial,
      delayMs,
      pause,
      signal,
      emit,
    });
    this.said += answer.said;
    if (!answer.aborted) {
      this.counts.inputTokens += inputTokens;
      this.counts.outputTokens += answer.outputTokens;
      ledger.add(session.model, apiUsage(inputTokens, answer.outputTokens));
    }
    return answer;
  }

  async #failed(failure: Failure): Promise<Ending> {
    const { session, now, emit } = this.#context;
    if (failure.resetsIn !== undefined) {
      await emit({
        type: "rate_limit_event",
        rate_limit_info: {
          status: "rejected",
          resetsAt: Math.ceil(now().getTime() / 1000) + failure.resetsIn,
          rateLimitType: "five_hour",
          isUsingOverage: false,
        },
      });
    }
    const { text, word } = failureText(failure, session.model, now());
    await emit({
      type: "assistant",
      message: syntheticMessage(text),
      parent_tool_use_id: null,
      error: word,
    });
    return {
      subtype: "success",
      isError: true,
      result: text,
      apiStatus: failure.status,
      stopReason: "stop_sequence",
      terminalReason: "api_error",
    };
  }

  async #interrupted(
    terminalReason: "aborted_streaming" | "aborted_tools",
    stopReason: string | null,
  ): Promise<Ending> {
    this.counts.numTurns++;
    const tail = terminalReason === "aborted_tools" ? " for tool use" : "";
    await this.#context.emit({
      type: "user",
      message: {
        role: "user",
        content: [{ type: "text", text: `[Request interrupted by user${tail}]` }],
      },
      parent_tool_use_id: null,
    });
    return { subtype: "error_during_execution", isError: true, stopReason, terminalReason };
  }

  async #toolResult(id: string, { output, ok, report }: ToolResult & { report?: Json }) {
    await this.#context.emit({
      type: "user",
      message: {
        role: "user",
        content: [{ tool_use_id: id, type: "tool_result", content: output, is_error: !ok }],
      },
      parent_tool_use_id: null,
      tool_use_result: ok
        ? report ?? { stdout: output, stderr: "", interrupted: false, isImage: false }
        : `Error: ${output}`,
    });
  }

  #overBudget(): boolean {
    const { maxBudgetUsd, ledger } = this.#context;
    return maxBudgetUsd !== undefined && ledger.total >= maxBudgetUsd;
  }

  #budgetReached(stopReason: string | null): Ending {
    return {
      subtype: "error_max_budget_usd",
      isError: true,
      stopReason,
      errors: [`Reached maximum budget ($${this.#context.maxBudgetUsd})`],
    };
  }
}

/**
 * Streams one answer of the brain as Claude Code does: `stream_event` lines while it is written, an
 * `assistant` message for every complete block.
 */

import type { Step } from "../brain/thought.ts";
import type { ToolCall } from "./tools.ts";
import { apiId, apiUsage, type Json, tokens } from "./wire.ts";

/** Resolves after `ms` milliseconds; rejects with the signal's reason as soon as it is aborted. */
export type Pause = (ms: number, signal: AbortSignal) => Promise<void>;

export interface AnswerContext {
  model: string;
  /** Tokens of what was asked. */
  inputTokens: number;
  /** Whether `stream_event` lines are wanted. */
  partial: boolean;
  /** Pause between pieces of text, in milliseconds. */
  delayMs: number;
  pause: Pause;
  signal: AbortSignal;
  /** Sends one line; adds session and id to it. */
  emit(message: Json): Promise<void>;
}

/** What an answer was, complete or not. */
export interface Answer {
  /** Text of the last text block. */
  text: string;
  /** All text of the answer. */
  said: string;
  outputTokens: number;
  /** The tool it wants used. */
  tool?: ToolCall;
  /** True when the signal ended it early. */
  aborted: boolean;
}

type Kind = "text" | "thinking";

/** Streams `steps`. What was written when the signal is aborted still comes as a message. */
export async function streamAnswer(
  steps: readonly Step[],
  context: AnswerContext,
): Promise<Answer> {
  const writer = new AnswerWriter(context);
  await writer.begin();
  try {
    for (const step of steps) {
      if ("say" in step) {
        if (step.waitMs) await context.pause(step.waitMs, context.signal);
        await write(writer, "text", step.say, context);
      } else if ("think" in step) await write(writer, "thinking", step.think, context);
      else if ("use" in step) await writer.tool(step.use, step.input);
      else if ("run" in step) {
        await writer.tool("Bash", {
          command: step.run,
          description: "Run what the user asked for",
        });
      }
    }
    await writer.end();
  } catch (error) {
    if (!context.signal.aborted) throw error;
    await writer.abort();
  }
  return writer.answer;
}

async function write(
  writer: AnswerWriter,
  kind: Kind,
  text: string,
  { pause, delayMs, signal }: AnswerContext,
): Promise<void> {
  for (const piece of chunks(text)) {
    signal.throwIfAborted();
    await writer.piece(kind, piece);
    if (delayMs > 0) await pause(delayMs, signal);
  }
}

class AnswerWriter {
  readonly answer: Answer = { text: "", said: "", outputTokens: 0, aborted: false };
  readonly #context: AnswerContext;
  readonly #id = apiId("msg");
  #index = -1;
  #open: { kind: Kind; text: string } | undefined;

  constructor(context: AnswerContext) {
    this.#context = context;
  }

  begin(): Promise<void> {
    return this.#event("message_start", { message: this.#message([]) });
  }

  async piece(kind: Kind, text: string): Promise<void> {
    if (this.#open?.kind !== kind) {
      await this.#close();
      this.#open = { kind, text: "" };
      await this.#event("content_block_start", {
        index: ++this.#index,
        content_block: kind === "text"
          ? { type: "text", text: "" }
          : { type: "thinking", thinking: "", signature: "" },
      });
    }
    this.#open.text += text;
    this.answer.outputTokens += tokens(text);
    if (kind === "text") this.answer.said += text;
    await this.#delta(
      kind === "text" ? { type: "text_delta", text } : { type: "thinking_delta", thinking: text },
    );
  }

  async tool(name: string, input: Json): Promise<void> {
    await this.#close();
    const id = apiId("toolu");
    this.answer.tool = { id, name, input };
    this.answer.outputTokens += tokens(JSON.stringify(input));
    await this.#event("content_block_start", {
      index: ++this.#index,
      content_block: { type: "tool_use", id, name, input: {} },
    });
    await this.#delta({ type: "input_json_delta", partial_json: JSON.stringify(input) });
    await this.#block({ type: "tool_use", id, name, input });
    await this.#event("content_block_stop", { index: this.#index });
  }

  async end(): Promise<void> {
    await this.#close();
    await this.#event("message_delta", {
      delta: { stop_reason: this.answer.tool ? "tool_use" : "end_turn", stop_sequence: null },
      usage: apiUsage(this.#context.inputTokens, this.answer.outputTokens),
    });
    await this.#event("message_stop", {});
  }

  /** The user interrupted: what is there becomes a message, the rest never comes. */
  async abort(): Promise<void> {
    this.answer.aborted = true;
    if (this.#open) await this.#block(finished(this.#open));
  }

  async #close(): Promise<void> {
    if (!this.#open) return;
    const block = this.#open;
    this.#open = undefined;
    if (block.kind === "thinking") {
      await this.#delta({ type: "signature_delta", signature: "ZGVtbw==" });
    } else this.answer.text = block.text;
    await this.#block(finished(block));
    await this.#event("content_block_stop", { index: this.#index });
  }

  #block(block: Json): Promise<void> {
    return this.#context.emit({
      type: "assistant",
      message: { ...this.#message([block]), context_management: null },
      parent_tool_use_id: null,
    });
  }

  #delta(delta: Json): Promise<void> {
    return this.#event("content_block_delta", { index: this.#index, delta });
  }

  async #event(type: string, data: Json): Promise<void> {
    if (!this.#context.partial) return;
    await this.#context.emit({
      type: "stream_event",
      event: { type, ...data },
      parent_tool_use_id: null,
    });
  }

  #message(content: Json[]): Json {
    return {
      id: this.#id,
      type: "message",
      role: "assistant",
      model: this.#context.model,
      content,
      stop_reason: null,
      stop_sequence: null,
      usage: apiUsage(this.#context.inputTokens, 1),
    };
  }
}

function finished({ kind, text }: { kind: Kind; text: string }): Json {
  return kind === "text"
    ? { type: "text", text }
    : { type: "thinking", thinking: text, signature: "ZGVtbw==" };
}

/**
 * Cuts a text into pieces as a model streams them: about `size` characters, ending after white
 * space where there is some near. Joined together they are the text; no surrogate pair is cut.
 */
export function chunks(text: string, size = 24): string[] {
  const pieces: string[] = [];
  let start = 0;
  while (start < text.length) {
    const end = cut(text, start + size, size);
    pieces.push(text.slice(start, end));
    start = end;
  }
  return pieces;
}

/** First good place to cut at or after `from`, at most `reach` characters further. */
function cut(text: string, from: number, reach: number): number {
  if (from >= text.length) return text.length;
  for (let at = from; at < Math.min(from + reach, text.length); at++) {
    if (/\s/.test(text[at - 1]!)) return at;
  }
  const code = text.charCodeAt(from - 1);
  return code >= 0xd800 && code <= 0xdbff ? from + 1 : from;
}

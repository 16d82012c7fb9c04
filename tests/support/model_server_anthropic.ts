/**
 * The Anthropic Messages API, as far as Claude Code 2.1 uses it: reading a request, streaming an
 * answer as server-sent events. Format: https://docs.anthropic.com/en/api/messages-streaming
 */

import type { Failure, Step, ToolResult, Turn } from "../../src/demo/brain/thought.ts";
import { type Answering, id, type ModelRequest, tokens } from "./model_server.ts";

interface Block {
  type: string;
  text?: string;
  content?: string | Block[];
  is_error?: boolean;
}
interface Message {
  role: string;
  content: string | Block[];
}

type Read = Omit<ModelRequest, "api" | "body" | "headers" | "aborted" | "ended">;

/** Takes from a request what the brain and the tests want to know. */
export function read(body: Record<string, unknown>): Read {
  const messages = (body.messages ?? []) as Message[];
  const said: Turn[] = [];
  let toolResults: ToolResult[] = [];
  let images = 0;
  const reminders: string[] = [];
  for (const message of messages) {
    const blocks = typeof message.content === "string"
      ? [{ type: "text", text: message.content }]
      : message.content;
    if (message.role === "user" && blocks.some((block) => block.type === "image")) {
      images = blocks.filter((block) => block.type === "image").length;
    } else if (message.role === "user" && blocks.some((block) => isSpoken(block))) images = 0;
    for (const block of blocks) {
      if (isNotification(message, block)) {
        toolResults = [];
        said.push({ role: "user", text: block.text ?? "" });
      } else if (block.type === "tool_result") {
        toolResults.push({ output: flat(block.content), ok: block.is_error !== true });
      } else if (message.role === "system" || isReminder(block)) {
        reminders.push(block.text ?? "");
      } else if (isSpoken(block)) {
        if (message.role === "user") toolResults = [];
        said.push({ role: message.role === "user" ? "user" : "assistant", text: block.text ?? "" });
      }
    }
  }
  const last = said.findLastIndex((turn) => turn.role === "user");
  const output = body.output_config as { effort?: string } | undefined;
  const thinking = body.thinking as { type?: string } | undefined;
  const system = flat(body.system as string | Block[] | undefined);
  return {
    // OpenCode has each conversation named; that question is not the user's.
    text: /^You are a title generator/.test(system) ? "a name for this" : said[last]?.text ?? "",
    history: said.slice(0, Math.max(last, 0)),
    toolResults,
    images,
    model: String(body.model ?? ""),
    ...(output?.effort ? { effort: output.effort } : {}),
    thinking: thinking !== undefined && thinking.type !== "disabled",
    instructions: [system, ...reminders].join("\n"),
  };
}

/** Something in the background has ended by itself: that is what the model is asked about now. */
function isNotification({ role }: Message, { type, text = "" }: Block): boolean {
  return role !== "assistant" && type === "text" && /<task-notification>/.test(text) &&
    !/<status>killed</.test(text);
}

/** What Claude Code, or ductor for other agents, adds to the user's words. */
function isReminder(block: Block): boolean {
  return block.type === "text" &&
    /^\s*<(system-reminder|instructions>|local-command|command-)/.test(block.text ?? "");
}

function isSpoken(block: Block): boolean {
  return block.type === "text" && !isReminder(block) &&
    !/^\[(Request interrupted by user|Image: source: )/.test(block.text ?? "") &&
    !/^Continue from where you left off\.$/.test(block.text ?? "");
}

function flat(content: string | Block[] | undefined): string {
  if (content === undefined) return "";
  if (typeof content === "string") return content;
  return content.map((block) => block.text ?? "").join("\n");
}

/** The answer as server-sent events. */
export async function* frames({ request, pieces }: Answering): AsyncIterable<string> {
  const usage = {
    input_tokens: tokens(request.text),
    cache_creation_input_tokens: 0,
    cache_read_input_tokens: 0,
    output_tokens: 1,
    service_tier: "standard",
  };
  yield event("message_start", {
    message: {
      id: `msg_${id()}`,
      type: "message",
      role: "assistant",
      model: request.model,
      content: [],
      stop_reason: null,
      stop_sequence: null,
      usage,
    },
  });
  let open: "text" | "thinking" | undefined;
  let index = -1;
  let said = "";
  let stop = "end_turn";
  const close = (): string => {
    const kind = open;
    open = undefined;
    if (kind === undefined) return "";
    const signature = kind === "thinking"
      ? delta(index, { type: "signature_delta", signature: "bG9jYWw=" })
      : "";
    return signature + event("content_block_stop", { index });
  };
  for await (const piece of pieces) {
    if ("say" in piece || "think" in piece) {
      const kind = "say" in piece ? "text" : "thinking";
      if (open !== kind) {
        yield close() + event("content_block_start", {
          index: ++index,
          content_block: kind === "text"
            ? { type: "text", text: "" }
            : { type: "thinking", thinking: "", signature: "" },
        });
        open = kind;
      }
      const text = "say" in piece ? piece.say : piece.think;
      said += text;
      yield delta(
        index,
        kind === "text" ? { type: "text_delta", text } : { type: "thinking_delta", thinking: text },
      );
    } else if (!("fail" in piece)) {
      const { use: name, input: given } = "use" in piece ? piece : {
        use: "Bash",
        input: { command: piece.run, description: "Run what the user asked for" },
      };
      stop = "tool_use";
      yield close() + event("content_block_start", {
        index: ++index,
        content_block: { type: "tool_use", id: `toolu_${id()}`, name, input: {} },
      });
      const input = JSON.stringify(given);
      const half = Math.ceil(input.length / 2);
      for (const part of [input.slice(0, half), input.slice(half)]) {
        yield delta(index, { type: "input_json_delta", partial_json: part });
      }
      yield event("content_block_stop", { index });
    }
  }
  yield close() + event("message_delta", {
    delta: { stop_reason: stop, stop_sequence: null },
    usage: { ...usage, output_tokens: tokens(said) },
  });
  yield event("message_stop", {});
}

/** The answer as one message, for a request that wants no stream. */
export function message(request: ModelRequest, steps: readonly Step[]): Response {
  const text = steps.map((step) => "say" in step ? step.say : "").join("");
  const usage = { input_tokens: tokens(request.text), output_tokens: tokens(text) };
  return Response.json({
    id: `msg_${id()}`,
    type: "message",
    role: "assistant",
    model: request.model,
    content: [{ type: "text", text }],
    stop_reason: "end_turn",
    stop_sequence: null,
    usage,
  });
}

/** An error answer, with the headers by which the CLI knows a subscription's limit. */
export function failure({ status, type, message, resetsIn }: Failure): Response {
  const headers = new Headers({ "request-id": `req_${id()}` });
  if (resetsIn !== undefined) {
    const reset = String(Math.ceil(Date.now() / 1000) + resetsIn);
    headers.set("anthropic-ratelimit-unified-status", "rejected");
    headers.set("anthropic-ratelimit-unified-reset", reset);
    headers.set("anthropic-ratelimit-unified-representative-claim", "five_hour");
    headers.set("anthropic-ratelimit-unified-5h-status", "rejected");
    headers.set("anthropic-ratelimit-unified-5h-reset", reset);
    headers.set("anthropic-ratelimit-unified-5h-utilization", "1.0");
  }
  return Response.json({ type: "error", error: { type, message } }, { status, headers });
}

function delta(index: number, change: Record<string, unknown>): string {
  return event("content_block_delta", { index, delta: change });
}

function event(type: string, data: Record<string, unknown>): string {
  return `event: ${type}\ndata: ${JSON.stringify({ type, ...data })}\n\n`;
}

/**
 * Lines in the shape Claude Code 2.1 writes them, made short: only the fields that are read, with
 * texts of our own.
 */
import type { Json } from "./fake_child.ts";

export const SESSION = "5f3c2d10-0000-4000-8000-00000000aaaa";

export const init = (id = SESSION, more: Json = {}): Json => ({
  type: "system",
  subtype: "init",
  session_id: id,
  model: "claude-opus-4-8[1m]",
  apiKeySource: "none",
  permissionMode: "default",
  ...more,
});

export const status = (value: string | null, more: Json = {}): Json => ({
  type: "system",
  subtype: "status",
  status: value,
  session_id: SESSION,
  ...more,
});

const stream = (event: Json, parent: string | null): Json => ({
  type: "stream_event",
  event,
  parent_tool_use_id: parent,
  session_id: SESSION,
});

/** A block of text as it is streamed, followed by itself as a whole. */
export function streamedText(
  pieces: string[],
  { id = "msg_1", index = 0, parent = null as string | null } = {},
): Json[] {
  return [
    ...index === 0 ? [stream({ type: "message_start", message: { id } }, parent)] : [],
    stream(
      { type: "content_block_start", index, content_block: { type: "text", text: "" } },
      parent,
    ),
    ...pieces.map((text) =>
      stream({ type: "content_block_delta", index, delta: { type: "text_delta", text } }, parent)
    ),
    whole([{ type: "text", text: pieces.join("") }], { id, parent }),
    stream({ type: "content_block_stop", index }, parent),
  ];
}

export function streamedThinking(pieces: string[], { id = "msg_1", index = 0 } = {}): Json[] {
  return [
    stream({ type: "message_start", message: { id } }, null),
    stream(
      { type: "content_block_start", index, content_block: { type: "thinking", thinking: "" } },
      null,
    ),
    ...pieces.map((thinking) =>
      stream(
        { type: "content_block_delta", index, delta: { type: "thinking_delta", thinking } },
        null,
      )
    ),
    whole([{ type: "thinking", thinking: pieces.join("") }], { id }),
    stream({ type: "content_block_stop", index }, null),
  ];
}

/** A tool call as it is streamed: its input comes in pieces of JSON. */
export function toolCall(
  toolId: string,
  name: string,
  input: Json,
  { id = "msg_1", index = 1, parent = null as string | null } = {},
): Json[] {
  return [
    stream({
      type: "content_block_start",
      index,
      content_block: { type: "tool_use", id: toolId, name, input: {} },
    }, parent),
    stream({
      type: "content_block_delta",
      index,
      delta: { type: "input_json_delta", partial_json: JSON.stringify(input) },
    }, parent),
    whole([{ type: "tool_use", id: toolId, name, input }], { id, parent }),
    stream({ type: "content_block_stop", index }, parent),
  ];
}

export const toolResult = (
  toolId: string,
  content: string,
  isError = false,
  parent = null,
): Json => ({
  type: "user",
  message: {
    role: "user",
    content: [{ type: "tool_result", tool_use_id: toolId, content, is_error: isError }],
  },
  parent_tool_use_id: parent,
  session_id: SESSION,
});

export const whole = (
  content: Json[],
  { id = "msg_1", parent = null as string | null, error = undefined as string | undefined } = {},
): Json => ({
  type: "assistant",
  message: { id, role: "assistant", model: "claude-opus-4-8", content },
  parent_tool_use_id: parent,
  session_id: SESSION,
  ...error !== undefined && { error },
});

/** What a slash command prints, or an error in words: a message that was never streamed. */
export const synthetic = (text: string, error?: string): Json => ({
  ...whole([{ type: "text", text }], { id: `made-up-${text.length}`, ...error && { error } }),
});

export const retry = (attempt: number, error_status: number | null, error: string): Json => ({
  type: "system",
  subtype: "api_retry",
  attempt,
  max_retries: 10,
  retry_delay_ms: 600,
  error_status,
  error,
  session_id: SESSION,
});

export const result = (text: string, more: Json = {}): Json => ({
  type: "result",
  subtype: "success",
  is_error: false,
  duration_ms: 120,
  num_turns: 1,
  result: text,
  session_id: SESSION,
  total_cost_usd: 0.01,
  usage: {
    input_tokens: 12,
    output_tokens: 5,
    cache_read_input_tokens: 3,
    cache_creation_input_tokens: 2,
  },
  terminal_reason: "completed",
  ...more,
});

/** How an interrupted turn ends. */
export const interrupted = (more: Json = {}): Json[] => [
  {
    type: "user",
    message: { role: "user", content: [{ type: "text", text: "[Request interrupted by user]" }] },
    session_id: SESSION,
  },
  result("", {
    subtype: "error_during_execution",
    is_error: true,
    result: undefined,
    terminal_reason: "aborted_streaming",
    errors: ["[ede_diagnostic] result_type=user"],
    ...more,
  }),
];

export const ok = (requestId: string, response?: Json): Json => ({
  type: "control_response",
  response: { subtype: "success", request_id: requestId, ...response && { response } },
});

export const refused = (requestId: string, error: string): Json => ({
  type: "control_response",
  response: { subtype: "error", request_id: requestId, error },
});

export const canUseTool = (
  requestId: string,
  tool: string,
  input: Json,
  more: Json = {},
): Json => ({
  type: "control_request",
  request_id: requestId,
  request: { subtype: "can_use_tool", tool_name: tool, display_name: tool, input, ...more },
});

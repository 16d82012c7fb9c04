/**
 * The lines Claude Code reads and writes with `--input-format stream-json --output-format
 * stream-json`, as far as they are used here (seen with 2.1.197 and 2.1.332). Everything is optional, because
 * nothing of it is promised.
 */

export interface ContentBlock {
  type?: string;
  text?: string;
  thinking?: string;
  id?: string;
  name?: string;
  input?: unknown;
  tool_use_id?: string;
  is_error?: boolean;
}

/** Something inside a `stream_event`: the events of the Messages API. */
export interface StreamEvent {
  type?: string;
  index?: number;
  message?: { id?: string };
  content_block?: ContentBlock;
  delta?: { type?: string; text?: string; thinking?: string };
}

export interface PermissionUpdate {
  type?: string;
  destination?: string;
  [key: string]: unknown;
}

export interface ControlRequest {
  subtype?: string;
  tool_name?: string;
  display_name?: string;
  input?: Record<string, unknown>;
  description?: string;
  permission_suggestions?: PermissionUpdate[];
  decision_reason?: string;
  tool_use_id?: string;
}

/** One line of stdout. */
export interface Message {
  type?: string;
  subtype?: string;
  session_id?: string;
  /** Of a user message: ours, where we gave one. */
  uuid?: string;
  /** Of `init` and `result`: the messages of ours that the turn serves; unknown to 2.1.197. */
  user_message_uuids?: string[];
  parent_tool_use_id?: string | null;
  // system
  model?: string;
  /** What the CLI can do beyond its first version, such as `msg_lifecycle_v1`. */
  capabilities?: string[];
  apiKeySource?: string;
  status?: string | null;
  attempt?: number;
  max_retries?: number;
  error_status?: number | null;
  error?: string;
  task_id?: string;
  tool_use_id?: string;
  description?: string;
  is_backgrounded?: boolean;
  tasks?: { task_id?: string; description?: string }[];
  // command_lifecycle
  command_uuid?: string;
  state?: string;
  // stream_event, assistant, user
  event?: StreamEvent;
  message?: { id?: string; model?: string; content?: string | ContentBlock[] };
  isReplay?: boolean;
  // result
  /** Why a turn began that nobody asked for. */
  origin?: { kind?: string };
  is_error?: boolean;
  result?: string | null;
  errors?: string[];
  api_error_status?: number | null;
  terminal_reason?: string;
  duration_ms?: number;
  num_turns?: number;
  total_cost_usd?: number;
  usage?: {
    input_tokens?: number;
    output_tokens?: number;
    cache_read_input_tokens?: number;
    cache_creation_input_tokens?: number;
  };
  // rate_limit_event
  rate_limit_info?: { status?: string; resetsAt?: number; rateLimitType?: string };
  // control_request, control_cancel_request, control_response
  request_id?: string;
  request?: ControlRequest;
  response?: {
    subtype?: string;
    request_id?: string;
    error?: string;
    response?: Record<string, unknown>;
  };
}

/** A line as a message; undefined when it is not one (a warning that strayed to stdout). */
export function parseLine(line: string): Message | undefined {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === "object" && value !== null && !Array.isArray(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

export function blocksOf(message: Message): ContentBlock[] {
  const content = message.message?.content;
  if (typeof content === "string") return [{ type: "text", text: content }];
  return Array.isArray(content) ? content : [];
}

/**
 * The lines Claude Code reads and writes with `--input-format stream-json --output-format
 * stream-json`, as far as they are used here (seen with 2.1.197 and 2.1.332). Everything is optional, because
 * nothing of it is promised.
 */
import {
  anything,
  either,
  flag,
  list,
  number,
  object,
  orNull,
  seconds,
  text,
} from "../../base/shape.ts";

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
  delta?: { type?: string; text?: string; thinking?: string; stop_reason?: string | null };
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
  /** Of the sub-agent that asks. */
  agent_id?: string;
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
  /** Of `status`: the CLI has changed it. */
  permissionMode?: string;
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
  /** Of `prompt_suggestion`, which comes after a result. */
  suggestion?: string;
  state?: string;
  // stream_event, assistant, user
  event?: StreamEvent;
  message?: { id?: string; model?: string; content?: string | ContentBlock[] };
  /** With the end of a message: its blocks from here on are void. */
  abandoned_blocks?: { from_block_index?: number };
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

const block = object<ContentBlock>({
  type: text,
  text,
  thinking: text,
  id: text,
  name: text,
  input: anything,
  tool_use_id: text,
  is_error: flag,
});

const event = object<StreamEvent>({
  type: text,
  index: number,
  message: object<{ id?: string }>({ id: text }),
  content_block: block,
  delta: object<NonNullable<StreamEvent["delta"]>>({
    type: text,
    text,
    thinking: text,
    stop_reason: orNull(text),
  }),
});

const anyObject = object<Record<string, unknown>>({});

export const readRequest = object<ControlRequest>({
  subtype: text,
  tool_name: text,
  display_name: text,
  input: anyObject,
  description: text,
  permission_suggestions: list(
    object<Pick<PermissionUpdate, "type" | "destination">>({ type: text, destination: text }),
  ),
  decision_reason: text,
  tool_use_id: text,
  agent_id: text,
});

const message = object<Message>({
  type: text,
  subtype: text,
  session_id: text,
  uuid: text,
  user_message_uuids: list(text),
  parent_tool_use_id: orNull(text),
  model: text,
  capabilities: list(text),
  apiKeySource: text,
  status: orNull(text),
  permissionMode: text,
  attempt: number,
  max_retries: number,
  error_status: orNull(number),
  error: text,
  task_id: text,
  tool_use_id: text,
  description: text,
  is_backgrounded: flag,
  tasks: list(object<{ task_id?: string; description?: string }>({
    task_id: text,
    description: text,
  })),
  command_uuid: text,
  state: text,
  suggestion: text,
  event,
  message: object<NonNullable<Message["message"]>>({
    id: text,
    model: text,
    content: either(text, list(block)),
  }),
  abandoned_blocks: object<NonNullable<Message["abandoned_blocks"]>>({
    from_block_index: number,
  }),
  isReplay: flag,
  origin: object<{ kind?: string }>({ kind: text }),
  is_error: flag,
  result: orNull(text),
  errors: list(text),
  api_error_status: orNull(number),
  terminal_reason: text,
  duration_ms: number,
  num_turns: number,
  total_cost_usd: number,
  usage: object<NonNullable<Message["usage"]>>({
    input_tokens: number,
    output_tokens: number,
    cache_read_input_tokens: number,
    cache_creation_input_tokens: number,
  }),
  rate_limit_info: object<NonNullable<Message["rate_limit_info"]>>({
    status: text,
    resetsAt: seconds,
    rateLimitType: text,
  }),
  request_id: text,
  request: readRequest,
  response: object<NonNullable<Message["response"]>>({
    subtype: text,
    request_id: text,
    error: text,
    response: anyObject,
  }),
});

/**
 * A line as a message; undefined when it is not one (a warning that strayed to stdout). What is in
 * it is what {@link Message} says: all else is left out.
 */
export function parseLine(line: string): Message | undefined {
  try {
    return message(JSON.parse(line));
  } catch {
    return undefined;
  }
}

/** The blocks of a message; a text alone is one. */
export function blocksOf(message: Message): ContentBlock[] {
  const content = message.message?.content;
  if (typeof content === "string") return [{ type: "text", text: content }];
  return content ?? [];
}

/**
 * The OpenAI Responses API, as far as Codex 0.169 uses it: reading a request, streaming an answer as
 * server-sent events. Format: https://platform.openai.com/docs/api-reference/responses-streaming
 */

import type { Failure, ToolResult, Turn } from "../../src/demo/brain/thought.ts";
import { type Answering, id, type ModelRequest, tokens } from "./model_server.ts";

interface Part {
  type: string;
  text?: string;
}
interface Item {
  type?: string;
  role?: string;
  content?: string | Part[];
  output?: string | Part[] | { content?: string };
  /** Tools may also be offered in the input, in an item `additional_tools`. */
  tools?: Tool[];
}
interface Tool {
  type: string;
  name?: string;
  /** Inside a namespace. */
  tools?: Tool[];
}

type Read = Omit<ModelRequest, "api" | "body" | "headers" | "aborted" | "ended">;

/** Settings that make `codex` ask this server. */
export function configToml(url: string, model: string): string {
  return [
    `model = ${JSON.stringify(model)}`,
    `model_provider = "local"`,
    `check_for_update_on_startup = false`,
    ``,
    `[analytics]`,
    `enabled = false`,
    ``,
    `[model_providers.local]`,
    `name = "local"`,
    `base_url = ${JSON.stringify(`${url}/v1`)}`,
    `wire_api = "responses"`,
    `env_key = "LOCAL_MODEL_KEY"`,
    `request_max_retries = 3`,
    `stream_max_retries = 1`,
    ``,
  ].join("\n");
}

/** Takes from a request what the brain and the tests want to know. */
export function read(body: Record<string, unknown>): Read {
  const items =
    (typeof body.input === "string"
      ? [{ type: "message", role: "user", content: body.input }]
      : body.input ?? []) as Item[];
  const said: Turn[] = [];
  const system = [String(body.instructions ?? "")];
  let toolResults: ToolResult[] = [];
  let images = 0;
  for (const item of items) {
    if (item.type?.endsWith("_call_output")) {
      toolResults.push(readOutput(flat(item.output)));
    } else if (item.role === "assistant") {
      said.push({ role: "assistant", text: flat(item.content) });
    } else if (item.role === "user") {
      const parts = typeof item.content === "string"
        ? [{ type: "input_text", text: item.content }]
        : item.content ?? [];
      const spoken = parts.filter((part) => part.text !== undefined && !isContext(part.text));
      system.push(
        ...parts.flatMap((part) =>
          part.text !== undefined && isContext(part.text) ? [part.text] : []
        ),
      );
      if (spoken.length === 0) continue;
      images = parts.filter((part) => part.type === "input_image").length;
      toolResults = [];
      said.push({ role: "user", text: spoken.map((part) => part.text).join("\n") });
    } else if (item.role) {
      system.push(flat(item.content));
    }
  }
  const last = said.findLastIndex((turn) => turn.role === "user");
  const reasoning = body.reasoning as { effort?: string } | undefined;
  return {
    text: said[last]?.text ?? "",
    history: said.slice(0, Math.max(last, 0)),
    toolResults,
    images,
    model: String(body.model ?? ""),
    ...(reasoning?.effort ? { effort: reasoning.effort } : {}),
    thinking: reasoning !== undefined && reasoning !== null,
    instructions: system.join("\n"),
  };
}

/** What Codex adds to the user's words by itself: environment, AGENTS.md, notes on aborted turns. */
function isContext(text: string): boolean {
  return /^\s*(<[a-z_]+>|# AGENTS\.md instructions)/i.test(text);
}

function flat(content: Item["output"]): string {
  if (content === undefined || content === null) return "";
  if (typeof content === "string") return content;
  if (Array.isArray(content)) return content.map((part) => part.text ?? "").join("\n");
  return content.content ?? "";
}

/** Codex wraps what a command printed in lines of its own; this takes the output out again. */
function readOutput(text: string): ToolResult {
  const json = /\{"chunk_id"[^]*\}\s*$/.exec(text);
  if (json) {
    try {
      const result = JSON.parse(json[0]) as { output?: string; exit_code?: number };
      return { output: result.output ?? "", ok: (result.exit_code ?? 0) === 0 };
    } catch { /* not JSON after all: the text as it is */ }
  }
  const exit = /exit(?:ed with)? code:? (\d+)/i.exec(text);
  const output = /^Output:\n([^]*)$/m.exec(text);
  return {
    output: output?.[1] ?? text,
    ok: exit ? exit[1] === "0" : !/rejected|failed|error/i.test(text),
  };
}

/** The answer as server-sent events. */
export async function* frames({ request, pieces }: Answering): AsyncIterable<string> {
  const response = { id: `resp_${id()}`, object: "response", model: request.model, output: [] };
  let sequence = 0;
  const event = (type: string, data: Record<string, unknown>): string =>
    `event: ${type}\ndata: ${JSON.stringify({ type, sequence_number: sequence++, ...data })}\n\n`;
  yield event("response.created", { response: { ...response, status: "in_progress" } });
  let open: { type: "message" | "reasoning"; id: string; text: string } | undefined;
  let index = -1;
  let said = "";
  const close = (): string => {
    if (!open) return "";
    const { type, id: item_id, text } = open;
    open = undefined;
    const done = { item_id, output_index: index };
    if (type === "message") {
      return event("response.output_text.done", { ...done, content_index: 0, text }) +
        event("response.output_item.done", {
          output_index: index,
          item: message(item_id, "completed", text),
        });
    }
    return event("response.reasoning_summary_text.done", { ...done, summary_index: 0, text }) +
      event("response.output_item.done", { output_index: index, item: reasoning(item_id, text) });
  };
  for await (const piece of pieces) {
    if ("say" in piece || "think" in piece) {
      const type = "say" in piece ? "message" : "reasoning";
      if (open?.type !== type) {
        const closed = close();
        open = { type, id: `${type === "message" ? "msg" : "rs"}_${id()}`, text: "" };
        index++;
        yield closed + event("response.output_item.added", {
          output_index: index,
          item: type === "message" ? message(open.id, "in_progress", "") : reasoning(open.id, ""),
        });
        yield type === "message"
          ? event("response.content_part.added", {
            item_id: open.id,
            output_index: index,
            content_index: 0,
            part: { type: "output_text", text: "", annotations: [] },
          })
          : event("response.reasoning_summary_part.added", {
            item_id: open.id,
            output_index: index,
            summary_index: 0,
            part: { type: "summary_text", text: "" },
          });
      }
      const text = "say" in piece ? piece.say : piece.think;
      open.text += text;
      said += text;
      yield type === "message"
        ? event("response.output_text.delta", {
          item_id: open.id,
          output_index: index,
          content_index: 0,
          delta: text,
        })
        : event("response.reasoning_summary_text.delta", {
          item_id: open.id,
          output_index: index,
          summary_index: 0,
          delta: text,
        });
    } else if ("run" in piece || "use" in piece) {
      const closed = close();
      index++;
      const input = "run" in piece ? { cmd: piece.run } : piece.input;
      const name = "use" in piece ? piece.use : "exec_command";
      const item = name === "exec_command"
        ? commandCall(offered(request.body), input as { cmd: string })
        : functionCall(name, input);
      yield closed + event("response.output_item.added", { output_index: index, item }) +
        event("response.output_item.done", { output_index: index, item });
    }
  }
  const input = tokens(request.text);
  const output = tokens(said);
  yield close() + event("response.completed", {
    response: {
      ...response,
      status: "completed",
      usage: {
        input_tokens: input,
        input_tokens_details: { cached_tokens: 0 },
        output_tokens: output,
        output_tokens_details: { reasoning_tokens: 0 },
        total_tokens: input + output,
      },
    },
  });
}

/** Every tool a request offers, wherever it stands. */
function offered(body: Record<string, unknown>): Tool[] {
  const items = Array.isArray(body.input) ? body.input as Item[] : [];
  const flatten = (tools: Tool[]): Tool[] =>
    tools.flatMap((tool) => [tool, ...flatten(tool.tools ?? [])]);
  return flatten([...(body.tools ?? []) as Tool[], ...items.flatMap((item) => item.tools ?? [])]);
}

function functionCall(name: string, input: unknown): Record<string, unknown> {
  return {
    type: "function_call",
    id: `fc_${id()}`,
    call_id: `call_${id()}`,
    name,
    arguments: JSON.stringify(input),
    status: "completed",
  };
}

/** Codex offers its models different tools to run a command; this takes the one that is offered. */
function commandCall(
  tools: Tool[],
  input: { cmd: string; [name: string]: unknown },
): Record<string, unknown> {
  const command = input.cmd;
  const call_id = `call_${id()}`;
  const has = (name: string) => tools.some((tool) => tool.name === name);
  if (tools.some((tool) => tool.type === "custom" && tool.name === "exec")) {
    const script = `const r = await tools.exec_command(${JSON.stringify(input)});\n` +
      `text(JSON.stringify(r));`;
    return {
      type: "custom_tool_call",
      id: `ctc_${id()}`,
      call_id,
      name: "exec",
      input: script,
      status: "completed",
    };
  }
  if (has("exec_command")) return functionCall("exec_command", input);
  if (has("shell_command")) return functionCall("shell_command", { command });
  if (has("shell")) return functionCall("shell", { command: ["bash", "-lc", command] });
  return {
    type: "local_shell_call",
    id: `ls_${id()}`,
    call_id,
    status: "completed",
    action: { type: "exec", command: ["bash", "-lc", command], env: {} },
  };
}

function message(item: string, status: string, text: string): Record<string, unknown> {
  return {
    type: "message",
    id: item,
    role: "assistant",
    status,
    content: text === "" ? [] : [{ type: "output_text", text, annotations: [] }],
  };
}

function reasoning(item: string, text: string): Record<string, unknown> {
  return {
    type: "reasoning",
    id: item,
    summary: text === "" ? [] : [{ type: "summary_text", text }],
    encrypted_content: "bG9jYWw=",
  };
}

/** An error answer; a used-up subscription looks as the ChatGPT service says it. */
export function failure({ status, type, message, resetsIn }: Failure): Response {
  if (resetsIn !== undefined) {
    const resets_at = Math.ceil(Date.now() / 1000) + resetsIn;
    return Response.json({
      error: {
        type: "usage_limit_reached",
        message,
        plan_type: "plus",
        resets_at,
        resets_in_seconds: resetsIn,
      },
    }, { status: 429 });
  }
  return Response.json({ error: { type, message, code: type, param: null } }, { status });
}

/**
 * The Gemini API, as far as Gemini CLI 0.61 uses it: reading a request, streaming an answer as
 * server-sent events. Format: https://ai.google.dev/api/generate-content
 */

import type { Failure, ToolResult, Turn } from "../../src/demo/brain/thought.ts";
import { type Answering, id, type ModelRequest, tokens } from "./model_server.ts";

interface Part {
  text?: string;
  thought?: boolean;
  inlineData?: unknown;
  functionResponse?: { response?: { output?: string; error?: string } };
}
interface Content {
  role?: string;
  parts?: Part[];
}

type Read = Omit<ModelRequest, "api" | "body" | "headers" | "aborted" | "ended">;

/** Settings below a home that make `gemini` use an API key and keep to itself. */
export const SETTINGS = {
  security: { auth: { selectedType: "gemini-api-key" }, folderTrust: { enabled: false } },
  privacy: { usageStatisticsEnabled: false },
  telemetry: { enabled: false },
  general: { enableAutoUpdate: false, enableAutoUpdateNotification: false },
  model: { name: "gemini-2.5-pro" },
};

/** Takes from a request what the brain and the tests want to know; `model` comes from the path. */
export function read(body: Record<string, unknown>): Read {
  const said: Turn[] = [];
  const system = [texts(body.systemInstruction as Content | undefined)];
  let toolResults: ToolResult[] = [];
  let images = 0;
  for (const content of (body.contents ?? []) as Content[]) {
    const parts = content.parts ?? [];
    for (const { functionResponse } of parts) {
      if (functionResponse) toolResults.push(resultOf(functionResponse.response ?? {}));
    }
    const context = parts.filter(({ text }) => text !== undefined && isContext(text));
    system.push(...context.map(({ text }) => text!));
    const spoken = parts.filter((part) =>
      part.text !== undefined && !part.thought && !isContext(part.text)
    );
    if (spoken.length === 0) continue;
    if (content.role === "model") {
      said.push({ role: "assistant", text: spoken.map(({ text }) => text).join("") });
      continue;
    }
    images = parts.filter(({ inlineData }) => inlineData !== undefined).length;
    toolResults = [];
    // A question that was never answered stands in one content with the next one.
    said.push(...spoken.map(({ text = "" }): Turn => ({ role: "user", text })));
  }
  const last = said.findLastIndex((turn) => turn.role === "user");
  return {
    text: said[last]?.text ?? "",
    history: said.slice(0, Math.max(last, 0)),
    toolResults,
    images,
    model: String(body.model ?? ""),
    thinking: JSON.stringify(body.generationConfig ?? {}).includes("thinkingConfig"),
    instructions: system.join("\n"),
  };
}

function isContext(text: string): boolean {
  return /^\s*<(session_context|instructions|hook_context)>/.test(text);
}

function texts(content: Content | undefined): string {
  return (content?.parts ?? []).map(({ text = "" }) => text).join("\n");
}

/** Gemini CLI puts what a command printed between lines of its own. */
function resultOf({ output, error }: { output?: string; error?: string }): ToolResult {
  const text = output ?? error ?? "";
  const printed =
    /^(?:.*\n)*?Output: ([^]*?)(?:\n(?:Error|Exit Code|Signal|Process Group PGID): |$)/
      .exec(text);
  const code = /^Exit Code: (\d+)/m.exec(text)?.[1] ?? "0";
  return { output: printed?.[1] ?? text, ok: error === undefined && code === "0" };
}

/** The answer as server-sent events. */
export async function* frames({ request, pieces }: Answering): AsyncIterable<string> {
  let said = "";
  const frame = (parts: readonly unknown[], more: Record<string, unknown> = {}) =>
    `data: ${
      JSON.stringify({
        candidates: [{ content: { role: "model", parts }, index: 0, ...more }],
        usageMetadata: usage(request, said),
        modelVersion: request.model,
        responseId: id(),
      })
    }\r\n\r\n`;
  for await (const piece of pieces) {
    if ("say" in piece || "think" in piece) {
      const text = "say" in piece ? piece.say : piece.think;
      said += text;
      yield frame([{ text, ..."think" in piece && { thought: true } }]);
    } else if (!("fail" in piece)) {
      const functionCall = "use" in piece
        ? { name: piece.use, args: piece.input }
        : { name: "run_shell_command", args: { command: piece.run, description: "As asked" } };
      yield frame([{ functionCall: { id: id(), ...functionCall } }]);
    }
  }
  yield frame([{ text: "" }], { finishReason: "STOP" });
}

function usage(request: ModelRequest, said: string) {
  const [input, output] = [tokens(request.text), tokens(said)];
  return {
    promptTokenCount: input,
    candidatesTokenCount: output,
    totalTokenCount: input + output,
  };
}

/** An answer for what the CLI asks its small model: which model fits, who speaks next. */
export function small(): Response {
  const text = JSON.stringify({
    complexity_reasoning: "short",
    complexity_score: 10,
    reasoning: "the answer is whole",
    next_speaker: "user",
    confidence: 0,
    unproductive_state_confidence: 0,
    unproductive_state_analysis: "none",
  });
  return Response.json({
    candidates: [{ content: { role: "model", parts: [{ text }] }, finishReason: "STOP", index: 0 }],
    usageMetadata: { promptTokenCount: 1, candidatesTokenCount: 1, totalTokenCount: 2 },
  });
}

const STATUS: Readonly<Record<number, string>> = {
  400: "INVALID_ARGUMENT",
  401: "UNAUTHENTICATED",
  404: "NOT_FOUND",
  429: "RESOURCE_EXHAUSTED",
};

export function failure({ status, message }: Failure): Response {
  const error = { code: status, message, status: STATUS[status] ?? "UNAVAILABLE" };
  return Response.json({ error }, { status });
}

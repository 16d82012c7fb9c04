/** The messages that begin and end a turn: `system/init` and `result`. */

import { type Question, serves, type TurnEnd } from "./turn.ts";
import { apiUsage, type Json, type Ledger, PROTOCOL_VERSION } from "./wire.ts";

/** Sent at the start of every turn. */
export function initMessage(
  question: Question,
  cwd: string,
  model: string,
  permissionMode: string,
): Json {
  return {
    type: "system",
    subtype: "init",
    cwd,
    tools: ["AskUserQuestion", "Bash", "ExitPlanMode"],
    mcp_servers: [],
    model,
    permissionMode,
    slash_commands: ["help"],
    apiKeySource: "none",
    claude_code_version: PROTOCOL_VERSION,
    output_style: "default",
    agents: [],
    skills: [],
    plugins: [],
    capabilities: ["msg_lifecycle_v1"],
    ...serves(question),
  };
}

/** Where a message of the client is: it waits, is worked on, is done. */
export function lifecycle(uuid: string, state: "queued" | "started" | "completed"): Json {
  return { type: "command_lifecycle", command_uuid: uuid, state };
}

/** A message of the client, or what woke the agent, as the turn that answers it begins. */
export function replay({ text, uuid, message, wokenBy }: Question): Json {
  return {
    type: "user",
    message: message ?? { role: "user", content: text },
    parent_tool_use_id: null,
    ...uuid !== undefined && { uuid },
    isReplay: true,
    ...origin(wokenBy),
  };
}

function origin(wokenBy: string | undefined): Json {
  return wokenBy === undefined ? {} : { origin: { kind: "task-notification", runId: wokenBy } };
}

/** The end of a turn. */
export function resultMessage(
  question: Question,
  end: TurnEnd,
  durationMs: number,
  ledger: Ledger,
  permissionDenials: Json[],
): Json {
  return {
    type: "result",
    subtype: end.subtype,
    is_error: end.isError,
    ...(end.result === undefined
      ? {}
      : { api_error_status: end.apiStatus ?? null, result: end.result }),
    duration_ms: durationMs,
    duration_api_ms: durationMs,
    num_turns: end.numTurns,
    stop_reason: end.stopReason,
    total_cost_usd: ledger.total,
    usage: apiUsage(end.inputTokens, end.outputTokens),
    modelUsage: ledger.modelUsage(),
    permission_denials: permissionDenials,
    ...(end.terminalReason ? { terminal_reason: end.terminalReason } : {}),
    ...(end.errors ? { errors: end.errors } : {}),
    ...origin(question.wokenBy),
    ...serves(question),
  };
}

/** What is sent instead of anything else when the session to resume is not there. */
export function notResumed(id: string, sentence: string): Json {
  return {
    type: "result",
    subtype: "error_during_execution",
    duration_ms: 0,
    duration_api_ms: 0,
    is_error: true,
    num_turns: 0,
    stop_reason: null,
    session_id: id,
    total_cost_usd: 0,
    usage: apiUsage(),
    modelUsage: {},
    permission_denials: [],
    uuid: crypto.randomUUID(),
    errors: [sentence],
  };
}

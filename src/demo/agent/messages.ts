/** The messages that begin and end a turn: `system/init` and `result`. */

import type { TurnEnd } from "./turn.ts";
import { apiUsage, type Json, type Ledger, PROTOCOL_VERSION } from "./wire.ts";

/** Sent at the start of every turn. */
export function initMessage(cwd: string, model: string, permissionMode: string): Json {
  return {
    type: "system",
    subtype: "init",
    cwd,
    tools: ["Bash"],
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
  };
}

/** The end of a turn. */
export function resultMessage(
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

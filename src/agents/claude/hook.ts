/** Permission requests as a hook of Claude Code hears them, while its own question stands. */
import type { Asking, PermissionDecision } from "../agent.ts";
import { answer, describe, sameRequest } from "./permission.ts";
import { readRequest } from "./wire.ts";

/** What a `PermissionRequest` hook is given. */
export interface Requested {
  tool_name?: string;
  tool_input?: Record<string, unknown>;
  permission_suggestions?: unknown;
  agent_id?: string;
}

export interface HookRequest {
  asking: Asking;
  /** What the hook prints. */
  answer(decision: PermissionDecision): string;
}

export function hookRequest(requested: Requested, cwd: string): HookRequest {
  const request = requestOf(requested);
  const { tool: _, ...asking } = describe(request, cwd);
  return {
    asking,
    answer: (decision) =>
      JSON.stringify({
        hookSpecificOutput: {
          hookEventName: "PermissionRequest",
          decision: answer(request, decision),
        },
      }),
  };
}

/** Names a request: the tool's end has the same name. */
export function nameOfRequest(requested: Requested): string {
  return sameRequest(requestOf(requested));
}

function requestOf({ tool_input: input, ...rest }: Requested) {
  return readRequest({ ...rest, ...input && { input } }) ?? {};
}

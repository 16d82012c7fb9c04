/** Requests of an agent for permission: who answers them, and with which of the options it offers. */
import type { Asking, PermissionDecision, PermissionMode } from "../agent.ts";
import type { Params } from "../json_rpc.ts";
import { objects, text } from "../wire.ts";
import type { ToolCall } from "./tools.ts";

export const CANCELLED = { outcome: { outcome: "cancelled" } };

/** Kinds of tools that change nothing. */
const LOOKS = new Set(["read", "search", "think", "fetch"]);

/** What our own mode decides without asking; `undefined`: the user is asked. */
export function decided(mode: PermissionMode, call: ToolCall): PermissionDecision | undefined {
  // The way out of planning is a plan, which only a person accepts.
  if (call.kind === "switch_mode") return undefined;
  if (mode === "bypassPermissions") return { behavior: "allow" };
  if (mode === "acceptEdits" && call.kind === "edit") return { behavior: "allow" };
  if (mode === "plan" && !LOOKS.has(call.kind)) return { behavior: "deny" };
  return undefined;
}

/** What the kinds of tools do, before the file or address. */
const DOES: Readonly<Record<string, string>> = {
  read: "Read",
  edit: "Change",
  delete: "Delete",
  move: "Move",
  fetch: "Open",
};

function titleOf(call: ToolCall): string {
  if (call.kind === "execute") return "Run a command";
  const does = Object.hasOwn(DOES, call.kind) ? `${DOES[call.kind]} ` : "";
  return does + call.line;
}

export function askingOf(call: ToolCall): Asking & { tool: string } {
  if (call.kind === "switch_mode") {
    return { tool: "Plan", title: "Carry out the plan", detail: "", plan: call.content };
  }
  const { reason } = call;
  return {
    tool: call.name,
    title: titleOf(call),
    detail: call.detail,
    ...reason !== undefined && { reason },
  };
}

/** The answer to `session/request_permission`. */
export function outcomeOf(decision: PermissionDecision, params: Params): unknown {
  const wanted = decision.behavior === "deny"
    ? ["reject_once", "reject_always"]
    : decision.behavior === "allow_session"
    ? ["allow_always", "allow_once"]
    : ["allow_once", "allow_always"];
  const options = objects(params, "options");
  for (const kind of wanted) {
    const optionId = text(options.find((option) => text(option, "kind") === kind), "optionId");
    if (optionId !== undefined) return { outcome: { outcome: "selected", optionId } };
  }
  return CANCELLED;
}

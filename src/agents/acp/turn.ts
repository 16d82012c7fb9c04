/** One running turn: what the agent reports becomes events. */
import type {
  AgentErrorKind,
  AgentEvent,
  PermissionDecision,
  PermissionMode,
  Usage,
} from "../agent.ts";
import { EventQueue } from "../../base/event_queue.ts";
import type { Params } from "../json_rpc.ts";
import { number, object, objects, oneLine, text } from "../wire.ts";
import { askingOf, CANCELLED, decided, outcomeOf } from "./permission.ts";
import { ToolCall } from "./tools.ts";

const PLAN = "plan";

export class AcpTurn {
  readonly events = new EventQueue<AgentEvent>();
  /** Resolves when the last event is out. */
  readonly ended: Promise<void>;
  /** Why the user declined something; the protocol has no place for it, so it follows as a message. */
  declined: string | undefined;
  /** False until the message is sent: what is said before (Gemini CLI tells its mode) is no answer. */
  asked = false;
  readonly #mode: PermissionMode;
  readonly #end = Promise.withResolvers<void>();
  readonly #calls = new Map<string, ToolCall>();
  readonly #open = new Map<string, () => void>();
  #message: string | undefined;
  #writing = false;
  /** What it has said since its last tool. */
  #last = "";
  #plan: string | undefined;
  #done = false;

  constructor(mode: PermissionMode) {
    this.#mode = mode;
    this.ended = this.#end.promise;
  }

  get done(): boolean {
    return this.#done;
  }

  get answer(): string {
    return this.#last.trim();
  }

  /** A `session/update`. */
  update(update: Params): void {
    if (this.#done || !this.asked) return;
    switch (text(update, "sessionUpdate")) {
      case "agent_message_chunk":
        return this.#said(update);
      case "agent_thought_chunk":
        return this.#push({
          type: "thinking",
          text: text(object(update, "content"), "text") ?? "",
        });
      case "tool_call":
      case "tool_call_update":
        return this.#tool(update);
      case "compaction_update":
        return this.#compacting(text(update, "status"));
      case "plan":
        return this.#planned(objects(update, "entries"));
      default:
        this.#push({ type: "alive" });
    }
  }

  #compacting(status: string | undefined): void {
    if (status === "in_progress") return this.#push({ type: "status", status: "compacting" });
    this.#push({ type: "status", status: null });
    if (status === "completed") this.#push({ type: "compacted" });
  }

  #said(update: Params): void {
    const piece = text(object(update, "content"), "text");
    if (piece === undefined || piece === "") return this.#push({ type: "alive" });
    const message = text(update, "messageId");
    if (message !== this.#message) this.#paragraph();
    this.#message = message;
    if (!this.#writing) this.#last = "";
    this.#writing = true;
    this.#last += piece;
    this.#push({ type: "text", text: piece });
  }

  /** What is said next stands by itself. */
  #paragraph(): void {
    if (this.#writing) this.#push({ type: "text_end" });
    this.#writing = false;
  }

  #tool(update: Params): void {
    const call = this.call(update);
    if (!call.started && call.isTelling) this.#start(call);
    const { ok } = call;
    if (ok !== undefined && call.started) this.#ran(call, ok);
  }

  #start(call: ToolCall): void {
    call.started = true;
    this.#paragraph();
    this.#push({ type: "tool", phase: "start", id: call.id, name: call.name, input: call.line });
  }

  #ran(call: ToolCall, ok: boolean): void {
    if (call.ended) return;
    call.ended = true;
    this.#push({ type: "tool", phase: "end", id: call.id, name: call.name, input: call.line, ok });
  }

  /** What was asked for runs now, or never: Gemini CLI says neither. */
  #decided(call: ToolCall, { behavior }: PermissionDecision): void {
    if (!call.started) this.#start(call);
    if (behavior === "deny") this.#ran(call, false);
  }

  /** The call that an update or a request speaks of, with what it adds. */
  call(fields: Params): ToolCall {
    const id = text(fields, "toolCallId") ?? "";
    const call = this.#calls.get(id) ?? new ToolCall(id);
    call.update(fields);
    this.#calls.set(id, call);
    return call;
  }

  /** A step of the agent's plan is shown as what it does. */
  #planned(entries: readonly Params[]): void {
    const current = entries.findIndex((entry) => text(entry, "status") === "in_progress");
    this.#planDone(true);
    if (current < 0) return;
    this.#plan = oneLine(`${current + 1}/${entries.length} ${text(entries[current], "content")}`);
    this.#push({ type: "tool", phase: "start", id: PLAN, name: "Plan", input: this.#plan });
  }

  #planDone(ok: boolean): void {
    if (this.#plan === undefined) return;
    this.#push({ type: "tool", phase: "end", id: PLAN, name: "Plan", input: this.#plan, ok });
    this.#plan = undefined;
  }

  /** A `session/request_permission`; its answer. */
  async ask(params: Params): Promise<unknown> {
    if (this.#done) return CANCELLED;
    const call = this.call(object(params, "toolCall"));
    const already = decided(this.#mode, call);
    if (already) {
      this.#decided(call, already);
      return outcomeOf(already, params);
    }
    const id = crypto.randomUUID();
    const reply = Promise.withResolvers<unknown>();
    this.#open.set(id, () => reply.resolve(CANCELLED));
    this.#paragraph();
    this.#push({
      type: "permission",
      id,
      ...askingOf(call),
      respond: (decision) => {
        if (!this.#open.delete(id)) return Promise.resolve();
        if (decision.behavior === "deny" && decision.reason) this.declined = decision.reason;
        this.#decided(call, decision);
        reply.resolve(outcomeOf(decision, params));
        return Promise.resolve();
      },
    });
    return await reply.promise;
  }

  /** Nobody wants an answer to what is open any more. */
  cancelAsked(): void {
    for (const [id, cancel] of this.#open) {
      this.#push({ type: "permission_cancelled", id });
      cancel();
    }
    this.#open.clear();
  }

  finish(last: AgentEvent & { type: "result" | "error" }): void {
    if (this.#done) return;
    this.cancelAsked();
    const ok = last.type === "result" && !last.interrupted;
    this.#planDone(ok);
    for (const call of this.#calls.values()) {
      if (call.started) this.#ran(call, ok);
    }
    this.#push(last);
    this.#done = true;
    this.events.end();
    this.#end.resolve();
  }

  finishInterrupted(): void {
    this.finish({ type: "result", text: this.answer, interrupted: true });
  }

  fail(kind: AgentErrorKind, message: string, detail?: string): void {
    this.finish({ type: "error", kind, message, ...detail !== undefined && { detail } });
  }

  #push(event: AgentEvent): void {
    this.events.push(event);
  }
}

/** What the answer to `session/prompt` says was used; Gemini CLI has a place of its own for it. */
export function usageOf(answer: unknown): Usage | undefined {
  const usage = object(answer, "usage");
  const counted = object(object(object(answer, "_meta"), "quota"), "token_count");
  const outputTokens = number(usage, "outputTokens") ?? number(counted, "output_tokens");
  if (outputTokens === undefined) return undefined;
  return {
    inputTokens: number(usage, "inputTokens") ?? number(counted, "input_tokens") ?? 0,
    outputTokens,
    cacheReadTokens: number(usage, "cachedReadTokens") ?? 0,
    cacheWriteTokens: number(usage, "cachedWriteTokens") ?? 0,
  };
}

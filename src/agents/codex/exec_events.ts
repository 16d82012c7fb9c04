/** Reads the JSON lines of `codex exec --json`, which older versions of Codex are limited to. */
import type { AgentEvent, Usage } from "../agent.ts";
import { failureOf } from "./failure.ts";
import type { Params } from "./rpc.ts";
import { toolOf, toolOk } from "./tools.ts";
import { number, object, text } from "./wire.ts";
import { usageOf } from "./usage.ts";

/** What one turn has told so far. */
export class ExecEvents {
  /** Id to resume with. */
  threadId: string | undefined;
  /** The last answer; what comes before tool calls is commentary. */
  answer = "";
  /** Tokens of the whole thread. */
  usage: Usage | undefined;
  /** `turn.failed`, or an error without one. */
  failure: Params | undefined;
  completed = false;
  readonly #started = new Set<string>();

  read(line: Params): AgentEvent[] {
    const item = object(line, "item");
    switch (text(line, "type")) {
      case "thread.started":
        this.threadId = text(line, "thread_id");
        return this.threadId === undefined ? [] : [{ type: "session", id: this.threadId }];
      case "turn.completed":
        this.completed = true;
        this.usage = usage(object(line, "usage"));
        return [];
      case "turn.failed":
        this.failure = object(line, "error");
        return [];
      case "error":
        this.failure = line;
        return [];
      case "item.started":
        return this.#start(item);
      case "item.completed":
        return this.#completed(item);
      default:
        return [{ type: "alive" }];
    }
  }

  #start(item: Params): AgentEvent[] {
    const tool = toolOf(item);
    if (!tool) return [{ type: "alive" }];
    const id = text(item, "id") ?? "";
    this.#started.add(id);
    return [{ type: "tool", phase: "start", id, ...tool }];
  }

  #completed(item: Params): AgentEvent[] {
    const said = text(item, "text") ?? "";
    if (text(item, "type") === "agent_message") {
      this.answer = said;
      return said === "" ? [] : [{ type: "text", text: said }, { type: "text_end" }];
    }
    if (text(item, "type") === "reasoning") return [{ type: "thinking", text: said }];
    const tool = toolOf(item);
    if (!tool) return [{ type: "alive" }];
    const id = text(item, "id") ?? "";
    const begin = this.#started.has(id) ? [] : this.#start(item);
    return [...begin, { type: "tool", phase: "end", id, ...tool, ok: toolOk(item) }];
  }

  /** The error event for {@link failure}. */
  failed(failure: Params): AgentEvent & { type: "error" } {
    return { type: "error", ...failureOf(failure, {}, new Date()) };
  }
}

function usage(tokens: Params): Usage {
  return usageOf(
    number(tokens, "input_tokens") ?? 0,
    number(tokens, "output_tokens") ?? 0,
    number(tokens, "cached_input_tokens") ?? 0,
    number(tokens, "cache_write_input_tokens") ?? 0,
  );
}

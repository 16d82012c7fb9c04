/**
 * Turns the messages of one turn into {@link AgentEvent}s. Pure: knows no process and no time.
 *
 * Text comes twice, first as deltas and then as a whole message per block; what was streamed is not
 * said again, and what never was (slash commands, error texts made up by the CLI) is. What was
 * streamed and never comes as a whole is void: the stream broke off, and the service is asked again.
 */
import type { AgentEvent, Usage } from "../agent.ts";
import { shortInput } from "./tool_input.ts";
import { blocksOf, type ContentBlock, type Message, type StreamEvent } from "./wire.ts";

/** The message that an agent or sub-agent is writing. */
interface Writing {
  messageId: string | undefined;
  /** Text or thinking streamed so far, by index of the block. */
  blocks: Map<number, Block>;
}

interface Block {
  type: string;
  text: string;
  open: boolean;
  /** It has come as a whole: it stands. */
  whole: boolean;
}

/** The CLI's text for "nothing to say". */
const NO_CONTENT = "(no content)";

export class TurnMapper {
  readonly #cwd: string | undefined;
  /** By the tool call that started the sub-agent; "" is the agent itself. */
  readonly #writing = new Map<string, Writing>();
  readonly #tools = new Map<string, { name: string; input: string; parent?: string }>();
  /** Text made up by the CLI about an error: shown only if the turn does not end as an error. */
  #held = "";
  /** The context was shortened: what now comes as a whole is what was kept of it. */
  #replaying = false;
  #status: "compacting" | "retrying" | null = null;

  constructor(cwd?: string) {
    this.#cwd = cwd;
  }

  /**
   * Events of a `system`, `stream_event`, `assistant` or `user` message. A message that carries no
   * news gives `alive`.
   */
  map(message: Message): AgentEvent[] {
    const events = this.#map(message);
    return events.length > 0 ? events : [{ type: "alive" }];
  }

  #map(message: Message): AgentEvent[] {
    switch (message.type) {
      case "system":
        return this.#system(message);
      case "stream_event":
        this.#replaying = false;
        return [...this.#retryIsOver(), ...this.#stream(message)];
      case "assistant":
        if (this.#replaying) return [];
        if (message.error !== undefined) {
          // That of a sub-agent reaches the agent, which says what it makes of it.
          if (message.parent_tool_use_id) return [];
          this.#held += blocksOf(message).map((block) => block.text ?? "").join("");
          return [];
        }
        return [...this.#retryIsOver(), ...this.#assistant(message)];
      case "user":
        return this.#results(message);
      default:
        return [];
    }
  }

  /** What is still to be said when a turn ends well. */
  flush(): AgentEvent[] {
    const held = this.#held;
    this.#held = "";
    return held === "" ? [] : [text(held, ""), { type: "text_end" }];
  }

  #system(message: Message): AgentEvent[] {
    if (message.subtype === "init" && message.session_id) {
      return [{
        type: "session",
        id: message.session_id,
        ...message.model && { model: message.model },
      }];
    }
    if (message.subtype === "status") {
      if (message.status === "compacting") return this.#setStatus("compacting");
      // `null` also reports a change of the permission mode, `requesting` starts every request.
      if (message.status === null && this.#status === "compacting") return this.#setStatus(null);
    }
    if (message.subtype === "compact_boundary") {
      this.#replaying = true;
      return [{ type: "compacted" }];
    }
    if (message.subtype === "api_retry") {
      const { attempt, max_retries: most, error_status: status } = message;
      const why = status === 529 || message.error === "overloaded"
        ? "the service is overloaded"
        : status === 429
        ? "the service asks to slow down"
        : status
        ? `the service answered with error ${status}`
        : "the service did not answer";
      return this.#setStatus("retrying", `${why} (attempt ${attempt ?? "?"} of ${most ?? "?"})`);
    }
    return [];
  }

  #setStatus(status: "compacting" | "retrying" | null, detail?: string): AgentEvent[] {
    this.#status = status;
    return [{ type: "status", status, ...detail !== undefined && { detail } }];
  }

  #retryIsOver(): AgentEvent[] {
    return this.#status === "retrying" ? this.#setStatus(null) : [];
  }

  #stream(message: Message): AgentEvent[] {
    const event: StreamEvent = message.event ?? {};
    const parent = message.parent_tool_use_id ?? "";
    const index = event.index ?? 0;
    if (event.type === "message_start") {
      const ends = this.#withdraw(parent);
      this.#writing.set(parent, { messageId: event.message?.id, blocks: new Map() });
      return ends;
    }
    const writing = this.#writingOf(parent);
    if (event.type === "content_block_start") {
      const type = event.content_block?.type ?? "";
      writing.blocks.set(index, { type, text: "", open: true, whole: false });
      return type === "thinking" ? [{ type: "thinking", text: "" }] : [];
    }
    const { abandoned_blocks: abandoned } = message;
    if (event.delta?.stop_reason === "refusal") return this.#withdraw(parent, 0);
    if (abandoned) return this.#withdraw(parent, abandoned.from_block_index);
    const block = writing.blocks.get(index);
    if (event.type === "content_block_delta" && block) {
      const { delta } = event;
      if (delta?.type === "text_delta" && delta.text) {
        block.text += delta.text;
        return [text(delta.text, parent)];
      }
      if (delta?.type === "thinking_delta" && delta.thinking) {
        block.text += delta.thinking;
        return parent === "" ? [{ type: "thinking", text: delta.thinking }] : [];
      }
    }
    if (event.type === "content_block_stop" && block) {
      block.open = false;
      if (block.type === "text" && block.text !== "" && parent === "") {
        return [{ type: "text_end" }];
      }
    }
    return [];
  }

  #writingOf(parent: string): Writing {
    let writing = this.#writing.get(parent);
    if (!writing) {
      writing = { messageId: undefined, blocks: new Map() };
      this.#writing.set(parent, writing);
    }
    return writing;
  }

  /**
   * Takes back what the message that is being written has said and not confirmed.
   *
   * @param from Its blocks from here on are void, confirmed or not.
   */
  #withdraw(parent: string, from?: number): AgentEvent[] {
    const { blocks } = this.#writingOf(parent);
    let taken = "";
    for (const [index, block] of blocks) {
      if (from === undefined ? block.whole : index < from) continue;
      if (block.type === "text") taken += block.text;
      blocks.delete(index);
    }
    return taken !== "" && parent === "" ? [{ type: "withdrawn", text: taken }] : [];
  }

  #assistant(message: Message): AgentEvent[] {
    const parent = message.parent_tool_use_id ?? "";
    return blocksOf(message).flatMap((block): AgentEvent[] => {
      switch (block.type) {
        case "text":
          return this.#wholeText(message, block.text ?? "", parent);
        case "thinking":
          return this.#streamed(message, parent, "thinking") === undefined && parent === ""
            ? [{ type: "thinking", text: block.thinking ?? "" }]
            : [];
        case "tool_use":
        case "server_tool_use":
        case "mcp_tool_use":
          return this.#toolStart(block, parent);
        default:
          return [];
      }
    });
  }

  /** A text block as a whole: says what of it was not streamed. */
  #wholeText(message: Message, whole: string, parent: string): AgentEvent[] {
    if (whole === "" || whole === NO_CONTENT) return [];
    const streamed = this.#streamed(message, parent, "text", whole);
    const block = streamed === undefined
      ? undefined
      : this.#writingOf(parent).blocks.values().toArray()
        .sort((one, other) => Number(one.whole) - Number(other.whole))
        .find((each) => each.text === streamed);
    if (block) block.whole = true;
    if (streamed === whole) return [];
    if (streamed !== undefined && whole.startsWith(streamed)) {
      if (block) block.text = whole;
      const rest = text(whole.slice(streamed.length), parent);
      // Its end is still to come from the stream, unless the stream has ended it already.
      return block?.open || parent !== "" ? [rest] : [rest, { type: "text_end" }];
    }
    return parent === ""
      ? [...this.#withdraw(parent), text(whole, parent), { type: "text_end" }]
      : [text(whole, parent)];
  }

  /** What was streamed of a block of this message; for text, of the block that `whole` completes. */
  #streamed(message: Message, parent: string, type: string, whole = ""): string | undefined {
    const writing = this.#writing.get(parent);
    if (!writing || writing.messageId !== message.message?.id) return undefined;
    const texts = [...writing.blocks.values()].filter((block) => block.type === type)
      .map((block) => block.text);
    if (type !== "text") return texts.at(-1);
    return texts.find((each) => each === whole) ??
      texts.findLast((each) => each !== "" && whole.startsWith(each));
  }

  #toolStart(block: ContentBlock, parent: string): AgentEvent[] {
    const { id = "", name = "tool" } = block;
    if (this.#tools.has(id)) return [];
    const tool = {
      name,
      input: shortInput(name, block.input, this.#cwd),
      ...parent !== "" && { parent },
    };
    this.#tools.set(id, tool);
    return [{ type: "tool", phase: "start", id, ...tool }];
  }

  #results(message: Message): AgentEvent[] {
    return blocksOf(message).flatMap((block): AgentEvent[] => {
      const id = block.tool_use_id ?? "";
      const tool = this.#tools.get(id);
      if (block.type !== "tool_result" || !tool) return [];
      this.#tools.delete(id);
      return [{ type: "tool", phase: "end", id, ...tool, ok: block.is_error !== true }];
    });
  }
}

function text(piece: string, parent: string): AgentEvent {
  return { type: "text", text: piece, ...parent !== "" && { parent } };
}

/** The token counts of a `result`. */
export function usageOf(message: Message): Usage | undefined {
  const { usage } = message;
  if (!usage) return undefined;
  return {
    inputTokens: usage.input_tokens ?? 0,
    outputTokens: usage.output_tokens ?? 0,
    cacheReadTokens: usage.cache_read_input_tokens ?? 0,
    cacheWriteTokens: usage.cache_creation_input_tokens ?? 0,
  };
}

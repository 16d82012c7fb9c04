/**
 * What Codex makes in a turn, as events: the answer as it is written, and tools from their beginning
 * to their end. Every tool that begins ends, and a text is closed before anything else follows it.
 */
import type { AgentEvent } from "../agent.ts";
import type { Params } from "../json_rpc.ts";
import { progress, toolOf, toolOk } from "./tools.ts";
import { object, objects, text } from "../wire.ts";

export class Items {
  readonly #push: (event: AgentEvent) => void;
  /** Codex is at work: it has made something. */
  readonly #works: () => void;
  readonly #items = new Map<string, Params>();
  readonly #openTools = new Map<string, AgentEvent & { type: "tool" }>();
  /** The message that is being written, and what of it was handed on. */
  #message: { id: string; text: string } | undefined;
  #answer = "";

  constructor(push: (event: AgentEvent) => void, works: () => void) {
    this.#push = push;
    this.#works = works;
  }

  /** The last message so far; what comes before tool calls is commentary. */
  get answer(): string {
    return this.#answer;
  }

  /** An item, as it was last reported. */
  get(id: string): Params | undefined {
    return this.#items.get(id);
  }

  started(item: Params): void {
    const id = text(item, "id") ?? "";
    this.#items.set(id, item);
    const type = text(item, "type");
    if (type === "userMessage") return this.#push({ type: "alive" });
    this.#works();
    if (type === "contextCompaction") return this.#push({ type: "status", status: "compacting" });
    if (type === "reasoning") return this.#push({ type: "thinking", text: "" });
    const tool = toolOf(item);
    if (!tool) return this.#push({ type: "alive" });
    this.closeMessage();
    const event = { type: "tool", phase: "start", id, ...tool } as const;
    this.#openTools.set(id, event);
    this.#push(event);
  }

  completed(item: Params): void {
    const id = text(item, "id") ?? "";
    const type = text(item, "type");
    this.#items.set(id, item);
    if (type === "contextCompaction") {
      this.#push({ type: "status", status: null });
      return this.#push({ type: "compacted" });
    }
    if (type === "agentMessage" || type === "plan") return this.#messageCompleted(id, item);
    const tool = toolOf(item);
    if (!tool) return this.#push({ type: "alive" });
    if (!this.#openTools.delete(id)) {
      this.closeMessage();
      this.#push({ type: "tool", phase: "start", id, ...tool });
    }
    this.#push({ type: "tool", phase: "end", id, ...tool, ok: toolOk(item) });
  }

  #messageCompleted(id: string, item: Params): void {
    const whole = text(item, "text") ?? "";
    // What no delta has brought; all of it when there were none.
    const shown = this.#message?.id === id ? this.#message.text.length : 0;
    this.delta(id, whole.slice(shown));
    this.closeMessage();
    this.#answer = whole;
  }

  /** A piece of the message `id`. */
  delta(id: string, delta: string): void {
    if (delta === "") return;
    this.#works();
    if (this.#message?.id !== id) {
      this.withdraw();
      this.#message = { id, text: "" };
      this.#answer = "";
    }
    this.#message!.text += delta;
    this.#answer += delta;
    this.#push({ type: "text", text: delta });
  }

  /** Takes back a message that was not completed: Codex asks for it again. */
  withdraw(): void {
    if (!this.#message) return;
    this.#push({ type: "withdrawn", text: this.#message.text });
    this.#message = undefined;
    this.#answer = "";
  }

  closeMessage(): void {
    if (!this.#message) return;
    this.#message = undefined;
    this.#push({ type: "text_end" });
  }

  /** The steps Codex means to take, as a tool that has ended already. */
  plan(params: Params): void {
    const steps = objects(params, "plan");
    const input = progress(steps, (step) => text(step, "status") === "completed");
    const id = `plan-${crypto.randomUUID()}`;
    const tool = { type: "tool", id, name: "TodoWrite", input } as const;
    this.#push({ ...tool, phase: "start" });
    this.#push({ ...tool, phase: "end", ok: true });
  }

  /** What an agent (the thread `parent`) does that this one has started. */
  ofSubAgent(method: string, params: Params, parent: string): void {
    if (method === "item/agentMessage/delta") {
      return this.#push({ type: "text", text: text(params, "delta") ?? "", parent });
    }
    const item = object(params, "item");
    const id = text(item, "id") ?? "";
    const tool = toolOf(item);
    if (tool && method === "item/started") {
      this.#items.set(id, item);
      this.#push({ type: "tool", phase: "start", id, parent, ...tool });
    } else if (tool && method === "item/completed") {
      this.#push({ type: "tool", phase: "end", id, parent, ok: toolOk(item), ...tool });
    } else {
      this.#push({ type: "alive" });
    }
  }

  /**
   * The turn is over: nothing stays open.
   *
   * @param ok It went well, so what has not ended runs on in the background.
   */
  close(ok: boolean): void {
    this.closeMessage();
    for (const tool of this.#openTools.values()) this.#push({ ...tool, phase: "end", ok });
    this.#openTools.clear();
  }
}

/** One running turn of `codex app-server`: its notifications become events. */
import { getLogger } from "@logtape/logtape";
import type { AgentEvent, Usage } from "../agent.ts";
import { EventQueue } from "../../base/event_queue.ts";
import { type Failure, failureOf, needsLogin } from "./failure.ts";
import { Items } from "./items.ts";
import type { Params } from "../json_rpc.ts";
import { number, object, objects, text } from "../wire.ts";

const log = getLogger(["ductor", "codex"]);

export interface TurnContext {
  threadId: string;
  /** The last `account/rateLimits/updated`. */
  limits(): Params;
  /** Tokens of this turn so far. */
  usage(): Usage | undefined;
  now(): Date;
  /** Trying on is pointless: the turn shall be interrupted. */
  giveUp(): void;
}

export class Turn {
  readonly events = new EventQueue<AgentEvent>();
  /** Resolves when the last event is out. */
  readonly ended: Promise<void>;
  /** The turn's id; resolves when Codex works on it and it can be interrupted. */
  readonly started: Promise<string>;
  /** Ids of the questions to the user that have no answer yet. */
  readonly asked = new Set<string>();
  readonly #items = new Items((event) => this.#push(event), () => this.#recovered());
  readonly #context: TurnContext;
  readonly #end = Promise.withResolvers<void>();
  readonly #start = Promise.withResolvers<string>();
  /** Notifications that came before the turn's id was known. */
  #early: [string, Params][] | undefined = [];
  #id: string | undefined;
  #done = false;
  #retrying: string | undefined;
  #failure: Failure | undefined;
  #acted = false;
  #failed = false;

  constructor(context: TurnContext) {
    this.#context = context;
    this.ended = this.#end.promise;
    this.started = this.#start.promise;
  }

  /** True once the last event is out. */
  get done(): boolean {
    return this.#done;
  }

  get id(): string | undefined {
    return this.#id;
  }

  /** It failed before it said or did anything. */
  get inVain(): boolean {
    return this.#failed && !this.#acted;
  }

  /** Codex has accepted the turn under this id. */
  begin(id: string): void {
    this.#id = id;
    const early = this.#early ?? [];
    this.#early = undefined;
    for (const [method, params] of early) this.handle(method, params);
  }

  /** Hands out the last event. Whatever comes later is ignored. */
  finish(last: AgentEvent & { type: "result" | "error" }): void {
    if (this.done) return;
    this.#items.close(last.type === "result" && !last.interrupted);
    for (const id of this.asked) this.#push({ type: "permission_cancelled", id });
    this.asked.clear();
    if (this.#retrying !== undefined) this.#push({ type: "status", status: null });
    const usage = this.#context.usage();
    this.#push({ ...last, ...(usage && { usage }) });
    this.#done = true;
    this.events.end();
    this.#end.resolve();
  }

  /** The end of a turn that was interrupted, or given up. */
  finishInterrupted(durationMs?: number): void {
    if (this.#failure) return this.fail(this.#failure);
    this.finish({
      type: "result",
      text: this.#items.answer,
      interrupted: true,
      ...(durationMs !== undefined && { durationMs }),
    });
  }

  fail(failure: Failure): void {
    this.finish({ type: "error", ...failure });
  }

  /** An item of this turn, as it was last reported. */
  item(id: string): Params | undefined {
    return this.#items.get(id);
  }

  #push(event: AgentEvent): void {
    this.#acted ||= ["text", "tool", "permission"].includes(event.type);
    this.#failed ||= event.type === "error";
    this.events.push(event);
  }

  handle(method: string, params: Params): void {
    if (this.#early) {
      this.#early.push([method, params]);
      return;
    }
    if (this.done) return;
    const thread = text(params, "threadId") ?? this.#context.threadId;
    if (thread !== this.#context.threadId) {
      return this.#items.ofSubAgent(method, params, thread);
    }
    const turnId = text(params, "turnId") ?? text(object(params, "turn"), "id");
    if (turnId !== undefined && turnId !== this.#id) return;
    switch (method) {
      case "turn/started":
        return this.#start.resolve(this.#id ?? "");
      case "turn/completed":
        return this.#completed(object(params, "turn"));
      case "turn/plan/updated":
        return this.#items.plan(params);
      case "item/started":
        return this.#items.started(object(params, "item"));
      case "item/completed":
        return this.#items.completed(object(params, "item"));
      case "item/agentMessage/delta":
      case "item/plan/delta":
        return this.#items.delta(text(params, "itemId") ?? "", text(params, "delta") ?? "");
      case "item/reasoning/summaryPartAdded":
        if ((number(params, "summaryIndex") ?? 0) === 0) return;
        return this.#push({ type: "thinking", text: "\n\n" });
      case "item/reasoning/summaryTextDelta":
      case "item/reasoning/textDelta":
        this.#recovered();
        return this.#push({ type: "thinking", text: text(params, "delta") ?? "" });
      case "error":
        return this.#error(object(params, "error"), params.willRetry === true);
      case "warning":
        return log.debug("codex warns: {message}", { message: text(params, "message") });
      default:
        if (/^(item|turn|hook)\//.test(method)) this.#push({ type: "alive" });
    }
  }

  #error(error: Params, willRetry: boolean): void {
    if (!willRetry) return; // `turn/completed` says it again, as the end.
    if (needsLogin(error)) {
      this.#failure = failureOf(error, this.#context.limits(), this.#context.now());
      return this.#context.giveUp();
    }
    const reason = text(error, "message") ?? "";
    // Codex says "waiting for network" for ever; only news count as a sign of life.
    if (reason === this.#retrying) return;
    this.#items.withdraw();
    this.#retrying = reason;
    const more = text(error, "additionalDetails");
    this.#push({
      type: "status",
      status: "retrying",
      detail: more ? `${reason} (${more})` : reason,
    });
  }

  #recovered(): void {
    if (this.#retrying === undefined) return;
    this.#retrying = undefined;
    this.#push({ type: "status", status: null });
  }

  #completed(turn: Params): void {
    const durationMs = number(turn, "durationMs");
    if (text(turn, "status") === "interrupted") return this.finishInterrupted(durationMs);
    if (text(turn, "status") === "failed") {
      const { limits, now } = this.#context;
      return this.fail(failureOf(object(turn, "error"), limits(), now()));
    }
    const messages = objects(turn, "items").filter((item) => text(item, "type") === "agentMessage");
    const last = messages.at(-1);
    this.finish({
      type: "result",
      text: (last && text(last, "text")) ?? this.#items.answer,
      ...(durationMs !== undefined && { durationMs }),
    });
  }
}

/** One turn of a Claude session: what it was asked, what it says, how it ended. */
import type { AgentEvent, TurnInput, Usage } from "../agent.ts";
import { type Failure, sortFailure } from "../errors.ts";
import { claude } from "./facts.ts";
import { EventQueue } from "../../base/event_queue.ts";
import { TurnMapper, usageOf } from "./mapper.ts";
import type { ControlRequest, Message } from "./wire.ts";

/** What something has cost, as far as that is known. */
interface Spent {
  usage?: Usage | undefined;
  costUsd?: number | undefined;
}

export type End = Extract<AgentEvent, { type: "result" | "error" }>;

/** Limits of the session, for the words about having reached them. */
export interface Limits {
  maxTurns?: number;
  maxBudgetUsd?: number;
}

export class Turn {
  readonly events = new EventQueue<AgentEvent>();
  readonly mapper: TurnMapper;
  /** Resolves when the last event is in the queue. */
  readonly ended: Promise<void>;
  /** Names our message to the CLI; a woken turn has none. */
  readonly uuid: string = crypto.randomUUID();
  /** The names of all messages of ours that it serves. */
  readonly names = new Set([this.uuid]);
  /** Of those that were added, what is to be told when the CLI takes them, which it has not yet. */
  readonly waiting = new Map<string, () => void>();
  /** What it had cost when the CLI was done with its first messages, and went on with others. */
  spent: Spent = {};
  /** Permission questions that wait for an answer, by request id. */
  readonly asking = new Map<string, ControlRequest>();
  /** The message was written to the CLI. */
  sent = false;
  /** Resolves when it has been. */
  readonly written = Promise.withResolvers<void>();
  /** The user (or whoever drives the session) wants it to end. */
  interrupting = false;
  /** To be ended as soon as the CLI works on it. */
  interruptLater = false;
  /** The CLI has said that it works on our message. */
  taken = false;
  /** Decided before the CLI gives up by itself. */
  failure: Failure | undefined;
  /** The CLI's name for what went wrong last. */
  errorCode: string | undefined;
  /** When the limit ends that the CLI has just run into. */
  resetAt: Date | undefined;
  readonly #ended = Promise.withResolvers<void>();
  #done = false;

  constructor(cwd: string) {
    this.mapper = new TurnMapper(cwd);
    this.ended = this.#ended.promise;
  }

  get done(): boolean {
    return this.#done;
  }

  /** Names one more message of ours. @returns its name, and what resolves when the CLI takes it */
  add(): { uuid: string; taken: Promise<void> } {
    const uuid = crypto.randomUUID();
    const { promise, resolve } = Promise.withResolvers<void>();
    this.names.add(uuid);
    this.waiting.set(uuid, resolve);
    return { uuid, taken: promise };
  }

  push(...events: AgentEvent[]): void {
    for (const event of events) this.events.push(event);
  }

  /** Takes note of a `rate_limit_event`. */
  limited({ rate_limit_info: { status, resetsAt } = {} }: Message): void {
    if (status === "rejected" && resetsAt) this.resetAt = new Date(resetsAt * 1000);
  }

  /** The login is no good. @returns whether this is news */
  failLogin(usesKey: boolean): boolean {
    if (this.failure) return false;
    this.failure = {
      cli: claude,
      text: usesKey ? "Invalid API key" : "Not logged in",
      status: 401,
    };
    return true;
  }

  /** The last event; later ones are dropped. */
  finish(end: End): void {
    if (this.#done) return;
    this.#done = true;
    this.events.push(end);
    this.events.end();
    this.#ended.resolve();
  }
}

/**
 * Whether the service has rejected the login for good: the CLI would go on trying for three minutes.
 * The first rejection may be mended by its own refreshing of the token, the second is not.
 */
export function loginRejected(message: Message): boolean {
  return message.subtype === "api_retry" && (message.attempt ?? 1) >= 2 &&
    (message.error_status === 401 || message.error === "authentication_failed");
}

/** The line that puts a turn to the CLI, named by `uuid`. */
export function userMessage(input: Pick<TurnInput, "text" | "images">, uuid: string): string {
  const images = (input.images ?? []).map((image) => ({
    type: "image",
    source: { type: "base64", media_type: image.mediaType, data: image.data },
  }));
  const content = images.length === 0
    ? input.text
    : [...images, ...(input.text === "" ? [] : [{ type: "text", text: input.text }])];
  return JSON.stringify({ type: "user", uuid, message: { role: "user", content } });
}

/** The last event of a turn, from the CLI's `result`. `costUsd` is that of this turn alone. */
export function endOf(
  message: Message,
  turn: Turn,
  costUsd: number | undefined,
  limits: Limits,
  now: Date,
): End {
  const spent = bothOf(turn.spent, { usage: usageOf(message), costUsd });
  const words = message.result || (message.errors ?? []).join("\n");
  const aborted = message.terminal_reason?.startsWith("aborted") ||
    (turn.interrupting && message.subtype === "error_during_execution");
  if (turn.failure && message.is_error) {
    return { type: "error", ...sortFailure(turn.failure, now), ...spent };
  }
  if (!message.is_error || aborted) {
    return {
      type: "result",
      text: message.result ?? "",
      ...spent,
      ...message.duration_ms !== undefined && { durationMs: message.duration_ms },
      ...aborted && { interrupted: true },
    };
  }
  const sorted = limitReached(message, limits) ?? sortFailure({
    cli: claude,
    text: words,
    status: message.api_error_status ?? null,
    ...turn.errorCode !== undefined && { code: turn.errorCode },
    ...turn.resetAt !== undefined && { resetAt: turn.resetAt },
  }, now);
  return { type: "error", ...sorted, ...words !== "" && { detail: words }, ...spent };
}

/** What two parts of a turn have cost together; what is not known of both is left out. */
function bothOf(before: Spent, { usage, costUsd }: Spent): Pick<End, "usage" | "costUsd"> {
  const cost = costUsd === undefined ? before.costUsd : costUsd + (before.costUsd ?? 0);
  const { usage: first } = before;
  const whole = usage && first
    ? {
      inputTokens: first.inputTokens + usage.inputTokens,
      outputTokens: first.outputTokens + usage.outputTokens,
      cacheReadTokens: first.cacheReadTokens + usage.cacheReadTokens,
      cacheWriteTokens: first.cacheWriteTokens + usage.cacheWriteTokens,
    }
    : usage ?? first;
  return { ...whole && { usage: whole }, ...cost !== undefined && { costUsd: cost } };
}

/** The two ends that the user has ordered by the config. */
function limitReached(message: Message, limits: Limits) {
  if (message.subtype === "error_max_turns") {
    const steps = limits.maxTurns === undefined ? "" : ` of ${limits.maxTurns} steps`;
    return {
      kind: "other" as const,
      message: `Claude stopped at the limit${steps} per answer (max_turns). ` +
        "Write “go on” to let it continue.",
    };
  }
  if (message.subtype === "error_max_budget_usd") {
    const amount = limits.maxBudgetUsd === undefined ? "" : ` of $${limits.maxBudgetUsd}`;
    return {
      kind: "other" as const,
      message: `Claude stopped at the cost limit${amount} per answer (max_budget_usd). ` +
        "Write “go on” to let it continue.",
    };
  }
  return undefined;
}

/**
 * The messages of Claude Code's stream protocol (`--output-format stream-json`), as the demo agent
 * sends them. Shapes: recordings of Claude Code 2.1.331.
 */

import { price } from "./models.ts";

/** Version of Claude Code whose protocol this is. */
export const PROTOCOL_VERSION = "2.1.331";

export type Json = Record<string, unknown>;

/** Token counts of one request, as the API reports them. */
export interface ApiUsage {
  input_tokens: number;
  cache_creation_input_tokens: number;
  cache_read_input_tokens: number;
  output_tokens: number;
}

/** Tokens of a text; near enough for a model that has none. */
export function tokens(text: string): number {
  return text === "" ? 0 : Math.ceil(text.length / 4);
}

export function apiUsage(input = 0, output = 0): ApiUsage {
  return {
    input_tokens: input,
    cache_creation_input_tokens: 0,
    cache_read_input_tokens: 0,
    output_tokens: output,
  };
}

/** Id as the API has them, such as `msg_0a1b…`. */
export function apiId(prefix: string): string {
  return `${prefix}_${crypto.randomUUID().replaceAll("-", "").slice(0, 24)}`;
}

/** What a process has cost so far, by model. Costs add up over its life, as the real CLI's do. */
export class Ledger {
  readonly #models = new Map<string, { input: number; output: number; cost: number }>();

  add(model: string, usage: ApiUsage): void {
    const sum = this.#models.get(model) ?? { input: 0, output: 0, cost: 0 };
    sum.input += usage.input_tokens;
    sum.output += usage.output_tokens;
    sum.cost += price(model, usage.input_tokens, usage.output_tokens);
    this.#models.set(model, sum);
  }

  /** US dollars. */
  get total(): number {
    return [...this.#models.values()].reduce((sum, { cost }) => sum + cost, 0);
  }

  modelUsage(): Json {
    return Object.fromEntries([...this.#models].map(([model, { input, output, cost }]) => [model, {
      inputTokens: input,
      outputTokens: output,
      cacheReadInputTokens: 0,
      cacheCreationInputTokens: 0,
      webSearchRequests: 0,
      costUSD: cost,
      contextWindow: 200_000,
      maxOutputTokens: 64_000,
    }]));
  }
}

/** The message of an answer that no model gave: an error in words. */
export function syntheticMessage(text: string): Json {
  return {
    id: crypto.randomUUID(),
    container: null,
    model: "<synthetic>",
    role: "assistant",
    stop_details: null,
    stop_reason: "stop_sequence",
    stop_sequence: "",
    type: "message",
    usage: apiUsage(),
    content: [{ type: "text", text }],
    context_management: null,
  };
}

/** How a turn ended; the rest of a `result` follows from the session. */
export interface Ending {
  subtype:
    | "success"
    | "error_during_execution"
    | "error_max_turns"
    | "error_max_budget_usd";
  isError: boolean;
  /** Final text; absent for the error subtypes. */
  result?: string;
  /** HTTP status of the error, when the service gave one. */
  apiStatus?: number;
  stopReason: string | null;
  terminalReason?: string;
  errors?: string[];
}

/** Counts the tokens of one turn from the running totals Codex reports. */
import type { Usage } from "../agent.ts";
import type { Params } from "../json_rpc.ts";
import { number, object } from "../wire.ts";

const NONE: Usage = { inputTokens: 0, outputTokens: 0, cacheReadTokens: 0, cacheWriteTokens: 0 };

export class UsageMeter {
  #total: Usage | undefined;
  #base: Usage | undefined;

  /** @param fresh The thread is new, so its totals start at nothing. */
  constructor(fresh: boolean) {
    if (fresh) this.#total = NONE;
  }

  /** The next turn starts. */
  begin(): void {
    this.#base = this.#total;
  }

  /**
   * Takes `thread/tokenUsage/updated`. Only the totals can be trusted: after a broken stream the
   * last request is reported a second time. A resumed thread begins with those of an older turn.
   */
  update(params: Params, ofThisTurn: boolean): void {
    const usage = object(params, "tokenUsage");
    this.#total = breakdown(object(usage, "total"));
    if (!ofThisTurn) this.#base = this.#total;
    // A resumed thread whose totals were not known before: all but the last request is older.
    this.#base ??= subtract(this.#total, breakdown(object(usage, "last")));
  }

  /** Tokens since {@link begin}; undefined when none were reported. */
  turn(): Usage | undefined {
    const usage = this.#total && this.#base && subtract(this.#total, this.#base);
    return usage && Object.values(usage).some((count) => count > 0) ? usage : undefined;
  }
}

/** Codex counts what came from the cache as input too; here the four don't overlap. */
function breakdown(tokens: Params): Usage {
  const read = number(tokens, "cachedInputTokens") ?? 0;
  const written = number(tokens, "cacheWriteInputTokens") ?? 0;
  return {
    inputTokens: Math.max(0, (number(tokens, "inputTokens") ?? 0) - read - written),
    outputTokens: number(tokens, "outputTokens") ?? 0,
    cacheReadTokens: read,
    cacheWriteTokens: written,
  };
}

function subtract(a: Usage, b: Usage): Usage {
  return {
    inputTokens: Math.max(0, a.inputTokens - b.inputTokens),
    outputTokens: Math.max(0, a.outputTokens - b.outputTokens),
    cacheReadTokens: Math.max(0, a.cacheReadTokens - b.cacheReadTokens),
    cacheWriteTokens: Math.max(0, a.cacheWriteTokens - b.cacheWriteTokens),
  };
}

import type { Fault, FaultRule } from "./types.ts";

/** The faults a test has asked for. The first rule that fits a call is applied, and used up by one. */
export class Faults {
  #rules: { rule: FaultRule; left: number }[] = [];

  /** Returns a function that takes the rule away again. */
  add(rule: FaultRule): () => void {
    const entry = { rule, left: rule.times ?? Infinity };
    if (!(entry.left > 0)) {
      throw new RangeError(`times must be at least 1, found ${rule.times}`);
    }
    this.#rules.push(entry);
    return () => {
      this.#rules = this.#rules.filter((other) => other !== entry);
    };
  }

  /** Rules that still wait for a call. */
  get pending(): number {
    return this.#rules.length;
  }

  take(method: string, payload: Record<string, unknown>): Fault | undefined {
    for (const entry of this.#rules) {
      if (!fits(entry.rule, method, payload)) continue;
      entry.left -= 1;
      if (entry.left <= 0) this.#rules = this.#rules.filter((other) => other !== entry);
      return entry.rule.fault;
    }
    return undefined;
  }
}

function fits(rule: FaultRule, method: string, payload: Record<string, unknown>): boolean {
  if (typeof rule.method === "string" && rule.method.toLowerCase() !== method.toLowerCase()) {
    return false;
  }
  // A global or sticky RegExp remembers where it stopped; `search` does not.
  if (rule.method instanceof RegExp && method.search(rule.method) < 0) return false;
  return rule.when === undefined || rule.when(payload);
}

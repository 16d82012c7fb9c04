/** Numbers and how they are shown. */

/** Milliseconds `fn` takes. */
export async function time(fn: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await fn();
  return performance.now() - start;
}

export function median(values: readonly number[]): number {
  return percentile(values, 50);
}

export function percentile(values: readonly number[], percent: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length * percent / 100)] ?? NaN;
}

export interface Line {
  what: string;
  /** As measured, with its unit. */
  value: string;
  /** What it is compared with in the same run, and the ratio. */
  against?: string;
  budget: string;
  /** Whether it is within the budget. */
  ok: boolean;
}

export function ms(value: number): string {
  return value < 10 ? `${value.toFixed(1)} ms` : `${Math.round(value)} ms`;
}

export function show({ what, value, against, budget, ok }: Line): string {
  return `${ok ? "  " : "! "}${what.padEnd(58)} ${value.padStart(9)}  ${
    (against ?? "").padEnd(34)
  } ` +
    `budget ${budget}`;
}

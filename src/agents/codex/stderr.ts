/** What of the stderr of Codex is worth telling. */

/** Warnings of every start, and log lines: `2026-11-23T05:30:33.304914Z ERROR codex_app_server: …`. */
const NOISE = /^(WARNING: proceeding, even though|\d{4}-\d\d-\d\dT\S+Z\s)/;

/**
 * Codex's own words without colours, log lines, the warnings it starts with, and stack traces. When
 * nothing else is there, all of it.
 */
export function saidOnStderr(stderr: string): string {
  // deno-lint-ignore no-control-regex -- colours are control characters
  const plain = stderr.replace(/\x1b\[[0-9;]*m/g, "").trim();
  const words = plain.split(/^Stack backtrace:$/m)[0]!;
  return words.split("\n").filter((line) => !NOISE.test(line)).join("\n").trim() || plain;
}

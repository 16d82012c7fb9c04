/**
 * The line of a program's last words that says why it ended. That is seldom the last one: runtimes
 * add frames of the stack, the place in the source, hints, and their own version.
 */

/** What stands around the reason. */
const NOISE = [
  /^\s*$/,
  // Frames of a stack, and what separates the parts of a report.
  /^\s*at\s/,
  /^\s*\d+:\s+(0x[0-9a-f]+|[\w:<>]+::)/i,
  /^\s*[-=~^|]+[\w\s]*[-=~^|]*\s*$/,
  /^\s*(\d+ \||[{}[\](),;]+\s*$)/,
  // The place in the source, and the place alone.
  /^\s*(file:\/\/)?\/?[\w./@~+-]+:\d+(:\d+)?:?\s*$/,
  /^(Node\.js|Bun|Deno) v\d/,
  /^\s*(note|hint|help): /i,
  /^Stack backtrace:|^stack backtrace:/,
  /^\((node:\d+|Use `node)/,
];

/** A line that begins with the name of an error. */
const NAMED =
  /^(Uncaught |Unhandled |\(in promise\) )*(([\w.$]*(Error|Exception)\b( \[\w+\])?|(fatal( error)?|error|panic)\b)(:|\s*$)|thread '.*' panicked at)/i;
/** A sentence about something that went wrong. */
const TELLING =
  /\b(error|fatal|failed|failure|cannot|could not|unable|corrupt(ed)?|denied|refused|invalid|missing)\b/i;
const PANIC = /panicked at\b[^']*:\d+:?\s*$/;

/** @returns One line, as it was said; empty where nothing was. */
export function errorLine(said: string): string {
  const lines = said.split("\n").map((line) => line.trimEnd())
    .filter((line) => !NOISE.some((noise) => noise.test(line)));
  const named = lines.findLastIndex((line) => NAMED.test(line));
  // Rust says what in the line after the place.
  if (PANIC.test(lines[named] ?? "") && lines[named + 1] !== undefined) {
    return lines[named + 1]!.trim();
  }
  return (lines[named] ?? lines.find((line) => TELLING.test(line)) ?? lines.at(-1) ?? "").trim();
}

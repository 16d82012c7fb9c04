/**
 * The line of a program's last words that says why it ended. That is seldom the last one: runtimes
 * add frames of the stack, the place in the source, hints, and their own version.
 */

/** What stands around the reason. */
const NOISE = [
  /^\s*$/,
  // Frames of a stack, and what separates the parts of a report.
  /^\s*(at|from)\s+\S+/,
  /^\s*\.\.\. \d+ more$/,
  /^\s*\d+:\s+(0x[0-9a-f]+|[\w:<>]+::)/i,
  /^\s*[-=~^|]+[\w\s]*[-=~^|]*\s*$/,
  /^\s*(\d+ \||[{}[\](),;]+\s*$)/,
  // The place in the source, and the place alone.
  /^\s*(file:\/\/)?\/?[\w./@~+-]+:\d+(:\d+)?:?\s*$/,
  /^(Node\.js|Bun|Deno) v\d/,
  /^\s*(note|hint|help): /i,
  /^Stack backtrace:|^stack backtrace:/,
  /^\((node:\d+|Use `node)/,
  // Of npm: which call, which file, where it is written down.
  /^npm (ERR!|error)\s*($|(code|syscall|path|errno|A complete log)\b|\/)/i,
  /^\s*https?:\/\/\S+$/,
];

/** A line that begins with the name of an error. */
const NAMED =
  /^(Uncaught |Unhandled |\(in promise\) )*(([\w.$]*(Error|Exception)\b( \[\w+\])?|(fatal( error)?|error|panic)\b)(\([^)]*\))?(:|\s*$)|thread '.*'( \(\d+\))? panicked at|Exception in thread )/i;
/** A sentence about something that went wrong. */
const TELLING =
  /\b(error|fatal|failed|failure|cannot|could not|unable|corrupt(ed)?|denied|refused|invalid|missing|rejected|terminate called)\b|ERR!/i;
const PANIC = /panicked at\b[^']*:\d+:?\s*$/;

/** What the error was caused by, in the words of Node and of Rust, and what an error with no words holds. */
const CAUSES = [
  /^\s*\[cause\]: (.+)$/m,
  /^Caused by:\n(?:\s+\d+: .*\n)*\s+(?:\d+: )?(.+)$/m,
];
const HELD = /^\s+(?:"message": "(.+)"|(?:\w*Error: .+))/m;

/** @returns One line, as it was said; empty where nothing was. */
export function errorLine(said: string): string {
  // deno-lint-ignore no-control-regex -- colours
  const plain = said.replace(/\u001b\[[\d;]*m/g, "");
  const lines = plain.split("\n").map((line) => line.trimEnd())
    .filter((line) => !NOISE.some((noise) => noise.test(line)));
  const named = lines.findLastIndex((line) => NAMED.test(line));
  // Rust says what in the line after the place.
  if (PANIC.test(lines[named] ?? "") && lines[named + 1] !== undefined) {
    return lines[named + 1]!.trim();
  }
  const line = lines[named] ?? lines.find((line) => TELLING.test(line)) ?? lines.at(-1) ?? "";
  const rest = plain.slice(plain.indexOf(line) + line.length);
  const told = line.replace(/[\s[{]+$/, "");
  if (told.endsWith(":")) {
    const held = HELD.exec(rest);
    return held ? `${told} ${(held[1] ?? held[0]).trim().replace(/ \{$/, "")}` : told.trim();
  }
  const cause = CAUSES.map((each) => each.exec(rest)?.[1]).find((each) => each !== undefined);
  return (cause === undefined ? told : `${told}: ${cause.replace(/ \{$/, "")}`).trim();
}

/**
 * How a log record is written as a line.
 *
 * The implicit context of a record (`withContext` of logtape) may have `op` (`msg`, `cb`, `cron`,
 * `hb`, `wh`), `chat` (chat id, with the topic after a slash) and `session` (session id, of which
 * eight characters are shown). Lines then carry `[op:chat:session]`.
 *
 * @module
 */
import type { LogLevel, LogRecord } from "@logtape/logtape";

/** Names as Python's logging has them; users and tools know the old log by these. */
const LEVELS: Record<LogLevel, string> = {
  trace: "DEBUG",
  debug: "DEBUG",
  info: "INFO",
  warning: "WARNING",
  error: "ERROR",
  fatal: "CRITICAL",
};

const COLOURS: Record<LogLevel, string> = {
  trace: "\x1b[2m",
  debug: "\x1b[2m",
  info: "\x1b[32m",
  warning: "\x1b[33m",
  error: "\x1b[31m",
  fatal: "\x1b[1;31m",
};

/** `HH:MM:SS LEVEL name: [context] message`, in local time. */
export function terminalLine(record: LogRecord, colour: boolean): string {
  const { time } = localTime(record.timestamp);
  const level = LEVELS[record.level];
  const shown = colour ? `${COLOURS[record.level]}${level}\x1b[0m` : level;
  return `${time} ${shown} ${record.category.join(".")}: ${context(record)}${message(record)}\n`;
}

/** `YYYY-MM-DD HH:MM:SS [LEVEL] name:file:line: [context] message`, in local time. */
export function fileLine(record: LogRecord): string {
  const { date, time } = localTime(record.timestamp);
  const at = record.sourceLocation;
  const place = at === undefined ? "" : `:${at.file.split(/[\\/]/).at(-1)}:${at.line}`;
  const name = record.category.join(".") + place;
  return `${date} ${time} [${LEVELS[record.level]}] ${name}: ` +
    `${context(record)}${message(record)}\n`;
}

/**
 * One JSON object: `time` (ISO 8601, UTC), `level`, `logger`, `at` (file and line), `message`, and
 * where there are: `op`, `chat`, `session` (the whole id) and `errors` (stacks).
 */
export function jsonLine(record: LogRecord): string {
  const { op, chat, session } = record.properties;
  const at = record.sourceLocation;
  const errors = errorsOf(record);
  return JSON.stringify({
    time: new Date(record.timestamp).toISOString(),
    level: LEVELS[record.level],
    logger: record.category.join("."),
    ...at !== undefined && { at: `${at.file.split(/[\\/]/).at(-1)}:${at.line}` },
    ...isNamed(op) && { op },
    ...isNamed(chat) && { chat },
    ...isNamed(session) && { session },
    message: text(record),
    ...errors.length > 0 && { errors: errors.map((error) => stack(error)) },
  }) + "\n";
}

function isNamed(value: unknown): value is string | number {
  return (typeof value === "string" && value !== "") || typeof value === "number";
}

function context({ properties: { op, chat, session } }: LogRecord): string {
  const parts = [op, chat, typeof session === "string" ? session.slice(0, 8) : undefined]
    .filter(isNamed);
  return parts.length === 0 ? "" : `[${parts.join(":")}] `;
}

/** The text, then the stacks of the errors in it, indented so that only records begin a line. */
function message(record: LogRecord): string {
  return plain(
    [text(record), ...new Set(errorsOf(record).map((error) => stack(error)))].join("\n"),
  );
}

function text({ message }: LogRecord): string {
  return message.map((part, i) => i % 2 === 0 ? String(part) : show(part)).join("");
}

function errorsOf({ message, properties }: LogRecord): Error[] {
  const parts = [...message, ...Object.values(properties)];
  return [...new Set(parts.filter((part) => part instanceof Error))];
}

function show(value: unknown): string {
  if (typeof value === "string") return value;
  if (value instanceof Error) return `${value.name}: ${value.message}`;
  if (typeof value === "object" && value !== null) {
    return Deno.inspect(value, { breakLength: Infinity, compact: true, colors: false });
  }
  return String(value);
}

/** The stack with every cause; some errors have their message only in the stack or only beside it. */
function stack(error: Error, depth = 0): string {
  const own = error.stack ?? `${error.name}: ${error.message}`;
  if (!(error.cause instanceof Error) || depth > 4) return own;
  return `${own}\nCaused by: ${stack(error.cause, depth + 1)}`;
}

/**
 * Without control characters: a name sent by a stranger must neither colour the terminal nor look
 * like a line of its own.
 */
function plain(text: string): string {
  return text
    .replace(/\r\n?|\n/g, "\n    ")
    .replace(/[\p{Cc}\u2028\u2029]/gu, (char) => char === "\n" || char === "\t" ? char : "�");
}

function localTime(timestamp: number): { date: string; time: string } {
  const now = new Date(timestamp);
  const two = (n: number) => String(n).padStart(2, "0");
  return {
    date: `${now.getFullYear()}-${two(now.getMonth() + 1)}-${two(now.getDate())}`,
    time: `${two(now.getHours())}:${two(now.getMinutes())}:${two(now.getSeconds())}`,
  };
}

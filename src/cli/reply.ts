/**
 * How a command answers: one JSON object when it is piped or asked to with `--json`, text for people
 * on a terminal. Exit codes: 0 well, 1 failed, 2 wrong usage.
 *
 * @module
 */
import { print, printError } from "./output.ts";

/** What a command has to say when it went well. */
export interface Answer {
  /** For programs. */
  json: object;
  /** For people. */
  text: string;
  /** Exit code; default 0. */
  code?: number;
}

/** A failure the user can do something about. `more` goes into the JSON beside `error`. */
export class CommandError extends Error {
  override name = "CommandError";
  constructor(message: string, readonly more: Record<string, unknown> = {}) {
    super(message);
  }
}

export interface ReplyOptions {
  /** `--json` was given. */
  json?: boolean | undefined;
  /** Whether stdout is a terminal. */
  terminal?: () => boolean;
  print?: (text: string) => void;
  printError?: (text: string) => void;
}

/**
 * Runs a command and prints its answer; returns the exit code. An error that is thrown becomes
 * `{"error": …}` on stdout, or its text on stderr for people, and the exit code 1.
 */
export async function answer(
  options: ReplyOptions,
  command: () => Answer | Promise<Answer>,
): Promise<number> {
  const out = options.print ?? print;
  const err = options.printError ?? printError;
  const json = options.json ?? !(options.terminal ?? (() => Deno.stdout.isTerminal()))();
  try {
    const { json: value, text, code = 0 } = await command();
    out(json ? JSON.stringify(value) : text);
    return code;
  } catch (error) {
    const { message, more } = told(error);
    if (json) out(JSON.stringify({ error: message, ...more }));
    else err(`${message}${hints(more)}`);
    return 1;
  }
}

/** What was thrown, as it is told. */
function told(error: unknown): { message: string; more: Record<string, unknown> } {
  const message = error instanceof Error ? error.message : String(error);
  const more = (error as { more?: unknown } | null)?.more;
  return { message, more: typeof more === "object" && more !== null ? { ...more } : {} };
}

/** `hint` is a text, other texts and lists of texts are shown with their names. */
function hints(more: Record<string, unknown>): string {
  return Object.entries(more).flatMap(([key, value]) => {
    const shown = Array.isArray(value) ? value.join(", ") : value;
    if (typeof shown !== "string" || shown === "") return [];
    return key === "hint" ? [`\n${shown}`] : [`\n${key.replaceAll("_", " ")}: ${shown}`];
  }).join("");
}

/**
 * JSON that people write: with comments and commas behind the last entry. What is wrong is said with
 * its place and without the content, which may be a secret; what is changed leaves the rest of the
 * text as it is, comments and all.
 *
 * Most files are plain JSON. For those `JSON.parse` is quicker, and the library is not loaded.
 *
 * @module
 */
import { isDeepStrictEqual } from "node:util";
import type { JSONPath, ParseError } from "jsonc-parser";
import { isObject } from "./shape.ts";

/** A text is not JSON. The message has the place and what stands there, never content. */
export class NotJson extends SyntaxError {
  /** All start at 1 but the offset; the column counts UTF-16 units, as editors do. */
  readonly line: number;
  readonly column: number;
  readonly offset: number;

  constructor(text: string, offset: number, expected: string) {
    const before = text.slice(0, offset).split(/\r\n|\r|\n/);
    const [line, column] = [before.length, before.at(-1)!.length + 1];
    const found = describe(text, offset);
    super(`not JSON at line ${line}, column ${column}: found ${found}, expected ${expected}`);
    this.name = "NotJson";
    this.line = line;
    this.column = column;
    this.offset = offset;
  }
}

/**
 * The value of a text that is JSON, comments and commas behind the last entry allowed.
 *
 * @throws {NotJson} with the first place where it is none
 */
export async function parseJson(text: string): Promise<unknown> {
  return parsePlain(text) ?? await parseCommented(text);
}

/**
 * `text` with another value. Where it has comments (or other things that plain JSON has not), only
 * what differs is changed in it; otherwise, and when there is no text yet, it is laid out anew.
 *
 * @throws {NotJson} the text is not JSON
 */
export async function rewriteJson(text: string | undefined, value: unknown): Promise<string> {
  const anew = JSON.stringify(value, null, 2) + "\n";
  if (text === undefined || parsePlain(text) !== undefined) return anew;
  const { applyEdits, modify } = await import("jsonc-parser");
  const formattingOptions = {
    tabSize: 2,
    insertSpaces: true,
    eol: text.includes("\r\n") ? "\r\n" : "\n",
  };
  // As it will be read: without what JSON leaves out.
  const wanted = JSON.parse(anew);
  let edited = text;
  for (const { path, to, isArrayInsertion } of changes(await parseCommented(text), wanted)) {
    edited = applyEdits(edited, modify(edited, path, to, { formattingOptions, isArrayInsertion }));
  }
  // A key that stands there twice is read at one place and changed at the other.
  const reread = await parseJson(edited).catch(() => undefined);
  return isDeepStrictEqual(reread, wanted) ? edited : anew;
}

/** The object that a text is, plain JSON; `undefined`: it is none. */
export function parseObject(text: string): Record<string, unknown> | undefined {
  const value = parsePlain(text);
  return isObject(value) ? value : undefined;
}

/** `undefined`: it is not plain JSON, whose values are never that. */
export function parsePlain(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

async function parseCommented(text: string): Promise<unknown> {
  const jsonc = await import("jsonc-parser");
  const errors: ParseError[] = [];
  let value: unknown;
  try {
    value = jsonc.parse(text, errors, { allowTrailingComma: true });
  } catch (error) {
    // Nested so deep that the stack ends; nobody writes that by hand.
    if (!(error instanceof RangeError)) throw error;
    throw new NotJson(text, 0, "less nesting");
  }
  const [first] = errors;
  if (!first) return value;
  const { offset, expected } = placeOf(
    text,
    jsonc.printParseErrorCode(first.error),
    first,
  );
  throw new NotJson(text, offset, expected);
}

/** As much of a string as is right, from its quote on. */
// deno-lint-ignore no-control-regex -- JSON forbids just these in a string.
const STRING = /"(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[0-9A-Fa-f]{4}))*/y;

/** What the library misses, by its name for it. */
const EXPECTED: Readonly<Record<string, string>> = {
  PropertyNameExpected: "a key in double quotes",
  ColonExpected: '":"',
  CommaExpected: '"," or the end of the list or object',
  CloseBraceExpected: 'a key in double quotes, or "}"',
  CloseBracketExpected: '"," or "]"',
  EndOfFileExpected: "the end of the file",
  UnexpectedEndOfNumber: "a digit",
  UnexpectedEndOfComment: '"*/"',
  InvalidSymbol: "JSON (texts and keys stand in double quotes)",
};

/** The library names the token; in a string, a number or a comment the place is further on. */
function placeOf(text: string, name: string, { offset, length }: ParseError) {
  if (/^Invalid(?:Unicode|EscapeCharacter|Character)$|^UnexpectedEndOfString$/.test(name)) {
    STRING.lastIndex = offset;
    const end = offset + (STRING.exec(text)?.[0].length ?? 0);
    const expected = text[end] === "\\"
      ? 'an escape that JSON knows (a backslash itself is written "\\\\")'
      : "a closing double quote";
    return { offset: end, expected };
  }
  const expected = EXPECTED[name] ?? "a value";
  return { offset: name.startsWith("UnexpectedEnd") ? offset + length : offset, expected };
}

function describe(text: string, offset: number): string {
  const char = text[offset];
  if (char === undefined) return "the end of the file";
  if (char === "\n" || char === "\r") return "the end of the line";
  if (char < " ") return `the control character ${char.charCodeAt(0)}`;
  if (char === '"') return "a text in double quotes";
  if (/[{}[\],:'`/#\\]/.test(char)) return `"${char}"`;
  if (/[0-9]/.test(char)) return "a digit";
  return /\p{L}/u.test(char) ? "a letter" : "a sign";
}

interface Change {
  path: JSONPath;
  /** `undefined`: it goes. */
  to: unknown;
  isArrayInsertion: boolean;
}

/** What to change, one after the other, so that `from` becomes `to`. */
function changes(from: unknown, to: unknown, path: JSONPath = []): Change[] {
  if (isDeepStrictEqual(from, to)) return [];
  if (Array.isArray(from) && Array.isArray(to)) return listChanges(from, to, path);
  if (!isObject(from) || !isObject(to)) return [{ path, to, isArrayInsertion: false }];
  return [...new Set([...Object.keys(from), ...Object.keys(to)])].flatMap((key) =>
    changes(ownOf(from, key), ownOf(to, key), [...path, key])
  );
}

/** Not what every object has, such as `valueOf`. */
function ownOf(object: Record<string, unknown>, key: string): unknown {
  return Object.hasOwn(object, key) ? object[key] : undefined;
}

/** Entries that stay at the beginning and the end keep their comments. */
function listChanges(from: unknown[], to: unknown[], path: JSONPath): Change[] {
  const least = Math.min(from.length, to.length);
  let start = 0;
  while (start < least && isDeepStrictEqual(from[start], to[start])) start++;
  let end = 0;
  while (end < least - start && isDeepStrictEqual(from.at(-1 - end), to.at(-1 - end))) end++;
  const changed: Change[] = [];
  for (let at = start; at < least - end; at++) {
    changed.push(...changes(from[at], to[at], [...path, at]));
  }
  for (let at = from.length - end - 1; at >= least - end; at--) {
    changed.push({ path: [...path, at], to: undefined, isArrayInsertion: false });
  }
  for (let at = least - end; at < to.length - end; at++) {
    changed.push({ path: [...path, at], to: to[at], isArrayInsertion: true });
  }
  return changed;
}

/** What a text says as JSON; one that is none stays a text. */
export function jsonOrText(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

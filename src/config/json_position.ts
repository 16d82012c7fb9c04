/**
 * Where a text stops being JSON. `JSON.parse` says it in words that differ from one engine version
 * to the next and that quote the content, which may be a secret; this says neither.
 *
 * @module
 */

export interface JsonProblem {
  /** Both start at 1; the column counts UTF-16 units, as editors do. */
  line: number;
  column: number;
  offset: number;
  /** What stands there, without quoting content. */
  found: string;
  expected: string;
}

/** The first place where `text` is not JSON (RFC 8259), or `undefined` when it is. */
export function findJsonProblem(text: string): JsonProblem | undefined {
  try {
    new Scanner(text).document();
    return undefined;
  } catch (error) {
    if (!(error instanceof Unexpected)) throw error;
    const { offset, expected } = error;
    const before = text.slice(0, offset).split(/\r\n|\r|\n/);
    return {
      line: before.length,
      column: before.at(-1)!.length + 1,
      offset,
      found: describe(text, offset),
      expected,
    };
  }
}

class Unexpected extends Error {
  constructor(readonly offset: number, readonly expected: string) {
    super(expected);
  }
}

const BLANK = /[ \t\r\n]*/y;
const NUMBER = /-?(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?/y;
const WORD = /true|false|null/y;
// deno-lint-ignore no-control-regex -- JSON forbids just these in a string.
const PLAIN = /[^"\\\u0000-\u001f]*/y;
const ESCAPE = /\\(["\\/bfnrt]|u[0-9A-Fa-f]{4})/y;
/** Deeper than anything a person writes, and not so deep that the stack ends. */
const MAX_DEPTH = 1000;

class Scanner {
  #at = 0;
  constructor(readonly text: string) {}

  document(): void {
    this.#value(0);
    this.#take(BLANK);
    if (this.#at < this.text.length) this.#fail("the end of the file");
  }

  #value(depth: number): void {
    this.#take(BLANK);
    const char = this.text[this.#at];
    if (depth > MAX_DEPTH) this.#fail("less nesting");
    if (char === "{") this.#items("}", () => this.#entry(depth));
    else if (char === "[") this.#items("]", () => this.#value(depth + 1));
    else if (char === '"') this.#string();
    else if (!this.#take(NUMBER) && !this.#take(WORD)) this.#fail("a value");
  }

  #items(end: "}" | "]", item: () => void): void {
    this.#at++;
    this.#take(BLANK);
    if (this.text[this.#at] === end) return void this.#at++;
    while (true) {
      item();
      this.#take(BLANK);
      const char = this.text[this.#at];
      if (char === end) return void this.#at++;
      if (char !== ",") this.#fail(`"," or "${end}"`);
      this.#at++;
    }
  }

  #entry(depth: number): void {
    this.#take(BLANK);
    if (this.text[this.#at] !== '"') {
      this.#fail("a key in double quotes (and no comma after the last one)");
    }
    this.#string();
    this.#take(BLANK);
    if (this.text[this.#at] !== ":") this.#fail('":"');
    this.#at++;
    this.#value(depth + 1);
  }

  #string(): void {
    this.#at++;
    while (true) {
      this.#take(PLAIN);
      const char = this.text[this.#at];
      if (char === '"') return void this.#at++;
      if (char !== "\\") this.#fail("a closing double quote");
      if (!this.#take(ESCAPE)) {
        this.#fail('an escape that JSON knows (a backslash itself is written "\\\\")');
      }
    }
  }

  #take(pattern: RegExp): boolean {
    pattern.lastIndex = this.#at;
    const match = pattern.exec(this.text);
    if (match === null) return false;
    this.#at += match[0].length;
    return true;
  }

  #fail(expected: string): never {
    throw new Unexpected(this.#at, expected);
  }
}

function describe(text: string, offset: number): string {
  const char = text[offset];
  if (char === undefined) return "the end of the file";
  if (char === "\n" || char === "\r") return "the end of the line";
  if (char < " ") return `the control character ${char.charCodeAt(0)}`;
  if (char === '"') return "a text in double quotes";
  if (/["{}[\],:'`/#\\]/.test(char)) return `"${char}"`;
  if (/[0-9]/.test(char)) return "a digit";
  return /\p{L}/u.test(char) ? "a letter" : "a sign";
}

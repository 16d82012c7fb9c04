/**
 * Tags and text of XML and HTML, in one pass and without failing. The tokenizer is htmlparser2's; its
 * parser, which pairs tags, is not asked: it looks through all that is open at each of them, and the
 * file may be anybody's.
 */
import { Tokenizer } from "htmlparser2";

export type Attributes = ReadonlyMap<string, string>;

export type Token =
  | { type: "text"; text: string }
  | { type: "open"; name: string; attributes: Attributes; closed: boolean }
  | { type: "close"; name: string };

/** So much is looked at before its tokens are given out. */
const CHUNK = 64 * 1024;
const NONE: Attributes = new Map();
/** Elements of HTML whose content is no markup, whatever their tag says. */
const TEXT_ONLY = /^(?:script|style|title|textarea|xmp|iframe|noembed|noframes|plaintext)$/;

/**
 * Names are in lower case in HTML and as they stand in XML. Text that stands together is one token.
 *
 * @param html Whether it is HTML, where scripts and styles hold text only
 */
export function* tokens(source: string, html = false): Generator<Token> {
  const collector = new Collector(source, html);
  const tokenizer = new Tokenizer({ xmlMode: !html, decodeEntities: true }, collector);
  for (let at = 0; at < source.length; at += CHUNK) {
    tokenizer.write(source.slice(at, at + CHUNK));
    yield* collector.taken();
  }
  tokenizer.end();
  yield* collector.taken();
}

/** Makes tokens of what the tokenizer calls out, in places of the source. */
class Collector {
  readonly #source: string;
  readonly #html: boolean;
  #tokens: Token[] = [];
  #text = "";
  #name = "";
  #attributes: Map<string, string> | undefined;
  #attribute = "";
  #value = "";

  constructor(source: string, html: boolean) {
    this.#source = source;
    this.#html = html;
  }

  taken(): Token[] {
    const tokens = this.#tokens;
    this.#tokens = [];
    return tokens;
  }

  ontext(start: number, end: number): void {
    this.#text += this.#source.slice(start, end);
  }

  ontextentity(code: number): void {
    this.#text += String.fromCodePoint(code);
  }

  oncdata(start: number, end: number, offset: number): void {
    this.ontext(start, end - offset);
  }

  onopentagname(start: number, end: number): void {
    this.#name = this.#nameAt(start, end);
    this.#attributes = undefined;
  }

  onattribname(start: number, end: number): void {
    this.#attribute = this.#nameAt(start, end);
    this.#value = "";
  }

  onattribdata(start: number, end: number): void {
    this.#value += this.#source.slice(start, end);
  }

  onattribentity(code: number): void {
    this.#value += String.fromCodePoint(code);
  }

  onattribend(): void {
    this.#attributes ??= new Map();
    if (!this.#attributes.has(this.#attribute)) this.#attributes.set(this.#attribute, this.#value);
  }

  onopentagend(): void {
    this.#open(false);
  }

  onselfclosingtag(): void {
    this.#open(!(this.#html && TEXT_ONLY.test(this.#name)));
  }

  onclosetag(start: number, end: number): void {
    this.#add({ type: "close", name: this.#nameAt(start, end) });
  }

  onend(): void {
    this.#endText();
  }

  oncomment(): void {}
  ondeclaration(): void {}
  onprocessinginstruction(): void {}

  #open(closed: boolean): void {
    this.#add({ type: "open", name: this.#name, attributes: this.#attributes ?? NONE, closed });
  }

  #add(token: Token): void {
    this.#endText();
    this.#tokens.push(token);
  }

  #endText(): void {
    if (this.#text !== "") this.#tokens.push({ type: "text", text: this.#text });
    this.#text = "";
  }

  #nameAt(start: number, end: number): string {
    const name = this.#source.slice(start, end);
    return this.#html ? name.toLowerCase() : name;
  }
}

/** Markdown → tokens. The parsing is marked's; here is only what a chat needs done differently. */
import { type Pair, pairsIn } from "./emphasis.ts";
import { isLiteralBackslash } from "./backslash.ts";
import { Lexer, type Token, Tokenizer, type Tokens } from "marked";

export type { Token, Tokens };

/** Quotes in lists in quotes …; deeper ones no phone can show, and they cost stack. */
const MAX_BLOCK_DEPTH = 12;
const MAX_INLINE_DEPTH = 12;
const MAX_INLINE_LENGTH = 8192;
/** A list that is longer goes on as another one: marked's time for it grows with the square. */
const MAX_LIST_LINES = 1000;
const MAX_LIST_LENGTH = 32_768;

const TABLE_START = /^[^\n]*\n[^\n]*[|:]/;
const URL_START = /^(?:https?:\/\/|ftp:\/\/|www\.)[^\s<]/i;
/** Up to the next character that may begin something. */
const PLAIN_TEXT =
  /^(?:`+|~+|[^`~])(?:(?![\\<!\[`*_~]| {2,8}\n|\b(?:https?:\/\/|ftp:\/\/|www\.))[^])*/i;

/**
 * Reads GitHub-flavoured Markdown, with these differences: HTML is text like any other (a chat has
 * no use for tags, and what stands between them is still Markdown), `~one tilde~` is not struck
 * out (it means "about"), and nesting has a limit beyond which the markers are plain text. What `*`, `_` and `\\` are is
 * decided for a chat (emphasis.ts, backslash.ts); `[^1]` and `[^1]: …` are tokens of type
 * `footnote`.
 */
export function lex(markdown: string): Token[] {
  return new ChatLexer(new ChatTokenizer(footnotesOf(markdown), labelsOf(markdown))).lex(markdown);
}

/** What stands in brackets, other than at the beginning of what may be a definition. */
function labelsOf(markdown: string): Set<string> {
  const found = markdown.matchAll(/^[ \t>]{0,20}\[[^\[\]]{1,200}\]:|\[([^\[\]]{1,200})\]/gm);
  return new Set([...found].flatMap(([, label]) => label === undefined ? [] : normalized(label)));
}

function normalized(label: string): string {
  return label.trim().replace(/\s+/g, " ").toLowerCase();
}

/** Labels that have a note; a number needs none, others could be meant as they are: `[^a-z]`. */
function footnotesOf(markdown: string): Set<string> {
  const notes = markdown.matchAll(/^[ \t>]{0,20}\[\^([^\s\[\]]{1,64})\]:/gm);
  return new Set([...notes].map(([, label]) => label!));
}

class ChatLexer extends Lexer {
  readonly #tokenizer: ChatTokenizer;

  constructor(tokenizer: ChatTokenizer) {
    super({ gfm: true, tokenizer });
    this.#tokenizer = tokenizer;
  }

  /** A paragraph of many pages is read in parts: some searches in it take quadratic time. */
  override inlineTokens(src: string, tokens: Token[] = []): Token[] {
    let rest = src;
    while (rest.length > MAX_INLINE_LENGTH) {
      const part = rest.slice(0, MAX_INLINE_LENGTH);
      const cut = Math.max(part.lastIndexOf("\n"), part.lastIndexOf(" ")) + 1 || part.length;
      this.#inline(rest.slice(0, cut), tokens);
      rest = rest.slice(cut);
    }
    return this.#inline(rest, tokens);
  }

  #inline(src: string, tokens: Token[]): Token[] {
    return this.#tokenizer.reading(src, () => super.inlineTokens(src, tokens));
  }
}

class ChatTokenizer extends Tokenizer {
  #blockDepth = 0;
  #inlineDepth = 0;
  /** The texts that are being read, each inside the one before. */
  readonly #texts: { src: string; pairs?: Map<number, Pair> }[] = [];
  readonly #footnotes: ReadonlySet<string>;
  readonly #labels: ReadonlySet<string>;

  constructor(footnotes: ReadonlySet<string>, labels: ReadonlySet<string>) {
    super();
    this.#footnotes = footnotes;
    this.#labels = labels;
  }

  reading<T>(src: string, read: () => T): T {
    this.#texts.push({ src });
    try {
      return read();
    } finally {
      this.#texts.pop();
    }
  }

  override escape(src: string): Tokens.Escape | undefined {
    const token = super.escape(src);
    const text = this.#texts.at(-1)?.src;
    const isText = token && text !== undefined &&
      isLiteralBackslash(text, text.length - src.length);
    return isText ? { ...token, text: token.raw } : token;
  }

  override def(src: string): Tokens.Def | undefined {
    if (/^ {0,3}\[\^/.test(src)) return undefined;
    const token = super.def(src);
    // A list of sources that nothing refers to is there to be read.
    return token && this.#labels.has(normalized(token.tag)) ? token : undefined;
  }

  override html(): undefined {}

  override tag(): undefined {}

  override table(src: string): Tokens.Table | undefined {
    // marked reads every row before it looks whether the second line has a delimiter at all.
    return TABLE_START.test(src) ? super.table(src) : undefined;
  }

  override url(src: string): Tokens.Link | undefined {
    // Only to keep emphasis out of addresses. Mail addresses need no such care, and marked's search
    // for them reads far ahead at every character.
    return URL_START.test(src) ? super.url(src) : undefined;
  }

  /** As marked's, without its search for mail addresses. */
  override inlineText(src: string): Tokens.Text | undefined {
    const raw = PLAIN_TEXT.exec(src)?.[0];
    return raw === undefined ? undefined : { type: "text", raw, text: raw, escaped: false };
  }

  override blockquote(src: string): Tokens.Blockquote | undefined {
    return this.#inBlock(() => super.blockquote(src));
  }

  override list(src: string): Tokens.List | undefined {
    return this.#inBlock(() => super.list(firstLines(src)));
  }

  override link(src: string): Tokens.Link | Tokens.Image | undefined {
    return this.#inInline(() => super.link(src));
  }

  override reflink(
    src: string,
    links: Parameters<Tokenizer["reflink"]>[1],
  ): Tokens.Link | Tokens.Image | Tokens.Text | undefined {
    return this.#footnote(src) ?? this.#inInline(() => super.reflink(src, links));
  }

  #footnote(src: string): Tokens.Text | undefined {
    const found = /^\[\^([^\s\[\]]{1,64})\]/.exec(src);
    if (!found) return undefined;
    const [reference, label] = found;
    if (!/^\d{1,3}$/.test(label!) && !this.#footnotes.has(label!)) return undefined;
    // Before the note itself stands a colon, which only says that this is the note.
    const { src: text } = this.#texts.at(-1)!;
    const isNote = /(?:^|\n)[ \t]*$/.test(text.slice(0, text.length - src.length).slice(-20));
    const raw = isNote && src[reference.length] === ":" ? `${reference}:` : reference;
    // Of a type of its own, which the types of marked don't provide for here.
    return { type: "footnote", raw, text: label! } as unknown as Tokens.Text;
  }

  override emStrong(src: string, masked: string): Tokens.Em | Tokens.Strong | undefined {
    if (!/^[*_]/.test(src)) return undefined;
    return this.#pair(src, masked, (count) => count === 2 ? "strong" : "em");
  }

  override del(src: string, masked: string): Tokens.Del | undefined {
    return src.startsWith("~~") ? this.#pair(src, masked, () => "del") : undefined;
  }

  #pair<T extends Tokens.Em | Tokens.Strong | Tokens.Del>(
    src: string,
    masked: string,
    type: (count: number) => T["type"],
  ): T | undefined {
    const reading = this.#texts.at(-1);
    if (reading === undefined) return undefined;
    reading.pairs ??= pairsIn(reading.src, masked);
    const at = masked.length - src.length;
    const pair = reading.pairs.get(at);
    if (pair === undefined) return undefined;
    const { count, close } = pair;
    const raw = src.slice(0, close + count - at);
    const text = raw.slice(count, -count);
    return this.#inInline(() =>
      ({ type: type(count), raw, text, tokens: this.lexer.inlineTokens(text) }) as T
    );
  }

  #inBlock<T>(read: () => T | undefined): T | undefined {
    if (this.#blockDepth >= MAX_BLOCK_DEPTH) return undefined;
    this.#blockDepth++;
    try {
      return read();
    } finally {
      this.#blockDepth--;
    }
  }

  #inInline<T>(read: () => T | undefined): T | undefined {
    if (this.#inlineDepth >= MAX_INLINE_DEPTH) return undefined;
    this.#inlineDepth++;
    try {
      return read();
    } finally {
      this.#inlineDepth--;
    }
  }
}

function firstLines(src: string): string {
  let end = 0;
  for (let line = 0; line < MAX_LIST_LINES && end < MAX_LIST_LENGTH; line++) {
    end = src.indexOf("\n", end) + 1;
    if (end === 0) return src;
  }
  return src.slice(0, end);
}

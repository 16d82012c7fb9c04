/** Markdown → tokens. The parsing is marked's; here is only what a chat needs done differently. */
import { Lexer, type Token, Tokenizer, type Tokens } from "marked";

export type { Token, Tokens };

/** Quotes in lists in quotes …; deeper ones no phone can show, and they cost stack. */
const MAX_BLOCK_DEPTH = 12;
const MAX_INLINE_DEPTH = 12;
/**
 * Characters that searches for the closing delimiter may read in vain before emphasis is given up
 * for the rest of a document. An ordinary answer needs a few thousand; without the limit a text of
 * stray asterisks takes time that grows with the square of its length.
 */
const MAX_WASTED_SEARCH = 1_000_000;

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
 * out (it means "about"), and nesting has a limit beyond which the markers are plain text.
 */
export function lex(markdown: string): Token[] {
  return new ChatLexer({ gfm: true, tokenizer: new ChatTokenizer() }).lex(markdown);
}

class ChatLexer extends Lexer {
  /** A paragraph of many pages is read in parts: some searches in it take quadratic time. */
  override inlineTokens(src: string, tokens: Token[] = []): Token[] {
    let rest = src;
    while (rest.length > MAX_INLINE_LENGTH) {
      const part = rest.slice(0, MAX_INLINE_LENGTH);
      const cut = Math.max(part.lastIndexOf("\n"), part.lastIndexOf(" ")) + 1 || part.length;
      super.inlineTokens(rest.slice(0, cut), tokens);
      rest = rest.slice(cut);
    }
    return super.inlineTokens(rest, tokens);
  }
}

class ChatTokenizer extends Tokenizer {
  #blockDepth = 0;
  #inlineDepth = 0;
  #wasted = 0;

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
    return this.#inInline(() => super.reflink(src, links));
  }

  override emStrong(
    src: string,
    masked: string,
    previous?: string,
  ): Tokens.Em | Tokens.Strong | undefined {
    const first = src.charCodeAt(0);
    if (first !== 42 && first !== 95) return undefined;
    return this.#search(src, () => super.emStrong(src, masked, previous));
  }

  override del(src: string, masked: string, previous?: string): Tokens.Del | undefined {
    if (!src.startsWith("~~")) return undefined;
    return this.#search(src, () => super.del(src, masked, previous));
  }

  #search<T extends Tokens.Generic>(src: string, find: () => T | undefined): T | undefined {
    if (this.#wasted > MAX_WASTED_SEARCH) return undefined;
    const token = this.#inInline(find);
    if (token === undefined) this.#wasted += src.length;
    return token;
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

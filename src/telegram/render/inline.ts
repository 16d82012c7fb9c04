/** What stands inside a line: emphasis, code, links. */
import { decodeEntities } from "./html_entities.ts";
import type { Token, Tokens } from "./lexer.ts";
import { linkUrl } from "./links.ts";
import type { RichBuilder } from "./rich.ts";

const SPANS = { strong: "bold", em: "italic", del: "strikethrough" } as const;

export function writeInline(out: RichBuilder, tokens: readonly Token[]): void {
  for (const token of tokens) writeToken(out, token);
}

/** What a token consists of; undefined for one that is just text. */
export function childrenOf(token: Token): Token[] | undefined {
  return "tokens" in token ? token.tokens : undefined;
}

function writeToken(out: RichBuilder, token: Token): void {
  switch (token.type) {
    case "strong":
    case "em":
    case "del":
      out.open({ type: SPANS[token.type] });
      writeInline(out, token.tokens ?? []);
      out.close();
      return;
    case "codespan":
      return out.code(token["text"]);
    case "br":
      return out.write("\n");
    case "escape":
      return out.write(token["text"]);
    case "link":
      return writeLink(out, token as Tokens.Link);
    case "image":
      return writeImage(out, token as Tokens.Image);
    case "checkbox":
      // The list writes it in place of the bullet.
      return;
    default: {
      const children = childrenOf(token);
      if (children) writeInline(out, children);
      else out.write(proseOf(token.raw));
    }
  }
}

/** Line ends stay: in a chat, lines are where the writer put them. `<br>` is the one tag obeyed. */
function proseOf(raw: string): string {
  return decodeEntities(
    raw.replace(/<br\s{0,8}\/?>[ \t]*\n?/gi, "\n").replace(/[ \t]*\n[ \t]*/g, "\n"),
  );
}

function writeLink(out: RichBuilder, { href, text, tokens, autolink }: Tokens.Link): void {
  // Bare addresses are made tappable by the client.
  if (autolink) return out.write(text);
  const address = decodeEntities(href);
  writeTarget(out, address, text === address ? "" : text, () => writeInline(out, tokens));
}

function writeImage(out: RichBuilder, { href, text, tokens }: Tokens.Image): void {
  const write = () => tokens.length > 0 ? writeInline(out, tokens) : out.write(text);
  writeTarget(out, decodeEntities(href), text, write);
}

/** Text that leads somewhere: tappable where Telegram can, otherwise with the address behind it. */
function writeTarget(out: RichBuilder, address: string, text: string, write: () => void): void {
  if (out.inside("text_link")) return write();
  if (text.trim() === "") return out.write(address);
  const url = linkUrl(address);
  if (url !== undefined) {
    out.open({ type: "text_link", url });
    write();
    if (!out.close()) out.write(address);
    return;
  }
  write();
  // A jump inside the document leads nowhere in a chat.
  const shown = address.replace(/^mailto:/i, "");
  if (shown !== "" && shown !== text && !shown.startsWith("#")) out.write(` (${shown})`);
}

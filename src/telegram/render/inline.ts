/** What stands inside a line: emphasis, code, links. */
import { writeProse } from "./file_names.ts";
import { decodeEntities } from "./html_entities.ts";
import type { Token, Tokens } from "./lexer.ts";
import { linkUrl } from "./links.ts";
import type { RichBuilder } from "./rich.ts";

const SUPERSCRIPT = "⁰¹²³⁴⁵⁶⁷⁸⁹";
const SPANS = { strong: "bold", em: "italic", del: "strikethrough" } as const;

export function writeInline(out: RichBuilder, tokens: readonly Token[]): void {
  // A name with an escape in it, as `my\\_file.md`, comes in several tokens.
  let prose = "";
  for (const token of tokens) {
    const text = textOf(token);
    if (text !== undefined) {
      prose += text;
      continue;
    }
    writeProse(out, prose);
    prose = "";
    writeToken(out, token);
  }
  writeProse(out, prose);
}

/** What a token consists of; undefined for one that is just text. */
export function childrenOf(token: Token): Token[] | undefined {
  return "tokens" in token ? token.tokens : undefined;
}

/** What is shown of a token that is just text. */
function textOf(token: Token): string | undefined {
  if (token.type === "escape") return token["text"];
  return token.type === "text" && !childrenOf(token) ? proseOf(token.raw) : undefined;
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
    case "footnote":
      return writeFootnote(out, token["text"]);
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
      else writeProse(out, proseOf(token.raw));
    }
  }
}

/** Line ends stay: in a chat, lines are where the writer put them. `<br>` is the one tag obeyed. */
function proseOf(raw: string): string {
  return decodeEntities(
    raw.replace(/<br\s{0,8}\/?>[ \t]*\n?/gi, "\n").replace(/[ \t]*\n[ \t]*/g, "\n"),
  );
}

/** `[^1]` as ¹, before its note as well; a name stays in brackets. */
function writeFootnote(out: RichBuilder, label: string): void {
  const isNumber = /^\d+$/.test(label);
  out.write(isNumber ? label.replace(/\d/g, (digit) => SUPERSCRIPT[Number(digit)]!) : `[${label}]`);
}

function writeLink(out: RichBuilder, { href, text, tokens, autolink, raw }: Tokens.Link): void {
  // Bare addresses are made tappable by the client.
  if (autolink) return out.write(text);
  const address = decodeEntities(pathOf(raw) ?? href);
  writeTarget(out, address, text === address ? "" : text, () => writeInline(out, tokens));
}

/** The target as it is written when it is a path with backslashes, in which none is an escape. */
function pathOf(raw: string): string | undefined {
  const target = /\]\(<?([^\s<>()]*)>?\)$/.exec(raw)?.[1];
  return target !== undefined && /\\[\p{L}\p{N}]|^[A-Za-z]:\\/u.test(target) ? target : undefined;
}

function writeImage(out: RichBuilder, { href, text, tokens }: Tokens.Image): void {
  const write = () => tokens.length > 0 ? writeInline(out, tokens) : writeProse(out, text);
  writeTarget(out, decodeEntities(href), text, write);
}

/** Text that leads somewhere: tappable where Telegram can, otherwise with the address behind it. */
function writeTarget(out: RichBuilder, address: string, text: string, write: () => void): void {
  if (out.inside("text_link")) return write();
  if (text.trim() === "") return writeProse(out, address);
  const url = linkUrl(address);
  if (url !== undefined) {
    out.open({ type: "text_link", url });
    write();
    if (!out.close()) writeProse(out, address);
    return;
  }
  write();
  // A jump inside the document leads nowhere in a chat.
  const shown = address.replace(/^mailto:/i, "");
  if (shown !== "" && shown !== text && !shown.startsWith("#")) {
    writeProse(out, ` (${shown})`);
  }
}

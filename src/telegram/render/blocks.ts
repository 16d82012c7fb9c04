/** What stands on lines of its own: paragraphs, headings, lists, quotes, code, tables, rules. */
import { childrenOf, writeInline } from "./inline.ts";
import type { Token, Tokens } from "./lexer.ts";
import { linkUrl } from "./links.ts";
import type { RichBuilder } from "./rich.ts";
import { writeTable } from "./table.ts";

const BULLETS = ["•", "◦", "▪"];
/** Of what belongs to a list item, under its first line. Spaces are narrow in a chat's font. */
const ITEM_INDENT = "   ";
const QUOTE_BAR = "│ ";
const RULE = "──────────";
/** Tab stops of 8 columns waste a phone's width, and Telegram would show a tab as one space. */
const TAB = "    ";

export function writeBlocks(out: RichBuilder, tokens: readonly Token[], listDepth = 0): void {
  let previous: Token | undefined;
  let blank = false;
  for (const token of tokens) {
    if (token.type === "space" || (token.type === "code" && token["text"].trim() === "")) {
      blank = true;
      continue;
    }
    if (token.type === "checkbox") continue;
    if (previous !== undefined) out.separate(gapBetween(previous, token, blank));
    writeBlock(out, token, listDepth);
    previous = token;
    blank = /\n[ \t]*\n[ \t]*$/.test(token.raw.slice(-80));
  }
}

/** Line ends between two blocks: as the source has them, but what has a frame needs no air. */
function gapBetween(above: Token, below: Token, blank: boolean): 1 | 2 {
  if (isFramed(above) && isFramed(below)) return 2;
  if (below.type === "heading" && (blank || below["depth"] <= 3)) return 2;
  if (above.type === "heading" && above["depth"] > 1) return 1;
  if (isFramed(above) || isFramed(below)) return 1;
  return blank || above.type === "table" || below.type === "table" ? 2 : 1;
}

function isFramed(token: Token): boolean {
  return token.type === "code" || token.type === "blockquote";
}

function writeBlock(out: RichBuilder, token: Token, listDepth: number): void {
  switch (token.type) {
    case "heading":
      out.open({ type: "bold" });
      writeInline(out, token.tokens ?? []);
      out.close();
      return;
    case "code":
      return out.pre(token["text"].replaceAll("\t", TAB), languageOf(token["lang"]));
    case "blockquote":
      return writeQuote(out, token as Tokens.Blockquote, listDepth);
    case "list":
      return writeList(out, token as Tokens.List, listDepth);
    case "table":
      return writeTable(out, token as Tokens.Table);
    case "hr":
      return out.write(RULE);
    case "def":
      // `[name]: address` says where links lead and is not shown; `[note]: done` is a remark.
      return linkUrl(token["href"]) === undefined ? out.write(token.raw.trim()) : undefined;
    default:
      writeInline(out, childrenOf(token) ?? [token]);
  }
}

/** First word of the line after the fence. */
function languageOf(info: string | undefined): string | undefined {
  return info?.trim().split(/[\s,{]/, 1)[0]?.slice(0, 32) || undefined;
}

/** Telegram's block quote; a bar before each line where it cannot stand: in lists and quotes. */
function writeQuote(out: RichBuilder, quote: Tokens.Blockquote, listDepth: number): void {
  if (listDepth === 0 && !out.inside("blockquote")) {
    out.open({ type: "blockquote" });
    writeBlocks(out, quote.tokens);
    out.close();
    return;
  }
  const prefix = out.prefix;
  out.prefix += QUOTE_BAR;
  writeBlocks(out, quote.tokens, listDepth);
  out.prefix = prefix;
}

function writeList(out: RichBuilder, list: Tokens.List, depth: number): void {
  const prefix = out.prefix;
  const bullet = BULLETS[Math.min(depth, BULLETS.length - 1)]!;
  let number = Number(list.start) - 1;
  for (const [index, item] of list.items.entries()) {
    if (index > 0) out.separate(/\n[ \t]*\n[ \t]*$/.test(list.items[index - 1]!.raw) ? 2 : 1);
    let marker = bullet;
    if (list.ordered) {
      // What is written counts, as long as it counts upwards ("1. 1. 1." means 1, 2, 3).
      const written = /^\s*(\d{1,9})([.)])/.exec(item.raw);
      number = Math.max(number + 1, Number(written?.[1] ?? 0));
      marker = `${number}${written?.[2] ?? "."}`;
    }
    if (item.task) marker = (list.ordered ? `${marker} ` : "") + (item.checked ? "☑" : "☐");
    out.write(marker);
    out.space();
    out.prefix = prefix + ITEM_INDENT;
    writeBlocks(out, item.tokens, depth + 1);
    out.prefix = prefix;
  }
}

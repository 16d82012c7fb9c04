/** What a page says, without what it is made of. */
import { oneLine } from "../../base/text.ts";
import { decode } from "./text.ts";
import { type Document, textDocument } from "./document.ts";
import { Lines } from "./lines.ts";
import { tokens } from "./markup.ts";

const HIDDEN = /^(?:script|style|noscript|template|svg|head|iframe|noembed|noframes)$/;
const PARAGRAPHS =
  /^(?:p|h[1-6]|ul|ol|dl|table|pre|blockquote|section|article|header|footer|figure|form|hr)$/;
const LINES = /^(?:div|li|tr|dt|dd|option|main|nav|aside|caption|figcaption|address)$/;

export function readHtml(bytes: Uint8Array): Document {
  const head = new TextDecoder("latin1").decode(bytes.subarray(0, 2048));
  const charset = /<meta[^>]{0,200}charset\s*=\s*["']?\s*([\w-]+)/i.exec(head)?.[1];
  return textDocument("html", htmlText(decode(bytes, charset).text));
}

/** Headings and list items in the way of Markdown, addresses of links in brackets. */
export function htmlText(source: string): string {
  const out = new Lines();
  let hidden = "";
  let depth = 0;
  let title: string | undefined;
  let inTitle = false;
  let preformatted = 0;
  const links: string[] = [];
  for (const token of tokens(source, true)) {
    if (token.type === "text") {
      if (inTitle) title ??= oneLine(token.text);
      else if (hidden === "") {
        const text = preformatted > 0 ? token.text : token.text.replaceAll(/[ \t\n\f]+/g, " ");
        out.add(preformatted === 0 && out.spaced ? text.trimStart() : text);
      }
      continue;
    }
    const { name } = token;
    const open = token.type === "open";
    if (name === "title") inTitle = open;
    else if (HIDDEN.test(name)) {
      // One may hold another of its kind; a body ends a head that nobody ended.
      if (open && !token.closed && (hidden === "" || hidden === name)) {
        hidden = name;
        depth++;
      } else if (!open && hidden === name && --depth === 0) hidden = "";
    } else if (name === "body" && hidden === "head") {
      hidden = "";
      depth = 0;
    }
    if (hidden !== "") continue;
    if (name === "pre") preformatted = Math.max(0, preformatted + (open ? 1 : -1));
    if (PARAGRAPHS.test(name)) out.end(2);
    else if (LINES.test(name)) out.end(1);
    if (open) {
      if (name === "br") out.break();
      else if (/^h[1-6]$/.test(name)) out.add("#".repeat(Number(name[1])) + " ");
      else if (name === "li") out.add("- ");
      else if (name === "hr") {
        out.add("---");
        out.end(2);
      } else if (name === "img") {
        const alt = token.attributes.get("alt");
        if (alt) out.add(`[image: ${alt}]`);
      } else if (name === "a" && !token.closed) links.push(token.attributes.get("href") ?? "");
    } else if (name === "td" || name === "th") out.add(" | ");
    else if (name === "a") {
      const href = links.pop() ?? "";
      if (/^(?:https?|mailto):/i.test(href) && !out.endsWith(href)) out.add(` (${href})`);
    }
  }
  const body = out.toString().trim();
  return title ? `${title}\n\n${body}` : body;
}

/** What a page says, without what it is made of. */
import { decode } from "./text.ts";
import { type Document, textDocument } from "./document.ts";
import { attribute, tokens } from "./markup.ts";

const HIDDEN = new Set(["script", "style", "noscript", "template", "svg", "head"]);
const PARAGRAPHS =
  /^(?:p|h[1-6]|ul|ol|dl|table|pre|blockquote|section|article|header|footer|figure|form|hr)$/;
const LINES = /^(?:div|li|tr|dt|dd|option|main|nav|aside|caption|figcaption|address|br)$/;

export function readHtml(bytes: Uint8Array): Document {
  const head = new TextDecoder("latin1").decode(bytes.subarray(0, 2048));
  const charset = /<meta[^>]{0,200}charset\s*=\s*["']?\s*([\w-]+)/i.exec(head)?.[1];
  return textDocument("html", htmlText(decode(bytes, charset).text));
}

/** Headings and list items in the way of Markdown, addresses of links in brackets. */
export function htmlText(source: string): string {
  let out = "";
  let hidden = "";
  let depth = 0;
  let title: string | undefined;
  let inTitle = false;
  let preformatted = 0;
  const links: string[] = [];
  const end = (breaks: number) => {
    const plain = out.replace(/[ \t]+$/, "");
    const have = /\n*$/.exec(plain.slice(-2))![0].length;
    out = plain === "" ? "" : plain + "\n".repeat(Math.max(0, breaks - have));
  };
  for (const token of tokens(source, true)) {
    if (token.type === "text") {
      if (inTitle) title ??= token.text.replaceAll(/\s+/g, " ").trim();
      else if (hidden === "") {
        const text = preformatted > 0 ? token.text : token.text.replaceAll(/[ \t\n\f]+/g, " ");
        out += preformatted === 0 && /(?:^|\s)$/.test(out.slice(-1)) ? text.trimStart() : text;
      }
      continue;
    }
    const { name } = token;
    if (name === "title") inTitle = token.type === "open";
    else if (HIDDEN.has(name)) {
      // One may hold another of its kind; a body ends a head that nobody ended.
      if (token.type === "open" && !token.closed && (hidden === "" || hidden === name)) {
        hidden = name;
        depth++;
      } else if (token.type === "close" && hidden === name && --depth === 0) hidden = "";
    } else if (name === "body" && hidden === "head") {
      hidden = "";
      depth = 0;
    }
    if (hidden !== "") continue;
    if (name === "pre") preformatted = Math.max(0, preformatted + (token.type === "open" ? 1 : -1));
    if (PARAGRAPHS.test(name)) end(2);
    else if (name === "br") {
      if (token.type === "open") out = out.replace(/[ \t]+$/, "") + "\n";
    } else if (LINES.test(name)) end(1);
    if (token.type === "open") {
      if (/^h[1-6]$/.test(name)) out += "#".repeat(Number(name[1])) + " ";
      if (name === "li") out += "- ";
      if (name === "hr") out += "---\n\n";
      if (name === "img") {
        const alt = attribute(token.raw, "alt");
        if (alt) out += `[image: ${alt}]`;
      }
      if (name === "a" && !token.closed) links.push(attribute(token.raw, "href") ?? "");
    } else if (name === "td" || name === "th") out += " | ";
    else if (name === "a") {
      const href = links.pop() ?? "";
      if (/^(?:https?|mailto):/i.test(href) && !out.endsWith(href)) out += ` (${href})`;
    }
  }
  const body = out.replaceAll(/ \| *(?=\n|$)/g, "").replaceAll(/\n{3,}/g, "\n\n").trim();
  return title ? `${title}\n\n${body}` : body;
}

/** Text of Word documents (ECMA-376, WordprocessingML). */
import { FileError } from "../file_error.ts";
import { type Document, textDocument } from "./document.ts";
import { tokens } from "./markup.ts";
import type { Zip } from "./zip.ts";

/** Shown in the way of Markdown: headings, list items, tables with bars; notes at the end. */
export function readDocx(zip: Zip): Document {
  const main = zip.text("word/document.xml");
  if (main === undefined) throw new FileError("The document has no text part; it is damaged");
  const notes = ["footnotes", "endnotes"].flatMap((name) => {
    const text = wordText(zip.text(`word/${name}.xml`) ?? "").trim();
    return text === "" ? [] : [`[${name}]\n${text}`];
  });
  return textDocument("docx", [wordText(main), ...notes].join("\n\n"));
}

/** The text of one part of a document. */
export function wordText(xml: string): string {
  const blocks: string[] = [];
  /** Cells and rows of the tables we are in, the innermost last. */
  const tables: { rows: string[]; cells: string[]; cell: string[] }[] = [];
  let paragraph = "";
  let prefix = "";
  let inText = false;
  let fallback = 0;
  const endParagraph = () => {
    const table = tables.at(-1);
    if (table) {
      if (paragraph !== "") table.cell.push(paragraph);
    } else blocks.push(paragraph === "" ? "" : prefix + paragraph);
    paragraph = "";
    prefix = "";
  };
  for (const token of tokens(xml)) {
    // Older programs are offered the same once more.
    if (token.type !== "text" && token.name === "mc:Fallback") {
      fallback += token.type === "close" ? -1 : token.closed ? 0 : 1;
    }
    if (fallback > 0) continue;
    if (token.type === "text") {
      if (inText) paragraph += token.text;
      continue;
    }
    const open = token.type === "open";
    const table = tables.at(-1);
    switch (token.name) {
      case "w:t":
        inText = open && !token.closed;
        break;
      case "w:p":
        if (!open || token.closed) endParagraph();
        break;
      case "w:pStyle": {
        const style = open ? token.attributes.get("w:val") ?? "" : "";
        const level = /^heading\s*([1-6])$/i.exec(style)?.[1];
        if (level) prefix = "#".repeat(Number(level)) + " ";
        else if (/^title$/i.test(style)) prefix = "# ";
        break;
      }
      case "w:numPr":
        if (open && prefix === "") prefix = "- ";
        break;
      case "w:tab":
        // In the properties of a paragraph it is a tab stop.
        if (open && token.attributes.get("w:pos") === undefined) paragraph += "\t";
        break;
      case "w:br":
      case "w:cr":
        if (open) paragraph += "\n";
        break;
      case "w:noBreakHyphen":
        if (open) paragraph += "-";
        break;
      case "w:tbl":
        if (open) tables.push({ rows: [], cells: [], cell: [] });
        else if (table) {
          tables.pop();
          const text = table.rows.join("\n");
          const outer = tables.at(-1);
          if (outer) outer.cell.push(text.replaceAll("\n", " / "));
          else blocks.push(text);
        }
        break;
      case "w:tc":
        if (!open && table) {
          table.cells.push(table.cell.join(" ").replaceAll("\n", " "));
          table.cell = [];
        }
        break;
      case "w:tr":
        if (!open && table) {
          table.rows.push(table.cells.join(" | "));
          table.cells = [];
        }
        break;
    }
  }
  return blocks.join("\n").replaceAll(/\n{3,}/g, "\n\n").trim();
}

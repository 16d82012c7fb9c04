/** Sheets of Excel workbooks (ECMA-376, SpreadsheetML) as CSV. */
import { posix } from "node:path";
import { FileError } from "../file_error.ts";
import type { Document } from "./document.ts";
import { type Attributes, tokens } from "./markup.ts";
import type { Zip } from "./zip.ts";
import { dateStyles, serialDate } from "./xlsx_dates.ts";

/** Columns a sheet may have. */
const MAX_COLUMN = 16_384;
/** Empty rows in between are shown, but no more than these in a row. */
const MAX_GAP = 3;
/** Cells of a sheet, with the empty ones in front of others: few bytes can ask for very many. */
const MAX_CELLS = 5_000_000;

export function readXlsx(zip: Zip): Document {
  const workbook = zip.text("xl/workbook.xml");
  if (workbook === undefined) {
    throw new FileError("The workbook has no list of sheets; it is damaged");
  }
  const targets = new Map(
    elements(zip.text("xl/_rels/workbook.xml.rels") ?? "", "Relationship").map((found) => [
      found.get("Id"),
      posix.join("/xl", found.get("Target") ?? "").slice(1),
    ]),
  );
  const sheets = elements(workbook, "sheet").map((found) => ({
    name: found.get("name") ?? "",
    hidden: (found.get("state") ?? "visible") !== "visible",
    part: absolute(targets.get(found.get("r:id")) ?? ""),
  }));
  const [properties] = elements(workbook, "workbookPr");
  const from1904 = /^(?:1|true)$/.test(properties?.get("date1904") ?? "");
  const dates = dateStyles(zip.text("xl/styles.xml") ?? "");
  let shared: string[] | undefined;
  const context = {
    shared: (index: number) => (shared ??= sharedStrings(zip))[index] ?? "",
    number: (text: string, style: number) => {
      const format = dates[style];
      return format ? serialDate(Number(text), format, from1904) ?? text : text;
    },
  };
  return {
    format: "xlsx",
    unit: "sheet",
    count: sheets.length,
    head: (number) => {
      const { name, hidden } = sheets[number - 1]!;
      return `[sheet ${number}: ${name}${hidden ? ", hidden" : ""}]`;
    },
    page: (number) => sheetText(zip.text(sheets[number - 1]!.part) ?? "", context),
    notes: [`sheets: ${sheets.map(({ name }) => name).join(", ")}`],
  };
}

/** A target may start at the root of the archive. */
function absolute(path: string): string {
  return path.startsWith("xl/xl/") ? path.slice(3) : path;
}

interface Context {
  shared(index: number): string;
  number(text: string, style: number): string;
}

/** Rows as lines of CSV. Formulas show their last result. */
export function sheetText(xml: string, context: Context): string {
  const lines: string[] = [];
  let row: string[] = [];
  let rowNumber = 0;
  let cells = 0;
  let column = 0;
  let type = "n";
  let style = 0;
  let value = "";
  let taking = false;
  for (const token of tokens(xml)) {
    if (token.type === "text") {
      if (taking) value += token.text;
      continue;
    }
    const open = token.type === "open";
    if (token.name === "row") {
      if (open) {
        const number = Number(token.attributes.get("r") ?? rowNumber + 1);
        const gap = Math.min(number - rowNumber - 1, MAX_GAP);
        if (lines.length > 0) { for (let i = 0; i < gap; i++) lines.push(""); }
        rowNumber = number;
        row = [];
        column = 0;
      }
      cells += row.length;
      if (cells > MAX_CELLS) {
        lines.push("[The sheet goes on; it is too large to be shown.]");
        break;
      }
      if (!open || token.closed) lines.push(Array.from(row, (cell) => cell ?? "").join(","));
    } else if (token.name === "c") {
      if (open) {
        column = columnOf(token.attributes.get("r")) ?? column + 1;
        type = token.attributes.get("t") ?? "n";
        style = Number(token.attributes.get("s") ?? 0);
        value = "";
      } else if (column <= MAX_COLUMN) {
        row[column - 1] = quoted(shown(value, type, style, context));
      }
    } else if (token.name === "v" || token.name === "t") taking = open && !token.closed;
  }
  return lines.join("\n").trimEnd();
}

function shown(value: string, type: string, style: number, context: Context): string {
  if (value === "") return "";
  if (type === "s") return context.shared(Number(value));
  if (type === "b") return value === "1" ? "TRUE" : "FALSE";
  return type === "n" ? context.number(value, style) : value;
}

/** 1 for A; undefined when nothing is said. */
function columnOf(reference: string | undefined): number | undefined {
  const letters = /^[A-Z]{1,3}/.exec(reference ?? "")?.[0];
  return letters &&
      [...letters].reduce((sum, char) => sum * 26 + char.charCodeAt(0) - 64, 0) || undefined;
}

function quoted(text: string): string {
  return /[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** What stands in the opening tags of a name. */
function elements(xml: string, name: string): Attributes[] {
  return tokens(xml).flatMap((token) =>
    token.type === "open" && token.name.replace(/^.*:/, "") === name ? [token.attributes] : []
  ).toArray();
}

function sharedStrings(zip: Zip): string[] {
  const found: string[] = [];
  let text = "";
  let taking = false;
  /** How a name is spoken stands beside it. */
  let phonetic = false;
  for (const token of tokens(zip.text("xl/sharedStrings.xml") ?? "")) {
    if (token.type === "text") {
      if (taking && !phonetic) text += token.text;
      continue;
    }
    const open = token.type === "open" && !token.closed;
    if (token.name === "si") {
      if (open) text = "";
      else found.push(token.type === "open" ? "" : text);
    } else if (token.name === "t") taking = open;
    else if (token.name === "rPh") phonetic = open;
  }
  return found;
}

/** Tables, for a screen that shows about 34 characters of fixed width in a line. */
import { writeInline } from "./inline.ts";
import type { Tokens } from "./lexer.ts";
import { type Rich, RichBuilder } from "./rich.ts";
import { displayWidth } from "./width.ts";

/** Columns of a fixed-width font that common phones show in a message without wrapping. */
const PHONE_COLUMNS = 34;
const GAP = "  ";
type Align = Tokens.Table["align"][number];

/** Narrow tables as an aligned code block, wider ones and ones with links row by row. */
export function writeTable(out: RichBuilder, table: Tokens.Table): void {
  const rows = [table.header, ...table.rows];
  const grid = alignedGrid(rows, table.align);
  if (grid !== undefined) out.pre(grid);
  else if (table.rows.length === 0) writeHeaderOnly(out, table.header);
  else writeRows(out, table);
}

/** The table as lines of text; undefined when it is too wide or would lose a link. */
function alignedGrid(rows: Tokens.TableCell[][], align: readonly Align[]): string | undefined {
  const widths: number[] = [];
  const texts: string[][] = [];
  for (const row of rows) {
    const line: string[] = [];
    for (const [column, cell] of row.entries()) {
      const { text, entities } = plainCell(cell);
      if (entities.some((entity) => entity.type === "text_link")) return undefined;
      widths[column] = Math.max(widths[column] ?? 0, displayWidth(text));
      line.push(text);
    }
    texts.push(line);
    if (total(widths) > PHONE_COLUMNS) return undefined;
  }
  const lines = texts.map((row) =>
    row.map((text, column) => pad(text, widths[column]!, align[column] ?? null)).join(GAP).trimEnd()
  );
  if (texts[0]!.some((text) => text !== "")) lines.splice(1, 0, "─".repeat(total(widths)));
  return lines.join("\n");
}

function total(widths: readonly number[]): number {
  return widths.reduce((sum, width) => sum + width, 0) + GAP.length * (widths.length - 1);
}

function pad(text: string, width: number, align: Align): string {
  const missing = width - displayWidth(text);
  const before = align === "right" ? missing : align === "center" ? missing >> 1 : 0;
  return " ".repeat(before) + text + " ".repeat(missing - before);
}

function plainCell(cell: Tokens.TableCell): Rich {
  const out = new RichBuilder();
  writeInline(out, cell.tokens);
  const { text, entities } = out.finish();
  return { text: text.replace(/\s*\n\s*/g, " / ").replaceAll("\t", " "), entities };
}

function writeHeaderOnly(out: RichBuilder, header: readonly Tokens.TableCell[]): void {
  out.open({ type: "bold" });
  for (const [column, cell] of header.entries()) {
    if (column > 0) out.write(" · ");
    writeInline(out, cell.tokens);
  }
  out.close();
}

/** Each row as a paragraph: its first cell as a title, the others as "header: value". */
function writeRows(out: RichBuilder, { header, rows }: Tokens.Table): void {
  for (const row of rows) {
    if (row.every((cell) => cell.text.trim() === "")) continue;
    out.separate(2);
    for (const [column, cell] of row.entries()) {
      if (cell.text.trim() === "") continue;
      out.separate(1);
      if (column === 0) {
        out.open({ type: "bold" });
        writeInline(out, cell.tokens);
        out.close();
        continue;
      }
      const name = header[column];
      if (name !== undefined && name.text.trim() !== "") {
        writeInline(out, name.tokens);
        out.write(": ");
      }
      writeInline(out, cell.tokens);
    }
  }
}

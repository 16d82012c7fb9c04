/** Tables, for a screen that shows about 34 characters of fixed width in a line. */
import { writeInline } from "./inline.ts";
import type { Tokens } from "./lexer.ts";
import { type Rich, RichBuilder } from "./rich.ts";

/** Columns of a fixed-width font that common phones show in a message without wrapping. */
const PHONE_COLUMNS = 34;
const GAP = "  ";
type Align = Tokens.Table["align"][number];

const ASCII = /^[\0-\x7f]*$/;
/** Shown as a picture: so by default, or made so by a variation selector, or a flag. */
const EMOJI = /\p{Emoji_Presentation}|\p{Emoji}\ufe0f|\p{Regional_Indicator}{2}/u;
/** Chinese, Japanese, Korean and the full-width forms. */
const WIDE =
  /[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\ua960-\ua97c\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff01-\uff60\uffe0-\uffe6\u{1b000}-\u{1b2ff}\u{20000}-\u{3fffd}]/u;
const NO_WIDTH = /^[\p{Mn}\p{Me}\p{Cf}]+$/u;

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

/** Columns a text takes in a fixed-width font: East Asian characters and emoji count 2, combining and zero-width ones 0. */
function displayWidth(text: string): number {
  if (ASCII.test(text)) return text.length;
  let width = 0;
  for (
    const { segment } of new Intl.Segmenter(undefined, { granularity: "grapheme" }).segment(text)
  ) {
    if (segment.length === 1 && segment.charCodeAt(0) < 0x300) width++;
    else if (EMOJI.test(segment) || WIDE.test(segment)) width += 2;
    else if (!NO_WIDTH.test(segment)) width++;
  }
  return width;
}

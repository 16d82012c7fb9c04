/** A document as text in pages, and the part of it that is asked for. */
import { counted, cut } from "../../base/text.ts";
import { FileError } from "../file_error.ts";

/** Characters (UTF-16 units) given at once; more would not fit into what the CLIs keep of an output. */
export const DEFAULT_MAX = 20_000;
/** Longest page of a format that has none. */
const PAGE_CHARS = 10_000;

export interface Document {
  /** Such as `pdf`. */
  format: string;
  /** What a page is called; texts have pages only for the sake of paging. */
  unit: "page" | "sheet" | "part";
  /** How many there are, from 1 on. */
  count: number;
  /** The text of one. */
  page(number: number): Promise<string> | string;
  /** What stands before it when several are shown. */
  head?: (number: number) => string;
  /** What else is worth knowing. */
  notes?: string[];
}

export interface Range {
  page?: number;
  /** First character; of the page where one is given, otherwise of the whole. */
  from?: number;
  max?: number;
}

export interface Excerpt {
  text: string;
  from: number;
  /** Behind the last character. */
  to: number;
  /** Pages that are in it, first and last. */
  pages: [number, number];
  /** Whether something follows. */
  more: boolean;
  /** Characters in all, where all was looked at. */
  total?: number;
}

/** @throws {FileError} there is no such page or character */
export async function excerpt(document: Document, range: Range): Promise<Excerpt> {
  const { unit, count, head } = document;
  const { page, from = 0, max = DEFAULT_MAX } = range;
  if (page !== undefined && (page < 1 || page > count)) {
    throw new FileError(
      `There is no ${unit} ${page}; the file has ${counted(count, unit)}`,
    );
  }
  const [start, end] = page === undefined ? [1, count] : [page, page];
  let text = "";
  let at = 0;
  let first = start;
  let last = start;
  for (let number = start; number <= end; number++) {
    const own = await document.page(number);
    const piece = page === undefined
      ? `${head ? `${number > 1 ? "\n\n" : ""}${head(number)}\n` : ""}${own}`
      : own;
    if (at + piece.length > from && text.length < max) {
      if (text === "") first = number;
      last = number;
    }
    text += piece.slice(Math.max(0, from - at), Math.max(0, from - at) + max + 1 - text.length);
    at += piece.length;
    if (text.length > max) break;
  }
  if (from > 0 && from >= at) {
    throw new FileError(`There is no character ${from}; the text has ${at} (the first is 0)`);
  }
  const more = text.length > max;
  text = more ? beginning(text, max) : text;
  return {
    text,
    from,
    to: from + text.length,
    pages: [first, last],
    more,
    ...!more && { total: at },
  };
}

/** Does not end within a character, but is never empty: who reads on gets on. */
function beginning(text: string, max: number): string {
  return cut(text, max) || text.slice(0, max);
}

/** A text in parts that end with lines where they can. */
export function textDocument(
  format: string,
  text: string,
  more: Pick<Document, "notes"> = {},
): Document {
  const parts: string[] = [];
  for (let at = 0; at < text.length;) {
    const slice = beginning(text.slice(at, at + 2 * PAGE_CHARS), PAGE_CHARS);
    const line = slice.lastIndexOf("\n") + 1;
    const part = at + slice.length < text.length && line > PAGE_CHARS / 2
      ? slice.slice(0, line)
      : slice;
    parts.push(part);
    at += part.length;
  }
  return {
    format,
    unit: "part",
    count: Math.max(1, parts.length),
    page: (number) => parts[number - 1] ?? "",
    ...more,
  };
}

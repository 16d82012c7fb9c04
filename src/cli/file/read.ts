/** `ductor file read`: the text of a document, a part at a time. */
import { quotePath } from "../../files/quote.ts";
import { DEFAULT_MAX, excerpt } from "../../files/read/document.ts";
import { readDocument } from "../../files/read/read.ts";
import { answer } from "../reply.ts";
import { open } from "./opened.ts";

export interface ReadOptions {
  json?: boolean;
  page?: number;
  from?: number;
  max?: number;
}

export function read(path: string, options: ReadOptions): Promise<number> {
  return answer(options, async () => {
    const { file, shown } = await open(path);
    const document = await readDocument(file);
    const { page, from, max = DEFAULT_MAX } = options;
    const part = await excerpt(document, {
      max,
      ...page !== undefined && { page },
      ...from !== undefined && { from },
    });
    const { format, unit, count, notes = [] } = document;
    const call = ["ductor file read", quotePath(shown), page === undefined ? "" : `--page ${page}`]
      .filter(Boolean).join(" ");
    const next = part.more
      ? `${call} --from ${part.to}${max === DEFAULT_MAX ? "" : ` --max ${max}`}`
      : undefined;
    const [first, last] = part.pages;
    const json = {
      ...{ path: shown, format },
      ...unit !== "part" && { unit, pages: count, first_page: first, last_page: last },
      ...{ from: part.from, to: part.to, more: part.more },
      ...part.total !== undefined && { total: part.total },
      ...next && { next },
      ...notes.length > 0 && { notes },
      text: part.text,
    };
    const where = unit === "part"
      ? `characters ${part.from} to ${part.to}${
        part.total === undefined ? "" : ` of ${part.total}`
      }`
      : `${unit} ${first === last ? first : `${first} to ${last}`} of ${count}`;
    const foot = [where, ...notes, ...next ? [`more: ${next}`] : []].join("\n");
    return { json, text: `${part.text.trimEnd()}\n\n— ${foot}` };
  });
}

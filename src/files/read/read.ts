/** Reads a file as text, whatever it is. */
import { FileError } from "../file_error.ts";
import { headOf, kindOf } from "../kind.ts";
import type { Found } from "../open.ts";
import { extensionOf } from "../mime.ts";
import { quotePath } from "../quote.ts";
import type { Document } from "./document.ts";

/** Bytes; all of a file is in memory while it is read. */
const MAX_BYTES = 100 * 1024 * 1024;

/** @throws {FileError} there is no text in it; says what to do */
export async function readDocument({ path, name, size }: Found): Promise<Document> {
  const file = quotePath(path);
  const kind = kindOf(name, await headOf(path));
  const refuse = (what: string, hint: string) => new FileError(`${name} is ${what}`, { hint });
  switch (kind) {
    case "empty":
      throw refuse("empty", "Ask the user to send it again.");
    case "image":
      throw refuse("a picture, which has no text to read", `Look at it yourself: open ${path}`);
    case "audio":
      throw refuse("a recording", `What is said in it: ductor file transcribe ${file}`);
    case "video":
      throw refuse("a video", `What is to be seen and heard in it: ductor file video ${file}`);
    case "ole":
      throw refuse(
        "in an office format from before 2007",
        `Convert it: libreoffice --headless --convert-to docx ${file} (xlsx for tables)`,
      );
    case "binary":
      throw refuse("no text", `What it may be: file ${file}`);
  }
  if (size > MAX_BYTES) {
    throw refuse(
      `larger than ${MAX_BYTES >> 20} MB`,
      `Read parts of it in the shell: head, tail, rg, sed -n '1,100p' ${file}`,
    );
  }
  const bytes = await Deno.readFile(path);
  if (kind === "pdf") return await (await import("./pdf.ts")).readPdf(bytes);
  if (kind === "html") return (await import("./html.ts")).readHtml(bytes);
  if (kind === "zip") return await readZip(name, bytes, file);
  const { readText } = await import("./text.ts");
  const extension = extensionOf(name);
  return readText(extension === "csv" || extension === "tsv" ? extension : "text", bytes);
}

async function readZip(name: string, bytes: Uint8Array, file: string): Promise<Document> {
  const { Zip } = await import("./zip.ts");
  const zip = new Zip(bytes);
  if (zip.names.includes("word/document.xml")) return (await import("./docx.ts")).readDocx(zip);
  if (zip.names.includes("xl/workbook.xml")) return (await import("./xlsx.ts")).readXlsx(zip);
  const office = zip.names.some((part) => part === "content.xml" || part.startsWith("ppt/"));
  throw new FileError(
    `${name} is ${office ? "an office document of another kind" : "an archive"}`,
    {
      hint: office
        ? `Convert it: libreoffice --headless --convert-to pdf ${file}`
        : `What is in it: unzip -l ${file}`,
    },
  );
}

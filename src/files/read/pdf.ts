/** Text of PDF documents. */
import { FileError } from "../file_error.ts";
import type { Document } from "./document.ts";

/** Pages looked at to tell a scan from a text. */
const LOOKED_AT = 3;

/** @throws {FileError} it is damaged or has a password */
export async function readPdf(bytes: Uint8Array): Promise<Document> {
  // Loaded here: it is larger than all the rest.
  const { getDocumentProxy } = await import("unpdf");
  const pdf = await getDocumentProxy(bytes, { verbosity: 0 }).catch((error) => {
    if (error?.name === "PasswordException") {
      throw new FileError("The PDF is locked with a password", {
        hint: "Ask the user for it; then: qpdf --password=… --decrypt in.pdf out.pdf",
      });
    }
    throw new FileError(`The PDF cannot be read: ${error?.message ?? error}`, {
      hint: "Ask the user to send it again.",
    });
  });
  const page = async (number: number): Promise<string> => {
    const found = await pdf.getPage(number);
    const { items } = await found.getTextContent();
    found.cleanup();
    const text = items.map((item) => "str" in item ? item.str + (item.hasEOL ? "\n" : "") : "");
    return text.join("").split("\n").map((line) => line.trimEnd()).join("\n").trim();
  };
  let scanned = true;
  for (let number = 1; scanned && number <= Math.min(LOOKED_AT, pdf.numPages); number++) {
    scanned = await page(number) === "";
  }
  return {
    format: "pdf",
    unit: "page",
    count: pdf.numPages,
    page,
    head: (number) => `[page ${number}]`,
    ...scanned && {
      notes: [
        "no text in it, so it is probably a scan: make pictures of the pages and look at them " +
        "(pdftoppm -r 100 -png FILE.pdf page), or read it with ocrmypdf",
      ],
    },
  };
}

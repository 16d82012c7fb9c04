/** Writes the smallest documents of their kinds. */
import { strToU8, zipSync } from "fflate";

/** A PDF with a page for each text; lines of a page are separated by line breaks. */
export function pdfOf(pages: readonly string[]): Uint8Array<ArrayBuffer> {
  const objects: string[] = [];
  const first = 4;
  const ids = pages.map((_, i) => first + i * 2);
  objects[1] = "<< /Type /Catalog /Pages 2 0 R >>";
  objects[2] = `<< /Type /Pages /Count ${pages.length} /Kids [${
    ids.map((id) => `${id} 0 R`).join(" ")
  }] >>`;
  objects[3] = "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>";
  pages.forEach((text, i) => {
    const lines = text === "" ? [] : text.split("\n");
    const content = `BT /F1 12 Tf 50 700 Td ${
      lines.map((line) => `(${line.replaceAll(/[()\\]/g, "\\$&")}) Tj 0 -20 Td`).join(" ")
    } ET`;
    objects[ids[i]!] = "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 600 800] " +
      `/Resources << /Font << /F1 3 0 R >> >> /Contents ${ids[i]! + 1} 0 R >>`;
    objects[ids[i]! + 1] = `<< /Length ${content.length} >>\nstream\n${content}\nendstream`;
  });
  let out = "%PDF-1.4\n";
  const offsets: number[] = [];
  objects.forEach((body, id) => {
    offsets[id] = out.length;
    out += `${id} 0 obj\n${body}\nendobj\n`;
  });
  const xref = out.length;
  out += `xref\n0 ${objects.length}\n0000000000 65535 f \n`;
  for (let id = 1; id < objects.length; id++) {
    out += `${String(offsets[id]).padStart(10, "0")} 00000 n \n`;
  }
  out += `trailer << /Size ${objects.length} /Root 1 0 R >>\nstartxref\n${xref}\n%%EOF\n`;
  return new TextEncoder().encode(out);
}

/** A zip archive of texts. */
export function zipOf(parts: Record<string, string>): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(
    zipSync(Object.fromEntries(Object.entries(parts).map(([name, text]) => [name, strToU8(text)]))),
  );
}

/** @param body what is in `w:body` */
export function docxOf(body: string, more: Record<string, string> = {}): Uint8Array<ArrayBuffer> {
  return zipOf({
    "[Content_Types].xml": "<Types/>",
    "word/document.xml":
      `<?xml version="1.0" encoding="UTF-8"?><w:document><w:body>${body}</w:body></w:document>`,
    ...more,
  });
}

/** @param sheets name and what is in `sheetData` */
export function xlsxOf(
  sheets: readonly (readonly [name: string, data: string])[],
  more: { shared?: string; styles?: string; workbook?: string } = {},
): Uint8Array<ArrayBuffer> {
  const each = (fn: (name: string, id: number) => string) =>
    sheets.map(([name], i) => fn(name, i + 1)).join("");
  return zipOf({
    "[Content_Types].xml": "<Types/>",
    "xl/workbook.xml": `<workbook>${more.workbook ?? ""}<sheets>${
      each((name, id) => `<sheet name="${name}" sheetId="${id}" r:id="rId${id}"/>`)
    }</sheets></workbook>`,
    "xl/_rels/workbook.xml.rels": `<Relationships>${
      each((_, id) => `<Relationship Id="rId${id}" Target="worksheets/sheet${id}.xml"/>`)
    }</Relationships>`,
    ...Object.fromEntries(
      sheets.map((
        [, data],
        i,
      ) => [
        `xl/worksheets/sheet${i + 1}.xml`,
        `<worksheet><sheetData>${data}</sheetData></worksheet>`,
      ]),
    ),
    ...more.shared !== undefined && { "xl/sharedStrings.xml": `<sst>${more.shared}</sst>` },
    ...more.styles !== undefined &&
      { "xl/styles.xml": `<styleSheet>${more.styles}</styleSheet>` },
  });
}

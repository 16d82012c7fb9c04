import assert from "node:assert/strict";
import fc from "fast-check";
import { FileError } from "../file_error.ts";
import { type Document, excerpt, textDocument } from "./document.ts";
import { htmlText } from "./html.ts";
import { readDocument } from "./read.ts";
import { dateFormat, serialDate } from "./xlsx_dates.ts";
import { docxOf, pdfOf, xlsxOf, zipOf } from "../../../tests/support/documents.ts";
import { GIF, JPEG, mp4, OGG, PNG } from "../../../tests/support/media.ts";
import { TempFolder } from "../../../tests/support/temp_folder.ts";

async function documentOf(name: string, content: Uint8Array | string): Promise<Document> {
  await using temp = await TempFolder.make();
  const bytes = typeof content === "string" ? new TextEncoder().encode(content) : content;
  await Deno.writeFile(temp.at(name), bytes);
  return await readDocument({ path: temp.at(name), name, size: bytes.length });
}

async function textOf(name: string, content: Uint8Array | string): Promise<string> {
  return (await excerpt(await documentOf(name, content), { max: 1e6 })).text;
}

const utf16 = (text: string, little: boolean, mark: boolean) => {
  const units = [...(mark ? "\ufeff" : "") + text].map((char) => char.charCodeAt(0));
  return Uint8Array.from(
    units.flatMap((unit) => little ? [unit & 255, unit >> 8] : [unit >> 8, unit & 255]),
  );
};

Deno.test("a PDF is read page by page, with the lines it has", async () => {
  const document = await documentOf("a.pdf", pdfOf(["one\nline two", "", "three (3)"]));
  assert.deepEqual([document.format, document.unit, document.count], ["pdf", "page", 3]);
  assert.equal(await document.page(1), "one\nline two");
  assert.equal(await document.page(3), "three (3)");
  const whole = await excerpt(document, {});
  assert.equal(whole.text, "[page 1]\none\nline two\n\n[page 2]\n\n\n[page 3]\nthree (3)");
  assert.deepEqual(whole.pages, [1, 3]);
  assert.equal(document.notes, undefined);
});

Deno.test("a PDF without any text is said to be a scan; a damaged one to be damaged", async () => {
  const { notes } = await documentOf("scan.pdf", pdfOf(["", ""]));
  assert.match(notes?.join() ?? "", /scan.*pdftoppm/);
  await assert.rejects(documentOf("b.pdf", "%PDF-1.4\nnothing else"), /cannot be read/);
});

Deno.test("a Word document gives headings, lists, tables and notes; nothing twice", async () => {
  const p = (text: string, properties = "") =>
    `<w:p><w:pPr>${properties}</w:pPr><w:r><w:t xml:space="preserve">${text}</w:t></w:r></w:p>`;
  const cell = (text: string) => `<w:tc>${p(text)}</w:tc>`;
  const text = await textOf(
    "a.docx",
    docxOf(
      p("Plan", '<w:pStyle w:val="Heading2"/>') +
        `<w:p><w:pPr><w:tabs><w:tab w:val="left" w:pos="720"/></w:tabs></w:pPr>` +
        `<w:r><w:t>Grüße &amp; </w:t></w:r><w:r><w:t>more</w:t><w:tab/><w:t>x</w:t><w:br/>` +
        `<w:delText>gone</w:delText><w:t>&lt;y&gt;</w:t></w:r></w:p>` +
        p("item", "<w:numPr><w:ilvl/></w:numPr>") +
        `<w:tbl><w:tr>${cell("a")}${cell("b")}</w:tr><w:tr>${cell("c")}${
          cell("d")
        }</w:tr></w:tbl>` +
        `<mc:AlternateContent><mc:Choice>${p("box")}</mc:Choice>` +
        `<mc:Fallback>${p("box")}</mc:Fallback></mc:AlternateContent>`,
      { "word/footnotes.xml": `<w:footnotes>${p("a note")}</w:footnotes>` },
    ),
  );
  assert.equal(
    text,
    "## Plan\nGrüße & more\tx\n<y>\n- item\na | b\nc | d\nbox\n\n[footnotes]\na note",
  );
});

Deno.test("an Excel workbook gives each sheet as CSV, with dates and gaps where they are", async () => {
  const document = await documentOf(
    "a.xlsx",
    xlsxOf([
      [
        "Costs &amp; more",
        '<row r="1"><c r="A1" t="s"><v>0</v></c><c r="C1" t="s"><v>1</v></c></row>' +
        '<row r="3"><c r="A3" s="1"><v>45000</v></c><c r="B3"><f>1+1</f><v>2</v></c>' +
        '<c r="C3" t="b"><v>1</v></c><c r="D3" s="2"><v>0.5</v></c></row>',
      ],
      ["Second", '<row><c t="inlineStr"><is><t>in line</t></is></c><c><v>7</v></c></row>'],
    ], {
      shared: '<si><t>say "hi", you</t></si><si><r><t>ri</t></r><r><t>ch</t></r></si>',
      styles: '<numFmts><numFmt numFmtId="164" formatCode="hh:mm;@"/></numFmts>' +
        '<cellXfs><xf numFmtId="0"/><xf numFmtId="14"/><xf numFmtId="164"/></cellXfs>',
    }),
  );
  assert.deepEqual([document.unit, document.count], ["sheet", 2]);
  assert.deepEqual(document.notes, ["sheets: Costs & more, Second"]);
  assert.equal(
    await document.page(1),
    '"say ""hi"", you",,rich\n\n2023-03-15,2,TRUE,12:00:00',
  );
  assert.equal(await document.page(2), "in line,7");
  assert.match((await excerpt(document, {})).text, /^\[sheet 1: Costs & more\]\n.*\[sheet 2: /s);
});

Deno.test("Excel's days are counted from 1900 or 1904, and formats tell dates from numbers", () => {
  assert.equal(serialDate(1, "date", false), "1900-01-01");
  assert.equal(serialDate(61, "date", false), "1900-03-01");
  assert.equal(serialDate(25569, "date", false), "1970-01-01");
  assert.equal(serialDate(0, "date", true), "1904-01-01");
  assert.equal(serialDate(25569.75, "datetime", false), "1970-01-01 18:00:00");
  assert.equal(serialDate(NaN, "date", false), undefined);
  const formats: [string, string | undefined][] = [
    ["dd.mm.yyyy", "date"],
    ["yyyy-mm-dd hh:mm", "datetime"],
    ["[$-409]h:mm AM/PM", "time"],
    ['0.00 "days"', undefined],
    ["[Red]#,##0", undefined],
    ["[h]:mm", undefined],
    ["General", undefined],
  ];
  for (const [code, format] of formats) assert.equal(dateFormat(code), format, code);
});

Deno.test("a page on the web gives what it says, without scripts and styles", () => {
  assert.equal(
    htmlText(`<!doctype html><html><head><title>The &quot;page&quot;</title><style>p{}</style>
      <script>if (a < b) document.write("<p>no</p>")</script></head><body>
      <!-- <p>hidden</p> --><h2>Head</h2><p>Some <b>bold</b>
      text &amp; a <a href="https://x.example/?a=1&amp;b=2">link</a>.<p>Next<br>line
      <ul><li>one<li>two</ul><table><tr><td>a</td><td>b</td></tr><tr><td>c</td></tr></table>
      <pre>  kept
   so</pre><a href="javascript:x()">no address</a><img src=x alt="A cat"></body></html>`),
    'The "page"\n\n## Head\n\nSome bold text & a link (https://x.example/?a=1&b=2).\n\nNext\nline\n\n' +
      "- one\n- two\n\na | b\nc\n\n  kept\n   so\n\nno address[image: A cat]",
  );
});

Deno.test("reading a page on the web ends, whatever is in it", () => {
  fc.assert(
    fc.property(
      fc.array(
        fc.constantFrom("<", ">", "</", "!--", "p", "script", " a='", '"', "&#0;", "x", "/"),
      ),
      (parts) => typeof htmlText(parts.join("")) === "string",
    ),
  );
});

Deno.test("texts are read in the encoding they are in", async () => {
  const latin = Uint8Array.from([0x47, 0x72, 0xfc, 0xdf, 0x65, 0x20, 0x80]);
  assert.equal(await textOf("a.txt", latin), "Grüße €");
  assert.deepEqual((await documentOf("a.txt", latin)).notes, ["encoding: windows-1252"]);
  for (const little of [true, false]) {
    for (const mark of [true, false]) {
      assert.equal(await textOf("a.csv", utf16("name;Größe\r\n", little, mark)), "name;Größe\n");
    }
  }
  assert.equal(await textOf("a.md", "\ufeff# Ünicode 🎈\r\nx\ry"), "# Ünicode 🎈\nx\ny");
  const page = Uint8Array.from(
    [...'<meta charset="iso-8859-2"><p>', "\xb1", "</p>"].join(""),
    (c) => c.charCodeAt(0),
  );
  assert.equal(await textOf("a.html", page), "ą");
});

Deno.test("what is no text is not read; the error says what to do", async () => {
  const cases: [string, Uint8Array | string, RegExp, RegExp][] = [
    ["a.txt", "", /empty/, /send it again/],
    ["a.pdf", PNG, /picture/, /Look at it yourself/],
    ["a.jpg", JPEG, /picture/, /yourself/],
    ["a.gif", GIF, /picture/, /yourself/],
    ["it's.ogg", OGG, /recording/, /ductor file transcribe '.*it'\\''s\.ogg'/],
    ["a.mp4", mp4, /video/, /ductor file video/],
    ["a.doc", Uint8Array.of(0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1), /before 2007/, /libreoffice/],
    ["a.bin", Uint8Array.of(1, 2, 3, 0, 200, 201), /no text/, /file /],
    ["a.zip", zipOf({ "x.txt": "x" }), /archive/, /unzip -l/],
    ["a.pptx", zipOf({ "ppt/presentation.xml": "x" }), /another kind/, /convert-to pdf/],
  ];
  for (const [name, content, message, hint] of cases) {
    await assert.rejects(documentOf(name, content), (error: FileError) => {
      assert.ok(error instanceof FileError, String(error));
      assert.match(error.message, message);
      assert.match(error.more.hint ?? "", hint);
      return true;
    });
  }
  await assert.rejects(documentOf("a.docx", "PK\x03\x04 cut off"), /damaged/);
});

Deno.test("a document that claims to be gigabytes is not unpacked", async () => {
  const bytes = docxOf("<w:p/>");
  const view = new DataView(bytes.buffer);
  // The size of each part stands 24 bytes behind the mark of its entry in the directory.
  for (let at = 0; at + 28 < bytes.length; at++) {
    if (view.getUint32(at, true) === 0x02014b50) view.setUint32(at + 24, 0x7000_0000, true);
  }
  await assert.rejects(documentOf("bomb.docx", bytes), /more than 256 MB/);
});

Deno.test("parts of any size, one after the other, are the whole text", async () => {
  await fc.assert(fc.asyncProperty(
    fc.array(fc.oneof(fc.string(), fc.constant("🎈\n"), fc.constant("x".repeat(9000)))),
    fc.integer({ min: 2, max: 5000 }),
    async (pieces, max) => {
      const text = pieces.join("");
      const document = textDocument("text", text);
      let joined = "";
      for (let from = 0;;) {
        const part = await excerpt(document, { from, max });
        assert.ok(part.text.length <= max);
        joined += part.text;
        assert.equal(part.to, from + part.text.length);
        from = part.to;
        if (!part.more) {
          assert.equal(part.total, text.length);
          break;
        }
      }
      assert.equal(joined, text);
      const pages = [];
      for (let n = 1; n <= document.count; n++) {
        pages.push((await excerpt(document, { page: n })).text);
      }
      assert.equal(pages.join(""), text);
    },
  ));
});

Deno.test("a page or character that is not there is refused with what is", async () => {
  const document = await documentOf("a.pdf", pdfOf(["one"]));
  await assert.rejects(excerpt(document, { page: 2 }), /no page 2; the file has 1 page$/);
  await assert.rejects(excerpt(document, { from: 500 }), /no character 500; the text has 12/);
});

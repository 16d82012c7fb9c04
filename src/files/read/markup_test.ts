import assert from "node:assert/strict";
import fc from "fast-check";
import { htmlText } from "./html.ts";
import { type Token, tokens } from "./markup.ts";

const open = (name: string, attributes: Record<string, string> = {}, closed = false): Token => ({
  type: "open",
  name,
  attributes: new Map(Object.entries(attributes)),
  closed,
});
const close = (name: string): Token => ({ type: "close", name });
const text = (text: string): Token => ({ type: "text", text });

Deno.test("markup: XML keeps its names, knows its five entities and what closes itself", () => {
  const xml = `<?xml version="1.0"?><!DOCTYPE x><w:P w:val='a"b' Id="&lt;&#x41;"><!-- no -->` +
    `a &amp; b<![CDATA[<c>]]>&nbsp;</w:P><e/>`;
  assert.deepEqual([...tokens(xml)], [
    open("w:P", { "w:val": 'a"b', Id: "<A" }),
    text("a & b<c>&nbsp;"),
    close("w:P"),
    open("e", {}, true),
  ]);
});

Deno.test("markup: HTML has lower case, all named characters, and text only in scripts", () => {
  const html =
    `<A HREF=x?a=1&copy=2 Title='é'>&eacute;&nbsp;&zwnj;&NotEqualTilde;&#0;&nope; <3</A>` +
    `<script>if (a<b) "</p>"</script><title>a<b>&amp;</title><br/>`;
  assert.deepEqual([...tokens(html, true)], [
    open("a", { href: "x?a=1&copy=2", title: "é" }),
    text("é\u00a0\u200c\u2242\u0338\ufffd&nope; <3"),
    close("a"),
    open("script"),
    text('if (a<b) "</p>"'),
    close("script"),
    open("title"),
    text("a<b>&"),
    close("title"),
    open("br", {}, true),
  ]);
});

Deno.test("markup: a script is hidden also when its tag claims to close itself", () => {
  assert.equal(htmlText("<p>a<script/>alert(1)</script>b<iframe><p>c</p></iframe>d"), "abd");
});

Deno.test("markup: it does not matter where the chunks end", () => {
  const piece = fc.constantFrom("<a b='&amp;x'>", "</a>", "&eacute;", "🎈", "<!-- -->", "t", "<");
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 30 }), fc.nat({ max: 40 }), (pieces, before) => {
      const source = pieces.join("");
      // So long that the boundary falls somewhere into it.
      const filling = "x".repeat(64 * 1024 - before);
      const [first, ...rest] = tokens(filling + source, true);
      const [alone, ...others] = tokens(`y${source}`, true);
      assert.equal(
        (first as { text: string }).text.slice(filling.length),
        (alone as { text: string }).text.slice(1),
      );
      assert.deepEqual(rest, others);
    }),
  );
});

Deno.test("markup: the time it takes grows with the length only, whatever is in it", () => {
  for (
    const part of [
      "<b>",
      "</i>",
      "<a ",
      "<a b=c ",
      "&",
      "&amp",
      "<!--",
      "<![CDATA[",
      "<script>",
      "<p x='",
    ]
  ) {
    let count = 0;
    for (const html of [true, false]) {
      for (const _ of tokens(part.repeat(300_000), html)) count++;
    }
    assert.ok(count <= 1_200_000);
  }
});

import assert from "node:assert/strict";
import { parseHtml } from "./html.ts";

const fails = (html: string, what: string) =>
  assert.throws(() => parseHtml(html), { message: `Bad Request: can't parse entities: ${what}` });

Deno.test("html becomes text and entities", () => {
  assert.deepEqual(
    parseHtml(`<b>a</b> &lt;&#65;&amp; <a href="https://x.org/?a=1&amp;b">l</a> <i>c<u>d</u></i>`),
    {
      text: "a <A& l cd",
      entities: [
        { type: "bold", offset: 0, length: 1 },
        { type: "text_link", offset: 6, length: 1, url: "https://x.org/?a=1&b" },
        { type: "underline", offset: 9, length: 1 },
        { type: "italic", offset: 8, length: 2 },
      ],
    },
  );
});

Deno.test("a block of code has its language", () => {
  assert.deepEqual(parseHtml(`<pre><code class="language-ts">x</code></pre>`).entities, [
    { type: "pre", offset: 0, length: 1, language: "ts" },
  ]);
  assert.deepEqual(parseHtml(`<pre>x</pre>`).entities, [{ type: "pre", offset: 0, length: 1 }]);
});

Deno.test("spoilers and quotes are known", () => {
  assert.deepEqual(
    parseHtml(
      `<span class="tg-spoiler">a</span><blockquote expandable>b</blockquote><blockquote>c</blockquote>`,
    ).entities.map((e) => e.type),
    ["spoiler", "expandable_blockquote", "blockquote"],
  );
});

Deno.test("bad html is refused in Telegram's words", () => {
  fails("<h1>x</h1>", `Unsupported start tag "h1" at byte offset 0`);
  fails("ä<div>", `Unsupported start tag "div" at byte offset 2`);
  fails("<b>x", `Can't find end tag corresponding to start tag "b"`);
  fails("x</b>", "Unexpected end tag at byte offset 1");
  fails(
    "<b><i>x</b></i>",
    `Unmatched end tag at byte offset 7, expected "</i>", found "</b>"`,
  );
  fails("a < b", "Unclosed start tag at byte offset 2");
  fails("<span>x</span>", `Tag "span" must have class "tg-spoiler" at byte offset 0`);
});

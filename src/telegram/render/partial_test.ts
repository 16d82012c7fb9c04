import assert from "node:assert/strict";
import { render } from "./mod.ts";
import { assertValidRich, showRich } from "../../../tests/support/rich.ts";

const CASES: [growing: string, shown: string][] = [
  ["a **bol", "a <b>bol</b>"],
  ["a **", "a"],
  ["a **bold*", "a <b>bold</b>"],
  ["a **bold**", "a <b>bold</b>"],
  ["a ***x", "a <b><i>x</i></b>"],
  ["**a *b", "<b>a <i>b</i></b>"],
  ["a ~~b", "a <s>b</s>"],
  ["保留~~「旧", "保留<s>「旧</s>"],
  ["~~删除。~~保", "<s>删除。</s>保"],
  ["a `b", "a <c>b</c>"],
  ["a `", "a"],
  ["a ``b` c", "a <c>b` c</c>"],
  ["**a `b", "<b>a</b> <c>b</c>"],
  ["a [te", "a te"],
  ["a [text]", "a text"],
  ["a [text](", "a text"],
  ["a [text](https://x.o", "a text"],
  ["a [text](https://x.org)", "a <a https://x.org>text</a>"],
  ["a [text] b", "a [text] b"],
  ["a ![alt](https:", "a alt"],
  ["**[te", "<b>te</b>"],
  ["a **[", "a"],
  ["a\n#", "a"],
  ["a\n##", "a"],
  ["a\n-", "a"],
  ["a\n--", "a"],
  ["a\n---", "a"],
  ["a\n\n`", "a"],
  ["a\n\n``", "a"],
  ["a\n\n```", "a"],
  ["a\n\n```py", "a"],
  ["```py\na", "<pre py>a</pre>"],
  ["```py\na\n``", "<pre py>a</pre>"],
  ["- a\n- [", "• a\n•"],
  ["- a\n- [x", "• a\n•"],
  ["- a\n- [x] b", "• a\n☑ b"],
  ["- **a", "• <b>a</b>"],
  ["- **a** b\n- c *d", "• <b>a</b> b\n• c <i>d</i>"],
  ["> a **b", "<q>a <b>b</b></q>"],
  ["## a **b", "<b>a b</b>"],
  ["a\n\n| b", "a"],
  ["a\n\n| b | c |\n", "a"],
  ["a\n\n| b | c |\n|--", "a"],
  ["a\n\n| b | c |\n|---|---|\n", "a\n\n<pre>b  c\n────</pre>"],
  ["| b | c |\n|---|---|\n| **d", "<pre>b  c\n────\nd</pre>"],
  ["a\\", "a"],
  ["2 * 3 is 6", "2 * 3 is 6"],
  ["a *b\nc", "a *b\nc"],
  ["a\ud83d", "a"],
  ["**注意：**请**先", "<b>注意：</b>请<b>先</b>"],
  ["含**「重", "含<b>「重</b>"],
  ["2*3*4", "2*3*4"],
  ["see src/*.t", "see src/*.t"],
  ["Edit __init__.p", "Edit __init__.p"],
  ["C:\\_temp\\.con", "C:\\_temp\\.con"],
  ["**/a/", "**/a/"],
  ["see README.md", "see <c>README.md</c>"],
  ["a[^", "a"],
  ["a[^1", "a"],
  ["a[^1]", "a¹"],
  ["a [^a-z]", "a [^a-z]"],
];

for (const [growing, shown] of CASES) {
  Deno.test(`a growing text looks calm: ${JSON.stringify(growing)}`, () => {
    const rich = render(growing, { partial: true });
    assertValidRich(rich);
    assert.equal(showRich(rich), shown);
  });
}

Deno.test("a growing text never flashes the marks of its formatting", () => {
  const text =
    "# One **two**\n\nThree **four *five* six** `seven` [eight](https://x.org/nine).\n\n" +
    "- **ten**: ~~eleven~~\n- [ ] ***twelve***\n\n| a | **b** |\n|---|:-:|\n| `c` | d |\n\n" +
    "```js\nf(x)\n```\n\n> quote **bold**\n\n## End\n\n---\n\nlast";
  for (let length = 0; length <= text.length; length++) {
    const rich = render(text.slice(0, length), { partial: true });
    assertValidRich(rich);
    assert.doesNotMatch(rich.text, /[*`#\[\]|~>]|---|https/, JSON.stringify(text.slice(0, length)));
  }
});

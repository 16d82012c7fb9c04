import assert from "node:assert/strict";
import { fixText } from "../../bot_api/formatted_text.ts";
import { render } from "./mod.ts";
import { assertValidRich, showRich } from "../../../tests/support/rich.ts";

/** [what, Markdown, shown] with entities as tags. */
type Fixture = [name: string, markdown: string, shown: string];

const FIXTURES: Record<string, Fixture[]> = {
  emphasis: [
    ["bold and italic", "**a** __b__ *c* _d_", "<b>a</b> <b>b</b> <i>c</i> <i>d</i>"],
    ["three asterisks nest", "***x***", "<b><i>x</i></b>"],
    ["nested", "**a *b* c**", "<b>a <i>b</i> c</b>"],
    ["lone asterisks are text", "1 * 2 * 3", "1 * 2 * 3"],
    ["underscores inside words are text", "snake_case_name", "snake_case_name"],
    ["strikethrough takes two tildes", "~~a~~ and ~5 to ~6", "<s>a</s> and ~5 to ~6"],
    ["bold across lines", "**a\nb**", "<b>a\nb</b>"],
    ["bold pauses around code", "**a `b` c**", "<b>a</b> <c>b</c> <b>c</b>"],
    ["escapes", "\\*a\\* \\[b\\]", "*a* [b]"],
    ["hard break", "a  \nb\\\nc", "a\nb\nc"],
    ["line ends stay", "a\nb", "a\nb"],
  ],
  "K8.1 emphasis without spaces around it": [
    ["a colon inside", "**注意：**请先备份。", "<b>注意：</b>请先备份。"],
    ["brackets inside", "含**「重点」**内容", "含<b>「重点」</b>内容"],
    ["quotation marks of any script", "含**“重点”**内容", "含<b>“重点”</b>内容"],
    ["ASCII inside", "**重点(a)**内容*b!*吗", "<b>重点(a)</b>内容<i>b!</i>吗"],
    ["a link inside", "**[链接](https://x.org)**内容", "<a https://x.org><b>链接</b></a>内容"],
    ["other scripts", "**「강조」**는 *เน้น*คำ", "<b>「강조」</b>는 <i>เน้น</i>คำ"],
    [
      "in lists and quotes",
      "- **注：**一\n\n> **注：**二",
      "• <b>注：</b>一\n<q><b>注：</b>二</q>",
    ],
    ["a title with the space forgotten", "**Note:**this", "<b>Note:</b>this"],
    ["first letters", "**F**irst **I**n", "<b>F</b>irst <b>I</b>n"],
    ["struck out", "~~删除。~~保留~~「旧」~~的", "<s>删除。</s>保留<s>「旧」</s>的"],
    ["struck out, a title", "~~注意：~~请 ~~Old:~~new", "<s>注意：</s>请 <s>Old:</s>new"],
    [
      "one around the other",
      "**~~重点~~**字 ~~**x**~~ ~~`y`~~字",
      "<s><b>重点</b></s>字 <b><s>x</s></b> <c>y</c>字",
    ],
  ],
  "K8.2 marks that are characters": [
    [
      "Python's names",
      "__init__, if __name__ == '__main__'",
      "__init__, if __name__ == '__main__'",
    ],
    [
      "names of files and methods",
      "a.__dict__ and __my_x__(self)",
      "a.__dict__ and __my_x__(self)",
    ],
    ["a product", "2*3*4 = 24, 2**3**4, (2)*3*(4)", "2*3*4 = 24, 2**3**4, (2)*3*(4)"],
    ["letters", "a*b*c and a**b + c**d, **kw + 2**x", "a*b*c and a**b + c**d, **kw + 2**x"],
    ["pointers and arguments", "char *a, *b; f(*args, **kw)", "char *a, *b; f(*args, **kw)"],
    ["globs", "src/*.ts, lib/*.ts *.js,*.css", "src/*.ts, lib/*.ts *.js,*.css"],
    ["more globs", "**/a/** foo-*-bar-* *.* *.env*", "**/a/** foo-*-bar-* *.* *.env*"],
    ["schedules", "*/5 * * * * or */10,*/20", "*/5 * * * * or */10,*/20"],
    ["paths", "C:\\_temp\\.config .\\_a\\!b", "C:\\_temp\\.config .\\_a\\!b"],
    ["a server", "\\\\srv\\_x and ^\\.git", "\\\\srv\\_x and ^\\.git"],
    ["a path that a link leads to", "[a](C:\\_t\\.c)", "a (C:\\_t\\.c)"],
    [
      "in a table",
      "|a|b|\n|-|-|\n|2*3*4|src/*.ts|",
      "<pre>a      b\n───────────────\n2*3*4  src/*.ts</pre>",
    ],
    ["in bold text", "**run 2*3*4 in __init__.c**", "<b>run 2*3*4 in __init__.c</b>"],
    ["an escape is still one", "1\\. snake\\_case \\*a\\*", "1. snake_case *a*"],
    ["a bold path", "**src/**: code", "<b>src/</b>: code"],
  ],
  "K8.2 lines that look like definitions": [
    [
      "a log",
      "[INFO]: started\n[INFO]: done\n[WARN]: slow",
      "[INFO]: started\n[INFO]: done\n[WARN]: slow",
    ],
    [
      "sources that nothing refers to",
      "Sources:\n\n[1]: https://x.org/a",
      "Sources:\n\n[1]: https://x.org/a",
    ],
    [
      "one that is referred to",
      "[A  b][c], [C]\n\n[c]: https://x.org",
      "<a https://x.org>A  b</a>, <a https://x.org>C</a>",
    ],
    ["tildes that strike out nothing", "cd ~~ and ~~x, ~/a ~~~a", "cd ~~ and ~~x, ~/a ~~~a"],
  ],
  "K8.3 names of files": [
    ["as code", "See README.md, run deploy.sh.", "See <c>README.md</c>, run <c>deploy.sh</c>."],
    ["with a line", "main.rs:12:3 fails", "<c>main.rs:12:3</c> fails"],
    ["with marks in them", "my\\_a.md __init__.py", "<c>my_a.md</c> <c>__init__.py</c>"],
    ["in a sentence without spaces", "编辑README.md文件", "编辑<c>README.md</c>文件"],
    ["in bold text", "**README.md** is", "<c>README.md</c> is"],
    ["as their own target", "[a.md](a.md) [b](c.md)", "<c>a.md</c> b (<c>c.md</c>)"],
    ["not in links", "[a.md](https://x.org)", "<a https://x.org>a.md</a>"],
    [
      "not in addresses",
      "https://x.org/a.md b@x.pl docs.rs/a",
      "https://x.org/a.md b@x.pl docs.rs/a",
    ],
    ["where nothing would be linked", "main.ts src/a.md x.org", "main.ts src/a.md x.org"],
    ["not at a missing space", "done.So it is", "done.So it is"],
  ],
  "K8.4 footnotes": [
    ["numbers", "a[^1] b[^12]\n\n[^1]: The note.", "a¹ b¹²\n\n¹ The note."],
    ["an address as the note", "a[^1]\n\n[^1]: https://x.org", "a¹\n\n¹ https://x.org"],
    ["names", "a[^n]\n\n[^n]: **b**", "a[n]\n\n[n] <b>b</b>"],
    ["several", "a\n\n[^1]: b\n[^2]: c", "a\n\n¹ b\n² c"],
    ["a colon in a sentence", "see[^1]: it", "see¹: it"],
    ["not a pattern", "use [^a-z] or `[^1]`", "use [^a-z] or <c>[^1]</c>"],
  ],
  code: [
    ["inline", "a `b*c*` d", "a <c>b*c*</c> d"],
    ["inline with spaces inside", "a`` ` ``b", "a<c>`</c>b"],
    ["fence with language", "```ts\nlet a;\n```", "<pre ts>let a;</pre>"],
    ["language with signs", "```c++\nint a;\n```", "<pre c++>int a;</pre>"],
    ["fence attributes are dropped", '```ts title="a"\nx\n```', "<pre ts>x</pre>"],
    ["unclosed fence reaches to the end", "```\na\n\n**b**", "<pre>a\n\n**b**</pre>"],
    ["empty fence shows nothing", "a\n\n```\n```\n\nb", "a\n\nb"],
    ["indentation of the first line stays", "```\n  a\nb\n```", "<pre>  a\nb</pre>"],
    ["tabs are four spaces", "```\n\ta\n```", "<pre>    a</pre>"],
    ["indented", "    a\n    b", "<pre>a\nb</pre>"],
    ["text around", "a\n\n```\nb\n```\n\nc", "a\n<pre>b</pre>\nc"],
    ["two in a row", "```\na\n```\n```\nb\n```", "<pre>a</pre>\n\n<pre>b</pre>"],
    ["not inside a link", "[`a`](https://x.org)", "<a https://x.org>a</a>"],
  ],
  headings: [
    ["bold", "## A\n\ntext", "<b>A</b>\ntext"],
    ["blank line before", "text\n## A", "text\n\n<b>A</b>"],
    ["bold inside is not doubled", "# A **b** c", "<b>A b c</b>"],
    ["small one keeps to the source", "a\n#### B\nc", "a\n<b>B</b>\nc"],
    ["code inside", "# Use `x`", "<b>Use</b> <c>x</c>"],
    ["underlined", "A\n===\n\nb", "<b>A</b>\n\nb"],
  ],
  lists: [
    ["bullets", "- a\n- b", "• a\n• b"],
    ["with asterisks", "* a\n* b", "• a\n• b"],
    ["nested", "- a\n  - b\n    - c\n      - d", "• a\n   ◦ b\n      ▪ c\n         ▪ d"],
    ["numbers", "1. a\n2. b", "1. a\n2. b"],
    ["all ones count up", "1. a\n1. b", "1. a\n2. b"],
    ["a later start is kept", "3. a\n4. b", "3. a\n4. b"],
    ["a jump is kept", "1. a\n5. b", "1. a\n5. b"],
    ["brackets after numbers", "1) a\n2) b", "1) a\n2) b"],
    ["tasks", "- [ ] a\n- [x] b", "☐ a\n☑ b"],
    ["blank lines between items stay", "- a\n\n- b", "• a\n\n• b"],
    ["lines of an item are indented", "- a\n  b", "• a\n   b"],
    [
      "code in an item has no indentation",
      "1. a\n   ```sh\n   b\n   ```\n2. c",
      "1. a\n<pre sh>b</pre>\n2. c",
    ],
    ["bold title", "- **a**: b", "• <b>a</b>: b"],
    ["after a line of text", "a:\n- b", "a:\n• b"],
    ["empty item", "- a\n-\n- b", "• a\n•\n• b"],
    ["quote in an item", "- a\n  > b\n  > c", "• a\n   │ b\n   │ c"],
  ],
  quotes: [
    ["one", "> a\n> b", "<q>a\nb</q>"],
    ["with formatting", "> **a** `b`", "<q><b>a</b> <c>b</c></q>"],
    ["nested", "> a\n> > b", "<q>a\n│ b</q>"],
    ["with code", "> a\n> ```\n> b\n> ```", "<q>a\n<pre>b</pre></q>"],
    ["with a list", "> - a\n> - b", "<q>• a\n• b</q>"],
    ["two", "> a\n\nb\n\n> c", "<q>a</q>\nb\n<q>c</q>"],
    ["empty", ">\n\na", "a"],
  ],
  links: [
    ["web", "[a](https://x.org/b)", "<a https://x.org/b>a</a>"],
    ["telegram", "[a](tg://user?id=1)", "<a tg://user?id=1>a</a>"],
    ["bold inside", "[**a** b](https://x.org)", "<a https://x.org><b>a</b> b</a>"],
    ["bold around", "**[a](https://x.org)**", "<a https://x.org><b>a</b></a>"],
    ["character references", "[a](https://x.org/?b&amp;c)", "<a https://x.org/?b&c>a</a>"],
    ["umlauts are encoded", "[a](https://x.org/ä)", "<a https://x.org/%C3%A4>a</a>"],
    ["a file", "[a.ts](src/a.ts)", "a.ts (src/a.ts)"],
    ["a file named by itself", "[src/a.ts](src/a.ts)", "src/a.ts"],
    ["no dot in the host", "[a](http://localhost:80)", "a (http://localhost:80)"],
    ["mail", "[a](mailto:b@x.org)", "a (b@x.org)"],
    ["script", "[a](javascript:b)", "a (javascript:b)"],
    ["inside the document", "[a](#b)", "a"],
    ["without text", "[](https://x.org)", "https://x.org"],
    ["bare", "see https://x.org/_a_b_ now", "see https://x.org/_a_b_ now"],
    ["in angle brackets", "<https://x.org>", "https://x.org"],
    ["by reference", "[a][b]\n\n[b]: https://x.org", "<a https://x.org>a</a>"],
    ["a remark that looks like a definition", "[note]: done", "[note]: done"],
    ["image", "![a](https://x.org/b.png)", "<a https://x.org/b.png>a</a>"],
    ["image without text", "![](https://x.org/b.png)", "https://x.org/b.png"],
    ["image in a link", "[![a](https://x.org/b)](https://y.org)", "<a https://y.org>a</a>"],
  ],
  "the rest": [
    ["rule", "a\n\n---\n\nb", "a\n\n──────────\n\nb"],
    ["html is text", "<div>**a**</div>", "<div><b>a</b></div>"],
    ["html block", "a\n<details>\nb", "a\n<details>\nb"],
    ["br is a line end", "a<br>b<br/>c", "a\nb\nc"],
    ["character references", "&lt;a&gt; &amp; &#8594; &nope;", "<a> & → &nope;"],
    ["character references of any name", "&hearts; &frac58; &notin; &copy 1", "♥ ⅝ ∉ &copy 1"],
    ["character references to controls", "a&#1;b&#0;c&#xD800;d", "a b\ufffdc\ufffdd"],
    ["not in code", "`&lt;`", "<c>&lt;</c>"],
    ["empty", "", ""],
    ["only white space", " \n\n ", ""],
    ["carriage returns", "a\r\n\r\nb", "a\n\nb"],
    ["half a surrogate pair", "a\ud800b", "a\ufffdb"],
    ["control characters", "a\u0000b\u001bc", "a b c"],
    ["emphasised emoji", "**😀 a**", "<b>😀 a</b>"],
  ],
  tables: [
    [
      "narrow",
      "| A | Bcd |\n|---|---|\n| 1 | 2 |\n| long | 3 |",
      "<pre>A     Bcd\n─────────\n1     2\nlong  3</pre>",
    ],
    [
      "alignment",
      "|a|b|c|\n|:-|-:|:-:|\n|1|2|3|\n|one|two|three|",
      "<pre>a      b    c\n───────────────\n1      2    3\none  two  three</pre>",
    ],
    [
      "wide characters count two",
      "|a|b|\n|-|-|\n|支付|1|\n|😀|2|\n|x|3|",
      "<pre>a     b\n───────\n支付  1\n😀    2\nx     3</pre>",
    ],
    ["markup in cells keeps its text", "|a|\n|-|\n|**b** `c`|", "<pre>a\n───\nb c</pre>"],
    ["ragged rows", "|a|b|\n|-|-|\n|1|\n|2|3|4|", "<pre>a  b\n────\n1\n2  3</pre>"],
    ["header only", "|a|b|\n|-|-|", "<pre>a  b\n────</pre>"],
    ["empty headers", "| | |\n|-|-|\n|a|b|", "<pre>a  b</pre>"],
    ["line ends in cells", "|a|\n|-|\n|b<br>c|", "<pre>a\n─────\nb / c</pre>"],
    [
      "wide: a paragraph for each row",
      "|Name|What it does for you|Why\n|-|-|-|\n|`a`|Something that is long enough|x **y**|\n|b|Other|",
      "<c>a</c>\nWhat it does for you: Something that is long enough\nWhy: x <b>y</b>\n\n<b>b</b>\nWhat it does for you: Other",
    ],
    [
      "with links: never narrow",
      "|a|b|\n|-|-|\n|c|[d](https://x.org)|",
      "<b>c</b>\nb: <a https://x.org>d</a>",
    ],
    [
      "wide header only",
      "|A long header of a table|Another long header|\n|-|-|",
      "<b>A long header of a table · Another long header</b>",
    ],
    [
      "wide with empty cells and headers",
      "||A header that is really long|\n|-|-|\n|a|and a value that is longer than that|\n||b|\n|||",
      "<b>a</b>\nA header that is really long: and a value that is longer than that\n\nA header that is really long: b",
    ],
    ["between text", "a\n\n|b|\n|-|\n|c|\n\nd", "a\n\n<pre>b\n─\nc</pre>\n\nd"],
  ],
};

for (const [group, fixtures] of Object.entries(FIXTURES)) {
  for (const [name, markdown, shown] of fixtures) {
    Deno.test(`render shows ${group}: ${name}`, () => {
      const rich = render(markdown);
      assertValidRich(rich);
      assert.equal(showRich(rich), shown);
    });
  }
}

Deno.test("K8.3 Telegram finds no link in names of files, and still those that are meant", () => {
  const markdown =
    "See README.md, `a.py`, **deploy.sh** and [b.md](b.md):\n\n| Name | What it does for you |" +
    "\n|-|-|\n| main.rs | runs setup.py and what else there is |\n\n# CHANGES.md\n\nx.org";
  for (const partial of [false, true]) {
    const { text, entities } = render(markdown, { partial });
    const links = fixText(text, entities).entities.filter(({ type }) => type === "url");
    const shown = links.map(({ offset, length }) => text.slice(offset, offset + length));
    assert.deepEqual(shown, ["x.org"]);
  }
});

Deno.test("render survives nesting and repetition that no stack or patience would", () => {
  const size = 50_000;
  const patterns = [">", "> ", "[", "![", "*", "**a ", "*a**b", "_a_", "`", "``a` ", "~~a~~", "- "];
  patterns.push("1. > - ", "[a](", "[a](b)", "<", "a\n-\n", "|a", "|\n", "\\", "&amp;", "# ", "\t");
  for (const pattern of patterns) {
    const text = pattern.repeat(size / pattern.length);
    assertValidRich(render(text));
    assertValidRich(render(text, { partial: true }));
  }
  const deep = Array.from({ length: 200 }, (_, depth) => " ".repeat(depth * 2) + "- a").join("\n");
  assertValidRich(render(deep));
  assert.equal(render("**a** ".repeat(4000)).entities.length, 4000);
});

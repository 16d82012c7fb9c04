import assert from "node:assert/strict";
import fc from "fast-check";
import { readEntities } from "../../src/bot_api/entity_input.ts";
import { fixText } from "../../src/bot_api/formatted_text.ts";
import { render, type Rich, split, stripMarkers } from "../../src/telegram/render/mod.ts";
import { assertValidRich, showRich } from "../support/rich.ts";

const FRAGMENTS = [
  ..."*_~`[]()<>|#-+\\!&\n \t\u00a0",
  ...[
    "**",
    "***",
    "__",
    "~~",
    "``",
    "```",
    "```ts\n",
    "~~~\n",
    "\n```\n",
    "\n\n",
    "  \n",
    "> ",
    "> > ",
  ],
  ...[
    "- ",
    "1. ",
    "  - ",
    "    ",
    "- [x] ",
    "# ",
    "### ",
    "---\n",
    "===\n",
    "| a | b |\n",
    "|-|-|\n",
  ],
  ...["[a](https://x.org)", "![b](c)", "](", "<br>", "<b>", "&amp;", "&#0;", "https://x.org/_a_"],
  ...[
    "word",
    "a. b",
    "😀",
    "👨‍👩‍👧",
    "支付",
    "e\u0301",
    "\u200b",
    "\ud800",
    "\udc00",
    "\r\n",
    "\u0000",
  ],
  ...[
    "[button:A]",
    "[button:",
    "<file:/a>",
    "<file:",
    "[a]: b\n",
    "[a]: https://x.org\n",
    "\u2028",
  ],
];
const markdown = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.array(fc.constantFrom(...FRAGMENTS), { maxLength: 60 }).map((parts) =>
      parts.join("")
    ),
  },
  { weight: 1, arbitrary: fc.string({ unit: "binary", maxLength: 80 }) },
  { weight: 1, arbitrary: fc.string({ unit: "grapheme", maxLength: 80 }) },
);
const runs = { numRuns: 1500 };

Deno.test("any text renders to what Telegram accepts, whole or growing", () => {
  fc.assert(
    fc.property(markdown, fc.boolean(), (text, partial) => {
      assertValidRich(render(text, { partial }));
    }),
    runs,
  );
});

Deno.test("every beginning of any text renders", () => {
  fc.assert(
    fc.property(markdown, (text) => {
      for (let length = 0; length <= text.length; length++) {
        assertValidRich(render(text.slice(0, length), { partial: true }));
      }
    }),
    { numRuns: 100 },
  );
});

Deno.test("split loses nothing but white space at the cuts, and every piece is valid", () => {
  fc.assert(
    fc.property(
      fc.array(markdown, { maxLength: 8 }),
      fc.integer({ min: 2, max: 120 }),
      (texts, limit) => {
        const rich = render(texts.join("\n\n"));
        const pieces = split(rich, limit);
        let at = 0;
        for (const piece of pieces) {
          assertValidRich(piece, { maxLength: limit, maxEntities: 100 });
          assert.notEqual(piece.text.trim(), "");
          const found = rich.text.indexOf(piece.text, at);
          assert.ok(found >= 0, "a piece is not from the text");
          assertInvisible(rich.text.slice(at, found));
          assertSameFormatting(rich, piece, found);
          at = found + piece.text.length;
        }
        assertInvisible(rich.text.slice(at));
      },
    ),
    runs,
  );
});

Deno.test("a server as strict as Telegram takes every piece as it is", () => {
  fc.assert(
    fc.property(fc.array(markdown, { maxLength: 8 }), (texts) => {
      for (const piece of split(render(texts.join("\n\n")), 200)) {
        const taken = fixText(piece.text, readEntities(piece.entities), { detect: false });
        // It may move the start of a block whose first line is indented: nothing is lost by that
        // but the indentation. And these it takes away, so that what stands behind them moves.
        if (piece.entities.some((entity) => /^\s/.test(piece.text.slice(entity.offset)))) continue;
        if (/[\t\u2028-\u202e\u0333\u033f\u030a]/.test(piece.text)) continue;
        assert.equal(taken.text, piece.text);
        assertSameFormatting(taken, piece, 0);
      }
    }),
    runs,
  );
});

Deno.test("pieces but the last stay the same while any text grows", () => {
  fc.assert(
    fc.property(markdown, fc.integer({ min: 10, max: 40 }), fc.nat(), (text, limit, seed) => {
      const { text: full } = render(text.repeat(3));
      const whole = split({ text: full, entities: [] }, limit);
      const length = seed % (full.length + 1);
      const grown = split({ text: full.slice(0, length), entities: [] }, limit);
      assert.deepEqual(grown.slice(0, -1), whole.slice(0, Math.max(0, grown.length - 1)));
    }),
    runs,
  );
});

Deno.test("stripMarkers only takes away, and holds back only what the text ends in", () => {
  fc.assert(
    fc.property(markdown, (text) => {
      const streamed = stripMarkers(text, { streaming: true });
      assert.ok(isSubsequence(streamed.markdown, text), "text appeared that was not there");
      assert.ok(isSubsequence(stripMarkers(text).markdown, text));
      const goesOn = `${text}\nand on`;
      assert.deepEqual(stripMarkers(goesOn, { streaming: true }), stripMarkers(goesOn));
    }),
    runs,
  );
});

function isSubsequence(part: string, whole: string): boolean {
  let at = 0;
  for (const unit of part.split("")) {
    at = whole.indexOf(unit, at) + 1;
    if (at === 0) return false;
  }
  return true;
}

/** White space and what shows nothing: all that a cut may drop. */
function assertInvisible(text: string): void {
  assert.doesNotMatch(text, /[^\s\p{Default_Ignorable_Code_Point}\u2800\ufff9-\ufffc]/u);
}

/** Each visible character of the piece has the formatting it has in the whole. */
function assertSameFormatting(whole: Rich, piece: Rich, offset: number): void {
  const at = (rich: Rich, index: number) =>
    rich.entities.filter((entity) =>
      entity.offset <= index && index < entity.offset + entity.length
    )
      .map((entity) => entity.type).sort();
  for (let index = 0; index < piece.text.length; index++) {
    if (/\s/.test(piece.text[index]!)) continue;
    assert.deepEqual(at(piece, index), at(whole, offset + index));
  }
}

/** What agents write in plain text that is no formatting, whatever it holds. */
const LITERALS = [
  ...["__init__.py", "__main__", "2*3*4", "2**10", "a*b", "src/*.ts", "**/*.md", "*.log", "*"],
  ...["C:\\_temp\\.config", ".\\_a\\b", "\\\\srv\\_x", "^\\.git", "snake_case_", "x_y", "f(*args)"],
  ...["*ptr,", "a.__dict__", "*/5", "README.md", "deploy.sh:12", "main.rs", "[^a-z]", "~5", "= 24"],
  ...["支付。", "「重点」", "word", "(see", "that)", "it's", "1.5", "**kw)", "v1.2"],
];
const literal = fc.array(fc.constantFrom(...LITERALS), { minLength: 1, maxLength: 8 });

Deno.test("K8.2 any mixture of names, paths, globs and formulas stays as it is, in text and in bold", () => {
  fc.assert(
    fc.property(literal, (words) => {
      // In front of it, so that no line begins a list or a quote.
      const text = `see ${words.join(" ")} end`;
      const rich = render(text);
      assertValidRich(rich);
      assert.equal(rich.text, text);
      assert.ok(rich.entities.every(({ type }) => type === "code"), showRich(rich));
      // Of a text that grows, `*ptr` may be the beginning of something.
      if (!/[ (]\*+[a-z]/.test(text)) {
        assert.equal(render(`${text} and`, { partial: true }).text, `${text} and`);
      }
      assert.equal(split(rich, 20).map((piece) => piece.text).join(" "), text);
    }),
    runs,
  );
});

const INLINE = [
  ..."*_~\\(){}.,:/ \n",
  "**",
  "__",
  "***",
  "~~",
  "a",
  "Bc",
  "12",
  "注",
  "：",
  "「",
  "」",
  "é",
  "😀",
];

Deno.test("K8.2 what is missing in any text is only marks that became an entity", () => {
  fc.assert(
    fc.property(fc.array(fc.constantFrom(...INLINE), { maxLength: 40 }), (parts) => {
      const text = `x${parts.join("").replace(/\n+/g, " ")}x`;
      const { text: shown, entities } = render(text);
      const unmarked = (from: string) => from.replace(/[*_~\\\s]/g, "");
      assert.equal(unmarked(shown), unmarked(text));
      const count = (from: string) => from.match(/[*_]/g)?.length ?? 0;
      if (entities.length === 0) assert.equal(count(shown), count(text), text);
    }),
    { numRuns: 5000 },
  );
});

const MARKS = [["**", "bold"], ["*", "italic"], ["~~", "strikethrough"]] as const;

Deno.test("K8.1 bold, italic and struck out of any text without spaces are formatting, whatever stands around", () => {
  const dense = fc.array(fc.constantFrom(..."注意请先备份重点。，：「」《》（）！？、"), {
    minLength: 1,
    maxLength: 6,
  }).map((parts) => parts.join(""));
  fc.assert(
    fc.property(
      dense,
      dense,
      dense,
      fc.constantFrom(...MARKS),
      (before, inside, after, [mark, type]) => {
        const expected = [{ type, offset: before.length, length: inside.length }];
        const text = before + inside + after;
        const markdown = before + mark + inside + mark + after;
        assert.deepEqual(render(markdown), { text, entities: expected });
        assert.deepEqual(render(markdown, { partial: true }), { text, entities: expected });
      },
    ),
    runs,
  );
});

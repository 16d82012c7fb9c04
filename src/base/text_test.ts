import assert from "node:assert/strict";
import fc from "fast-check";
import { agoOf, counted, cut, duration, oneLine, shorten, shortenMiddle, sizeOf } from "./text.ts";

const family = "👨‍👩‍👧‍👦";
const bits = ["a", " ", "é", "e\u0301", "😀", "👍🏽", "🇩🇪", family, "각", "\r\n", "…"];
const anyText = fc.array(fc.oneof(fc.constantFrom(...bits), fc.string({ unit: "grapheme" })))
  .map((parts) => parts.join(""));
const segmenter = new Intl.Segmenter(undefined, { granularity: "grapheme" });
const boundaries = (text: string) => new Set([...segmenter.segment(text)].map((s) => s.index));

Deno.test("shorten: no longer than asked, never half a character, at either end", () => {
  fc.assert(fc.property(anyText, fc.integer({ min: 1, max: 80 }), (text, most) => {
    const start = shorten(text, most);
    const end = shorten(text, most, { keep: "end" });
    if (text.length <= most) return assert.deepEqual([start, end], [text, text]);
    assert.ok(start.length <= most && end.length <= most);
    assert.ok(start.isWellFormed() && end.isWellFormed());
    const whole = boundaries(text).add(text.length);
    assert.ok(text.startsWith(start.slice(0, -1)) && whole.has(start.length - 1));
    assert.ok(text.endsWith(end.slice(1)) && whole.has(text.length - end.length + 1));
  }));
});

Deno.test("shorten: keeps all it has room for", () => {
  assert.equal(shorten("abcdef", 4), "abc…");
  assert.equal(shorten("abcdef", 4, { keep: "end" }), "…def");
  assert.equal(shorten("abcdef", 6), "abcdef");
  assert.equal(shorten("abcdef", 5, { mark: " […]" }), "a […]");
  assert.equal(shorten(`ab${"😀".repeat(3)}`, 4), "ab…");
  assert.equal(shorten(`${family}${family}`, 13), `${family}…`);
  assert.equal(shorten("🇩🇪".repeat(50), 100), `${"🇩🇪".repeat(24)}…`);
});

Deno.test("shorten: a character without end is cut all the same, between its code points", () => {
  const zalgo = `a${"\u0301".repeat(500)}`;
  assert.equal(shorten(zalgo, 60).length, 60);
  const chained = "👨\u200d".repeat(500);
  assert.ok(shorten(chained, 60).isWellFormed());
  assert.ok(shorten(chained, 60).length >= 58);
  assert.ok(shorten(chained, 60, { keep: "end" }).isWellFormed());
});

Deno.test("cut: the beginning, without a mark and without half a character", () => {
  assert.equal(cut("abc", 2), "ab");
  assert.equal(cut("a😀", 2), "a");
  assert.equal(cut("a😀", 3), "a😀");
});

Deno.test("shortenMiddle: names keep their ending", () => {
  const name = `${"very ".repeat(20)}long name.tar.gz`;
  const short = shortenMiddle(name, 26);
  assert.equal(short.length, 26);
  assert.match(short, /^very very.*….*\.tar\.gz$/);
  assert.equal(shortenMiddle("short.txt", 26), "short.txt");
});

Deno.test("shortenMiddle: names are not cut within what a reader sees as one character", () => {
  const short = shortenMiddle(family.repeat(30), 10);
  assert.ok(short.isWellFormed());
  assert.equal(short.replace("…", ""), family.repeat(9));
});

Deno.test("oneLine: whatever breaks a line becomes a space", () => {
  assert.equal(oneLine(" a\r\n\tb\u2028c\u0000d\u0085e "), "a b c d e");
});

Deno.test("counted: one is singular, everything else is not", () => {
  assert.deepEqual(
    [counted(0, "job"), counted(1, "job"), counted(2000, "job"), counted(2, "reply", "replies")],
    ["0 jobs", "1 job", "2,000 jobs", "2 replies"],
  );
});

for (
  const [seconds, text] of [
    [0, "0 s"],
    [46.4, "46 s"],
    [59.6, "1 min"],
    [125, "2 min 5 s"],
    [3600, "1 h"],
    [3 * 3600 + 10 * 60 + 59, "3 h 10 min"],
    [47 * 3600, "47 h"],
    [52 * 3600, "2 days 4 h"],
  ] as const
) {
  Deno.test(`duration: ${seconds} s are ${text}`, () => {
    assert.equal(duration(seconds * 1000), text);
  });
}

for (
  const [bytes, text] of [
    [0, "0 B"],
    [999, "999 B"],
    [1024, "1.0 KB"],
    [10_300, "10 KB"],
    [1_048_570, "1.0 MB"],
    [52_428_800, "50 MB"],
    [3_221_225_472, "3.0 GB"],
  ] as const
) {
  Deno.test(`${bytes} bytes are ${text}`, () => assert.equal(sizeOf(bytes), text));
}

Deno.test("times ago are said as people say them", () => {
  assert.deepEqual([-5, 59_000, 60_000, 3_600_000, 47 * 3_600_000, 50 * 3_600_000].map(agoOf), [
    "now",
    "now",
    "1 min ago",
    "1 h ago",
    "47 h ago",
    "2 days ago",
  ]);
});

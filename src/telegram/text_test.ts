import assert from "node:assert/strict";
import { agoOf, bold, code, nameOf, shortened, sizeOf, textOf } from "./text.ts";

Deno.test("texts put parts together with entities in UTF-16 units", () => {
  assert.deepEqual(textOf(["😀 ", bold("a*b"), " and ", code("c_d")]), {
    text: "😀 a*b and c_d",
    entities: [
      { type: "bold", offset: 3, length: 3 },
      { type: "code", offset: 11, length: 3 },
    ],
  });
});

Deno.test("texts leave out whole parts beyond the limit, and entities of nothing", () => {
  assert.deepEqual(textOf([bold(" "), "ab", bold("cdef")], 6).text, " ab");
  assert.deepEqual(textOf([bold(" "), "ab"]).entities, []);
});

Deno.test("names are shortened in the middle and keep their ending", () => {
  const name = `${"very ".repeat(20)}long name.tar.gz`;
  const short = shortened(name, 26);
  assert.equal(short.length, 26);
  assert.match(short, /^very very.*….*\.tar\.gz$/);
  assert.equal(shortened("short.txt", 26), "short.txt");
});

Deno.test("names are not cut within what a reader sees as one character", () => {
  const family = "👨‍👩‍👧‍👦";
  const short = shortened(family.repeat(30), 10);
  assert.ok(short.isWellFormed());
  assert.equal(short.replace("…", ""), family.repeat(9));
});

Deno.test("names cannot break lines or turn their direction", () => {
  assert.equal(nameOf("a\nb\u202ecod.exe\ud800"), "a\ufffdb\ufffdcod.exe\ufffd");
});

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

import assert from "node:assert/strict";
import { bold, code, nameOf, textOf } from "./text.ts";

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

Deno.test("names cannot break lines or turn their direction", () => {
  assert.equal(nameOf("a\nb\u202ecod.exe\ud800"), "a⟨U+000A⟩b⟨U+202E⟩cod.exe⟨U+D800⟩");
});

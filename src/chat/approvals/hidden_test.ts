import assert from "node:assert/strict";
import { unhide } from "./hidden.ts";

Deno.test("K16.2 hidden characters: what turns, joins, blanks or controls is named where it stands", () => {
  assert.deepEqual(unhide("rm \u202etxt.\u2066\u200bx\u0000\u001b[2J\u3164\u{e0041}\u{e0101}"), {
    text: "rm ⟨U+202E⟩txt.⟨U+2066⟩⟨U+200B⟩x⟨U+0000⟩⟨U+001B⟩[2J⟨U+3164⟩⟨U+E0041⟩⟨U+E0101⟩",
    names: ["U+202E", "U+2066", "U+200B", "U+0000", "U+001B", "U+3164", "U+E0041", "U+E0101"],
  });
  assert.deepEqual(unhide("one\rtwo\u200d\ud800"), {
    text: "one⟨U+000D⟩two⟨U+200D⟩⟨U+D800⟩",
    names: ["U+000D", "U+200D", "U+D800"],
  });
});

Deno.test("K16.2 hidden characters: what people write stays as it is", () => {
  const text = "if x:\r\n\tprint('né – “ok” 👩‍👩‍👧 👩🏽‍💻 ❤️‍🔥 ❤️ 日本語 עברית')\n";
  assert.deepEqual(unhide(text), { text, names: [] });
});

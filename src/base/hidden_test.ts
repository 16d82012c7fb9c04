import assert from "node:assert/strict";
import { unhide, unhideName } from "./hidden.ts";

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

Deno.test("K16.2 hidden characters: letters and signs that pass for others are named; other alphabets are not", () => {
  assert.deepEqual(unhide("curl p\u0430ypal.com\u2215x && \uff52\uff4d -rf \u{1d400}\u037e"), {
    text: "curl p⟨U+0430⟩ypal.com⟨U+2215⟩x && ⟨U+FF52⟩⟨U+FF4D⟩ -rf ⟨U+1D400⟩⟨U+037E⟩",
    names: ["U+0430", "U+FF52", "U+FF4D", "U+1D400", "U+2215", "U+037E"],
  });
  const text = "Открой файл config.json, Γειά σου, 「設定」（はい）：ＯＫ";
  assert.equal(unhide(text).text, text.replace("ＯＫ", "⟨U+FF2F⟩⟨U+FF2B⟩"));
  assert.equal(unhide("a\u00a0b").text, "a\u00a0b");
  assert.equal(unhide("rm\u00a0-rf\u2003x y", { blanks: true }).text, "rm⟨U+00A0⟩-rf⟨U+2003⟩x y");
  assert.equal(unhide("x\ufe0fy ❤️").text, "x⟨U+FE0F⟩y ❤️");
  assert.equal(unhideName("a\n\tb\u202e"), "a⟨U+000A⟩⟨U+0009⟩b⟨U+202E⟩");
});

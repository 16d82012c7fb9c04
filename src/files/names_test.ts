import assert from "node:assert/strict";
import { nameFor, numbered, safeName } from "./names.ts";

const SAFE: readonly [from: string, to: string][] = [
  ["report.pdf", "report.pdf"],
  ["../../x", "x"],
  ["..\\..\\boot.ini", "boot.ini"],
  ["a/b/c.txt", "a_b_c.txt"],
  ["a\0b.txt", "ab.txt"],
  ["line\nbreak.txt", "linebreak.txt"],
  ["", "file"],
  ["...", "file"],
  [" _x_ ", "x"],
  ["a__b___c.txt", "a_b_c.txt"],
  [".env", "env"],
  [".claude", "claude"],
  ["CLAUDE.md", "sent_CLAUDE.md"],
  ["claude.local.md", "sent_claude.local.md"],
  ["AGENTS.override.md", "sent_AGENTS.override.md"],
  ["Gemini.MD", "sent_Gemini.MD"],
  ["ＡＧＥＮＴＳ.md", "sent_ＡＧＥＮＴＳ.md"],
  ["SKILL.md", "sent_SKILL.md"],
  ["claude.jpg", "claude.jpg"],
  ["my agents.md", "my agents.md"],
  ["con.txt", "sent_con.txt"],
  ["photo\u202Egpj.exe", "photogpj.exe"],
  ["what?.txt", "what_.txt"],
  ["Überblick – 1.xlsx", "Überblick – 1.xlsx"],
];

for (const [from, to] of SAFE) {
  Deno.test(`safeName() makes ${JSON.stringify(from)} ${JSON.stringify(to)}`, () => {
    assert.equal(safeName(from), to);
  });
}

Deno.test("safeName() cuts long names before the extension, by characters and by bytes", () => {
  const plain = safeName("x".repeat(300) + ".tar.gz");
  assert.equal(plain.length, 120);
  assert.ok(plain.endsWith(".gz"));
  const wide = safeName("漢".repeat(300) + ".pdf");
  assert.ok(new TextEncoder().encode(wide).length <= 200);
  assert.ok(wide.endsWith("漢.pdf"));
  const emoji = safeName("😀".repeat(100) + ".png");
  assert.equal(emoji.isWellFormed(), true);
  assert.ok(emoji.endsWith("😀.png"));
});

Deno.test("nameFor() follows the kind of the file", () => {
  const base = { fileId: "F", uniqueId: "U/../1" };
  const name = (more: object) => nameFor({ ...base, ...more } as never);
  assert.equal(name({ kind: "photo" }), "photo_U1.jpg");
  assert.equal(name({ kind: "document", mime: "application/pdf" }), "doc_U1.pdf");
  assert.equal(name({ kind: "document", name: "a.txt" }), "a.txt");
  assert.equal(name({ kind: "voice", mime: "audio/ogg" }), "voice_U1.ogg");
  assert.equal(name({ kind: "audio" }), "audio_U1.mp3");
  assert.equal(name({ kind: "audio", mime: "audio/flac" }), "audio_U1.flac");
  assert.equal(name({ kind: "video" }), "video_U1.mp4");
  assert.equal(name({ kind: "video_note" }), "videonote_U1.mp4");
  assert.equal(name({ kind: "sticker", mime: "application/x-tgsticker" }), "sticker_U1.tgs");
  assert.equal(name({ kind: "sticker", mime: "video/webm" }), "sticker_U1.webm");
  assert.equal(name({ kind: "sticker", mime: "image/webp" }), "sticker_U1.webp");
});

Deno.test("numbered() puts the number before the extension", () => {
  assert.equal(numbered("a.txt", 0), "a.txt");
  assert.equal(numbered("a.b.txt", 2), "a.b_2.txt");
  assert.equal(numbered("file", 1), "file_1");
});
